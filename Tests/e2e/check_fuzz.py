"""schemathesis makes up requests from /openapi.json: nothing may break, and every answer must be one that the document knows."""
import os
import subprocess
import sys
import time
from pathlib import Path

import requests

# They end the server, or never end.
LEFT_OUT = ["/sdapi/v1/server-restart", "/sdapi/v1/server-stop", "/api/v1/events"]


def check(server):
    job, picture = drawn(server)
    command = [
        Path(sys.executable).with_name("schemathesis"), "--config-file", Path(__file__).with_name("schemathesis.toml"), "run", server.url + "/openapi.json",
        # One thread: CPython 3.11 miscounts its own recursion in several.
        "--workers", "1", "--seed", "5", "--request-timeout", "60",
    ]
    for path in LEFT_OUT:
        command += ["--exclude-path", path]
    # What schemathesis.toml calls its jobs and pictures, for requests that come through.
    environment = {**os.environ, "JOB": job, "PICTURE": picture}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=1200)
    assert run.returncode == 0, run.stdout[-8000:] + run.stderr[-2000:]
    assert server.process.poll() is None, "the server has ended"


def drawn(server):
    """A job that is done, and its picture."""
    job = requests.post(f"{server.url}/api/v1/jobs", json={"width": 64, "height": 64, "steps": 1}, timeout=10).json()["id"]
    while True:
        answer = requests.get(f"{server.url}/api/v1/jobs/{job}", timeout=10).json()
        if answer["state"] == "done":
            return job, answer["pictures"][0]["id"]
        assert answer["state"] in ("queued", "running"), answer
        time.sleep(0.05)
