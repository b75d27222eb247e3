#!/usr/bin/env python3
"""Kills the server without warning, again and again: every accepted job ends exactly once, and nothing is broken.

    kill.py [--kills 20] [--jobs 200]
"""
import argparse
import json
import random
import sqlite3
import struct
import sys
import threading
import time
import urllib.error
import urllib.request
import zlib
from pathlib import Path

from serving import Server, free_port

FINAL = {"done", "failed", "cancelled"}


def submit(url, number, accepted):
    """Sends one job until it is acknowledged, as a client with an idempotency key may."""
    body = json.dumps({"prompt": f"a green pear number {number}", "seed": number, "width": 128, "height": 128, "steps": 6}).encode()
    while True:
        request = urllib.request.Request(
            url + "/api/v1/jobs", data=body, headers={"Content-Type": "application/json", "Idempotency-Key": f"kill-{number}"})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                accepted.setdefault(number, set()).add(json.load(answer)["id"])
                return
        except urllib.error.HTTPError as error:
            if error.code != 429:
                raise
            time.sleep(1)
        except (OSError, ValueError):
            time.sleep(0.1)  # It is being killed or started.


def broken_png(path):
    """Why a PNG is not whole; None when it is."""
    data = path.read_bytes()
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        return "no signature"
    position, pixels = 8, b""
    while position < len(data):
        length, kind = struct.unpack(">I4s", data[position:position + 8])
        body, sum_ = data[position + 8:position + 8 + length], data[position + 8 + length:position + 12 + length]
        if len(sum_) < 4 or struct.unpack(">I", sum_)[0] != zlib.crc32(kind + body):
            return f"chunk {kind} is damaged"
        if kind == b"IDAT":
            pixels += body
        if kind == b"IEND":
            zlib.decompress(pixels)
            return None
        position += 12 + length
    return "no end"


def all_jobs(server):
    jobs, cursor = [], ""
    while True:
        page = server.json(f"/api/v1/jobs?limit=100{cursor}")
        jobs += page["items"]
        if not page.get("next"):
            return jobs
        cursor = f"&before={page['next']}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    moments = random.Random(arguments.seed)

    port = free_port()
    server = Server(port=port)
    accepted = {}
    clients = []

    def submit_all():
        for number in range(arguments.jobs):
            submit(server.url, number, accepted)
            time.sleep(0.05)

    clients.append(threading.Thread(target=submit_all, daemon=True))
    clients[0].start()
    for kill in range(arguments.kills):
        time.sleep(moments.uniform(0.05, 3))
        server.kill()
        server = Server(data=server.data, port=port)
    clients[0].join()
    deadline = time.monotonic() + 600
    jobs = all_jobs(server)
    while any(job["state"] not in FINAL for job in jobs) and time.monotonic() < deadline:
        time.sleep(1)
        jobs = all_jobs(server)
    code = server.stop()

    by_id = {job["id"]: job for job in jobs}
    ids = {number: next(iter(found)) for number, found in accepted.items()}
    states = {}
    for job in jobs:
        states[job["state"]] = states.get(job["state"], 0) + 1
    pictures = sorted(Path(server.data).glob("pictures/**/*.png"))
    damaged = [(path.name, why) for path in pictures if (why := broken_png(path))]
    leftovers = [path.name for path in Path(server.data).rglob("*") if path.is_file() and (".tmp" in path.name or path.name.startswith("."))]
    database = sqlite3.connect(next(Path(server.data).glob("*.sqlite")))
    integrity = database.execute("PRAGMA integrity_check").fetchone()[0]
    named = {picture["id"] if isinstance(picture, dict) else picture for job in jobs for picture in job["pictures"]}
    attempts = max(job["attempts"] for job in jobs)
    print(f"{arguments.kills} kills; {len(ids)} jobs accepted, {states}, at most {attempts} attempts")
    print(f"{len(pictures)} picture files for {len(named)} pictures named, damaged {damaged}, leftovers {leftovers}, integrity_check {integrity}")
    failures = [
        text for text, failed in [
            ("a key got two jobs", any(len(found) > 1 for found in accepted.values())),
            ("jobs are lost or doubled", set(ids.values()) != set(by_id) or len(jobs) != arguments.jobs),
            ("jobs did not end", set(states) - FINAL),
            ("a failure without a reason", any(job["state"] == "failed" and not job.get("failure") for job in jobs)),
            ("damaged pictures", damaged),
            ("files and rows differ", {path.stem for path in pictures} != named),
            ("leftover files", leftovers),
            ("the database is damaged", integrity != "ok"),
            (f"exit code {code}", code != 0),
        ] if failed
    ]
    print("missed: " + ", ".join(failures) if failures else "all targets reached")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
