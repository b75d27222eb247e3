#!/usr/bin/env python3
"""What HTTP, the queue and the database add to a picture: pictures by POST /sdapi/v1/txt2img against pictures in a loop.

    overhead.py [--pictures 10] [--rounds 3]

Both take turns, and medians are compared. Ends with 1 when a picture takes more than 2 % longer.
"""
import argparse
import json
import statistics
import subprocess
import sys
import time
import urllib.request

from serving import BINARY, ROOT, Server


def loop(pictures):
    out = subprocess.run([BINARY.with_name("easel-bench"), "pictures", ROOT / "Models/demo", "--pictures", str(pictures)], capture_output=True, check=True)
    return json.loads(out.stdout)


def served(server, pictures, offset):
    seconds = []
    for index in range(pictures + 1):
        body = {"prompt": f"a red apple number {offset + index}", "seed": index, "width": 256, "height": 256, "steps": 20, "sampler_name": "Euler"}
        request = urllib.request.Request(server.url + "/sdapi/v1/txt2img", data=json.dumps(body).encode(), headers={"Content-Type": "application/json"})
        began = time.perf_counter()
        with urllib.request.urlopen(request, timeout=600) as answer:
            answer.read()
        seconds.append(time.perf_counter() - began)
    return seconds[1:]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    server = Server(settings={"openvino_accuracy": "f32", "preview_steps": 0})
    try:
        server.wait_ready()
        own, through = [], []
        for turn in range(arguments.rounds):
            own += loop(arguments.pictures)
            through += served(server, arguments.pictures, turn * 1000)
    finally:
        server.stop()
    ratio = statistics.median(through) / statistics.median(own)
    print(f"in a loop {statistics.median(own):.3f} s, through HTTP {statistics.median(through):.3f} s: {ratio - 1:+.1%} (target: at most +2 %)")
    sys.exit(ratio > 1.02)


if __name__ == "__main__":
    main()
