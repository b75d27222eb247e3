"""Documentation/API.md: its commands run, in order, in one shell, and print what stands below them."""
import os
import re
import subprocess
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[2] / "Documentation/API.md"


def check(server):
    # What is printed stands, indented, right after a block of commands.
    blocks = re.findall(r"^```sh\n((?:.*\n)*?)```\n(?:\n((?:    .*\n)+))?", DOCUMENT.read_text(), re.MULTILINE)
    assert len(blocks) > 10, "the document has examples"
    script = "set -euo pipefail\n" + "".join(f"{commands}printf '\\0'\n" for commands, _ in blocks)
    run = subprocess.run(["bash", "-c", script], env={**os.environ, "EASEL": server.url}, capture_output=True, timeout=300)
    printed = run.stdout.decode().split("\0")
    done = len(printed) - 1
    assert run.returncode == 0, f"{run.stderr.decode()}\nin\n{blocks[min(done, len(blocks) - 1)][0]}"
    for (commands, expected), actual in zip(blocks, printed):
        if expected:
            wanted = re.sub(r"^    ", "", expected, flags=re.MULTILINE)
            assert actual == wanted, f"{commands}prints\n{actual}instead of\n{wanted}"
