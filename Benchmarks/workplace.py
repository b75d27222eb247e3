"""The folder that holds what the measurements need: peers, checkpoints and reference pictures. All of it is made once and kept."""
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import prompts

BENCHMARKS = Path(__file__).resolve().parent
ROOT = BENCHMARKS.parent


class Workplace:
    """Where everything is. Asking for a thing makes it when it is missing."""

    def __init__(self, folder=None, peers_python=None, tiny=False, sdxl=None):
        self.folder = Path(folder or ROOT / ".build-bench").resolve()
        self.environment = ROOT / ".venv-bench"
        self.given_python = Path(peers_python) if peers_python else None
        self.tiny = tiny
        self.sdxl = sdxl
        """An SDXL checkpoint of the user's, for figures that need one; None leaves them out."""
        self.folder.mkdir(parents=True, exist_ok=True)

    # The peers' Python

    def python(self):
        """The Python that has the peers, installed from peers/requirements.txt into an environment of their own."""
        if self.given_python:
            return self.given_python
        python, stamp = self.environment / "bin" / "python", self.environment / "requirements.txt"
        wanted = (BENCHMARKS / "peers" / "requirements.txt").read_text()
        if not stamp.exists() or stamp.read_text() != wanted:
            say(f"Installing the Python peers into {self.environment.name} …")
            venv.create(self.environment, with_pip=True, clear=True)
            subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                            "-r", BENCHMARKS / "peers" / "requirements.txt"], check=True)
            stamp.write_text(wanted)
        return python

    def peer(self, script, *arguments):
        """The command line of one of the Python scripts."""
        return [self.python(), BENCHMARKS / script, *arguments]

    # Checkpoints, f16

    def sd15(self):
        return self.checkpoint("tiny" if self.tiny else "sd15", "diffusers")

    def sd15_single_file(self):
        """The weights of `sd15` in one file."""
        return self.checkpoint("tiny" if self.tiny else "sd15", "single")

    def sd15_openvino(self):
        """The weights of `sd15` as OpenVINO IR."""
        source = self.sd15()
        return self.made(f"{source.name}-ir", lambda out: self.quietly("peers/export_openvino.py", source, out))

    def sd21(self):
        """Predicts v instead of the noise. There is no tiny one."""
        return self.checkpoint("sd21", "diffusers")

    def checkpoint(self, family, layout):
        vocabulary = self.made("vocab", lambda out: self.quietly("checkpoints/clip_vocab.py", out))
        name = family if layout == "diffusers" else f"{family}.safetensors"
        return self.made(name, lambda out: self.quietly(
            "checkpoints/make_random_checkpoint.py", out, "--family", family, "--layout", layout, "--vocab", vocabulary))

    # Reference pictures

    def reference(self, checkpoint, prompt, seed, size, steps):
        """The PNG that diffusers makes. What it computed on the way lies beside it as computed.npz."""
        length = {prompts.SHORT: "short", prompts.LONG: "long"}[prompt]
        (self.folder / "references").mkdir(exist_ok=True)
        name = f"references/{checkpoint.name}-{length}-{size}px-{steps}steps-seed{seed}"
        return self.made(name, lambda out: self.quietly(
            "peers/reference_picture.py", checkpoint, prompt, out, "--seed", seed, "--size", size, "--steps", steps)) / "picture.png"

    # How things are made

    def made(self, name, make):
        """The file or folder `name`, made in a place aside first: a half-made one is never taken for whole."""
        target = self.folder / name
        if not target.exists():
            say(f"Making {name} …")
            aside = target.with_name("unfinished-" + target.name)
            shutil.rmtree(aside) if aside.is_dir() else aside.unlink(missing_ok=True)
            make(aside)
            aside.rename(target)
        return target

    def quietly(self, script, *arguments):
        command = [str(word) for word in self.peer(script, *arguments)]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout[-3000:]}")


def say(text):
    print(text, file=sys.stderr, flush=True)
