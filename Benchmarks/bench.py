#!/usr/bin/env python3
"""Measure Easel against its Python peers on the same weights, the same machine, in one go.

    bench.py [--only TOPIC]... [--runs 5 | --quick] [--tiny]

Needs a built `.build/release/easel` and Python 3.10 or newer. The first run installs the peers into .venv-bench and
makes checkpoints, conversions and reference pictures in .build-bench (9 GB); later runs take them from there.
Prints one table; ends with 1 when a figure misses its target.
"""
import argparse
import os
import platform
import sys
from pathlib import Path

import easel
import figures
import processes
from workplace import ROOT, Workplace, say


def main():
    arguments = parse()
    if not easel.BINARY.exists():
        sys.exit(f"{easel.BINARY.relative_to(ROOT)} is not built. Run `make build` first.")
    place = Workplace(arguments.folder, arguments.python, arguments.tiny, arguments.sdxl)
    setting = figures.Setting(place, arguments.runs)
    warn_when_busy()

    measured = []
    for topic in arguments.only or figures.TOPICS:
        say(f"Measuring {topic} …")
        try:
            for figure in figures.TOPICS[topic](setting):
                say(f"  {figure.name}: {figure.measured}")
                measured.append(figure)
        except processes.Failed as failure:
            say(str(failure))
            measured.append(figures.Figure(topic, "", "did not run", False, "see the messages above"))
    print(table(measured))
    print(machine(place))
    if arguments.tiny:
        print("Tiny checkpoints: this shows that the comparison runs. The figures mean nothing.")
    sys.exit(any(figure.passed is False for figure in measured))


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=list(figures.TOPICS), metavar="TOPIC",
                        help=f"measure this topic only; may be repeated: {', '.join(figures.TOPICS)}")
    parser.add_argument("--runs", type=int, default=5, help="how often each timed program runs (default 5)")
    parser.add_argument("--quick", dest="runs", action="store_const", const=2, help="the same as --runs 2")
    parser.add_argument("--tiny", action="store_true", help="use tiny checkpoints, to see in a few minutes whether everything runs")
    parser.add_argument("--folder", help="where checkpoints and pictures are kept (default .build-bench)")
    parser.add_argument("--python", help="a Python that has the peers already")
    parser.add_argument("--sdxl", metavar="FILE", help="an SDXL checkpoint, for the topic forecast, which measures SD1.5 alone without it")
    arguments = parser.parse_args()
    if arguments.runs < 1:
        parser.error("--runs must be at least 1")
    return arguments


def table(measured):
    verdicts = {True: "pass", False: "FAIL", None: ""}
    rows = [("Figure", "Target", "Measured", "", "")]
    rows += [(figure.name, figure.target, figure.measured, verdicts[figure.passed], figure.detail) for figure in measured]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = ["  ".join([*(cell.ljust(width) for cell, width in zip(row, widths)), row[4]]).rstrip() for row in rows]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])


def machine(place):
    """What the figures were measured on, and with which versions."""
    peers = [line.strip() for line in (Path(__file__).parent / "peers" / "requirements.txt").read_text().splitlines() if "==" in line]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return (f"{processor()}, {len(os.sched_getaffinity(0))} cores, {memory:.0f} GB; {platform.system()} {platform.release()}; "
            f"Easel on OpenVINO {easel.openvino_version()}; peers: {', '.join(peers)}")


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def warn_when_busy():
    load = os.getloadavg()[0]
    if load > 0.5:
        say(f"This machine is busy (load average {load:.1f}): the times below are those of a busy machine.")


if __name__ == "__main__":
    main()
