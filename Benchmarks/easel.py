"""Easel's command line, as the measurements use it."""
import json
import os
import re
import subprocess
from dataclasses import dataclass

import processes
from workplace import ROOT

BINARY = ROOT / ".build" / "release" / "easel"


@dataclass(frozen=True)
class Generated:
    run: processes.Run
    report: dict
    """The JSON object that `easel generate --json` prints last."""


def generate(model, prompt, out, size, steps, seed, watch_memory=False):
    """One picture in f32 on the CPU, from process start to PNG."""
    run = processes.run(
        [BINARY, "generate", prompt, "--model", model, "--width", size, "--height", size, "--steps", steps, "--seed", seed,
         "--sampler", "euler", "--schedule", "normal", "--cfg-scale", 7.5, "--device", "CPU", "--precision", "f32",
         "--output", out, "--json", "--quiet"], watch_memory)
    try:
        return Generated(run, json.loads(run.last_line))
    except json.JSONDecodeError as error:
        raise processes.Failed(f"easel generate --json ended with a line that is no JSON: {run.last_line!r}") from error


def show_information(model):
    """Opens a checkpoint and says what it is."""
    return processes.run([BINARY, "models", "info", model], watch_memory=True)


def memory_forecast(model, size):
    """Bytes that `easel models info` says a picture takes with the UNet in f32."""
    run = processes.run([BINARY, "models", "info", model, "--size", f"{size}x{size}"])
    said = re.search(r"takes about ([\d.]+) ([kMG]B) with the UNet in f32", run.output)
    if not said:
        raise processes.Failed(f"easel models info says nothing of memory: {run.output!r}")
    return float(said[1]) * {"kB": 1e3, "MB": 1e6, "GB": 1e9}[said[2]]


def openvino_version():
    """The version that the build links against: the project's own copy, or the system's."""
    places = [str(ROOT / ".openvino"), *filter(None, [os.environ.get("PKG_CONFIG_PATH")])]
    found = subprocess.run(["pkg-config", "--modversion", "openvino"], capture_output=True, text=True,
                           env=os.environ | {"PKG_CONFIG_PATH": ":".join(places)})
    return found.stdout.strip() or "of unknown version"
