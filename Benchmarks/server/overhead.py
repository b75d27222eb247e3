#!/usr/bin/env python3
"""What HTTP, the queue and the database add to a picture: pictures by POST /sdapi/v1/txt2img against pictures in a loop.

    overhead.py [--pictures 40]

Both are drawn in turns, a picture here and a picture there, for a machine's speed changes from minute to minute; the median of the pairs'
ratios counts. Ends with 1 when a picture takes more than 2 % longer.
"""
import argparse
import json
import statistics
import subprocess
import sys
import time
import urllib.request

from serving import BINARY, ROOT, Server


class Loop:
    """Pictures in one process, without a server."""

    def __init__(self):
        self.process = subprocess.Popen(
            [BINARY.with_name("easel-bench"), "pictures", ROOT / "Models/demo"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def draw(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def stop(self):
        self.process.stdin.close()
        self.process.wait(30)


def served(server, number):
    body = {"prompt": f"a red apple number {number}", "seed": number, "width": 256, "height": 256, "steps": 20, "sampler_name": "Euler"}
    request = urllib.request.Request(server.url + "/sdapi/v1/txt2img", data=json.dumps(body).encode(), headers={"Content-Type": "application/json"})
    began = time.perf_counter()
    with urllib.request.urlopen(request, timeout=600) as answer:
        answer.read()
    return time.perf_counter() - began


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=40)
    arguments = parser.parse_args()
    loop = Loop()       # first: when its program is not built, no server is left running
    server = Server(settings={"openvino_accuracy": "f32", "preview_steps": 0})
    try:
        server.wait_ready()
        pairs = []
        for number in range(arguments.pictures + 1):
            # Who comes first takes turns, too: the one after it finds the processor warm.
            if number % 2:
                own = loop.draw()
                through = served(server, number)
            else:
                through = served(server, number)
                own = loop.draw()
            # The first of each compiles.
            if number:
                pairs.append((own, through))
    finally:
        loop.stop()
        server.stop()
    ratio = statistics.median(through / own for own, through in pairs)
    own, through = (statistics.median(times) for times in zip(*pairs))
    print(f"in a loop {own:.3f} s, through HTTP {through:.3f} s; of {len(pairs)} pairs {ratio - 1:+.1%} (target: at most +2 %)")
    sys.exit(ratio > 1.02)


if __name__ == "__main__":
    main()
