"""The shell commands of the documents run, in order, in one shell for each document, and print what stands below them.

Commands stand in blocks that begin with ```sh. What they print stands right below, indented. A block below a comment such as
`<!-- needs your own models -->` is for readers alone: it needs more than the checkout, as the network, a GPU or a real checkpoint.
Documents in Chinese have the same commands as those in English; comments behind the commands may differ.
"""
import os
import re
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WALKS = ["README", "Documentation/FirstSteps", "Documentation/Prompts"]
BLOCK = re.compile(r"(?:^<!-- (needs .+) -->\n)?^```sh\n((?:.*\n)*?)```\n(?:\n((?:    .*\n|\n(?=    ))+))?", re.MULTILINE)

# Stands where a checkout has the program. A server ends as soon as it listens, on a port that is free.
PROGRAM = """#!/usr/bin/env bash
[[ ${1:-} == serve ]] || exec {easel} "$@"
log=$(mktemp)
{easel} "$@" --port 0 2> $log &
until grep -q '^Listening on' $log || ! kill -0 $! 2> /dev/null; do sleep 0.05; done
kill $! 2> /dev/null
wait $!
code=$?
cat $log >&2
exit $code
"""


def check(server):
    run(ROOT / "Documentation/API.md", least=11, EASEL=server.url)
    for chinese in ROOT.glob("Documentation/*.zh-CN.md"):
        english = chinese.with_name(chinese.name.replace(".zh-CN", ""))
        assert commands(english) == commands(chinese), f"{chinese.name} has other commands than {english.name}"
    for name in WALKS:
        english, chinese = ROOT / f"{name}.md", ROOT / f"{name}.zh-CN.md"
        assert commands(english) == commands(chinese), f"{chinese.name} has other commands than {english.name}"
        for document in english, chinese:
            walk(document)


def walk(document):
    """Runs a document as a newcomer types it: in a fresh checkout, with an empty home folder."""
    from serving import BINARY

    text = document.read_text()
    typed = BLOCK.sub("", text)
    loose = re.findall(r"^    (?:easel|make|curl|sudo|export) .*", typed, re.MULTILINE)
    assert not loose, f"{document.name}: commands that nobody runs; put them into a block that begins with ```sh: {loose}"
    with tempfile.TemporaryDirectory(prefix="easel-document-") as folder:
        checkout, home = Path(folder, "easel"), Path(folder, "home")
        program = checkout / ".build/release/easel"
        program.parent.mkdir(parents=True)
        home.mkdir()
        program.write_text(PROGRAM.replace("{easel}", f"'{Path(BINARY).resolve()}'"))
        program.chmod(0o755)
        run(document, folder=checkout, HOME=str(home), PATH=f"{home}/.local/bin:{program.parent}:{os.environ['PATH']}",
            EASEL_OPENVINO_ACCURACY="f32")


def run(document, least=3, folder=None, **environment):
    blocks = [(typed, expected) for needs, typed, expected in BLOCK.findall(document.read_text()) if not needs]
    assert len(blocks) >= least, f"{document.name} has examples"
    script = "set -euo pipefail\n" + "".join(f"{typed}printf '\\0'\n" for typed, _ in blocks)
    process = subprocess.run(["bash", "-c", script], env={**os.environ, **environment}, cwd=folder, capture_output=True, timeout=300)
    printed = process.stdout.decode().split("\0")
    done = len(printed) - 1
    assert process.returncode == 0, f"{process.stderr.decode()}\nin {document.name}\n{blocks[min(done, len(blocks) - 1)][0]}"
    for (typed, expected), actual in zip(blocks, printed):
        if expected:
            wanted = re.sub(r"^    ", "", expected, flags=re.MULTILINE)
            assert actual == wanted, f"{document.name}: {typed}prints\n{actual}instead of\n{wanted}"


def commands(document):
    """What a reader types, without comments, and whether it is run here."""
    return [(re.sub(r"\s+# .*", "", typed), bool(needs)) for needs, typed, _ in BLOCK.findall(document.read_text())]
