#!/usr/bin/env python3
"""Clients and browsers that people use, against the real server with the demo model.

    run.py [--easel FILE] [CHECK...]

Checks: webuiapi, clients, openai, jobs, metrics, documentation, accounts, page, newcomer, gallery, access, fuzz. Without any, all of them. Needs what
`setup.sh` gets. What the page looks like is kept in outputs/page.
"""
import argparse
import importlib
import os
import re
import sys
import tempfile
import time
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CHECKS = ["webuiapi", "clients", "openai", "jobs", "metrics", "documentation", "accounts", "page", "newcomer", "gallery", "access", "fuzz"]

# Small enough that nothing takes long, whatever is asked for.
SETTINGS = {
    "max_pixels": 128 * 128, "max_steps": 40, "max_pictures": 8, "max_requests_per_second": 0, "preview_steps": 2, "openvino_accuracy": "f32",
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--easel", type=Path, default=ROOT / ".build/release/easel", help="the program")
    parser.add_argument("checks", nargs="*", metavar="CHECK", help=", ".join(CHECKS))
    arguments = parser.parse_args()
    if unknown := set(arguments.checks) - set(CHECKS):
        parser.error(f"there is no check {', '.join(sorted(unknown))}; use {', '.join(CHECKS)}")

    sys.path.insert(0, str(ROOT / "Benchmarks/server"))
    import serving

    serving.BINARY = arguments.easel
    failures = []
    with tempfile.TemporaryDirectory(prefix="easel-e2e-") as folder:
        # The user's own settings, models and jobs have no part in this.
        os.environ["HOME"] = folder
        for name in [name for name in os.environ if name.startswith(("XDG_", "EASEL_"))]:
            del os.environ[name]
        os.chdir(folder)

        server = serving.Server(data=Path(folder, "data"), settings=SETTINGS)
        try:
            server.wait_ready()
            for name in arguments.checks or CHECKS:
                began = time.monotonic()
                try:
                    importlib.import_module(f"check_{name}").check(server)
                except Exception:
                    failures.append(name)
                    traceback.print_exc()
                print(f"{'failed' if name in failures else 'passed'}  {name}  {time.monotonic() - began:.1f} s", flush=True)
        finally:
            code = server.stop()
        log = Path(server.log.name).read_text()
    if code != 0:
        failures.append(f"the server's end, with exit code {code}")
    if errors := re.findall(r"^\S+ (?:error|critical) .*", log, re.MULTILINE):
        failures.append("the log")
        print("\n".join(errors), file=sys.stderr)
    if failures:
        print(log[-4000:], file=sys.stderr)
        sys.exit(f"failed: {', '.join(failures)}")


if __name__ == "__main__":
    main()
