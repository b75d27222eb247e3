#!/usr/bin/env python3
"""Many clients at once: nothing is lost or doubled, progress stays quick, memory stays flat.

    load.py [--clients 300] [--jobs 3000] [--size 64] [--steps 1]

Every client submits jobs as fast as it can, each with an idempotency key of its own, and each key twice as a careful
client would after a lost answer. Ends with 1 when a figure misses its target.
"""
import argparse
import asyncio
import json
import statistics
import sys
import time

from serving import Connection, Server


async def client(server, numbers, accepted, statuses, arguments):
    connection = Connection(server.port)
    for number in numbers:
        body = {"prompt": f"a red apple number {number}", "seed": number, "width": arguments.size, "height": arguments.size, "steps": arguments.steps}
        answers = []
        while len(answers) < 2:
            status, headers, text = await connection.request("POST", "/api/v1/jobs", body, [("Idempotency-Key", f"job-{number}")])
            statuses[status] = statuses.get(status, 0) + 1
            if status == 429:
                await asyncio.sleep(float(headers["retry-after"]))
            elif status < 500:
                answers.append(json.loads(text)["id"])
            else:
                break
        if len(set(answers)) != 1:
            sys.exit(f"job {number} was taken twice, or not at all: {answers}")
        accepted[number] = answers[0]
    connection.close()


async def watch_progress(server, latencies, statuses):
    connection = Connection(server.port)
    while True:
        began = time.perf_counter()
        status, _, _ = await connection.request("GET", "/sdapi/v1/progress")
        latencies.append(time.perf_counter() - began)
        statuses[status] = statuses.get(status, 0) + 1
        await asyncio.sleep(0.05)


async def watch_memory(server, samples):
    began = time.monotonic()
    while True:
        samples.append((time.monotonic() - began, server.resident_bytes()))
        await asyncio.sleep(1)


async def run(server, arguments):
    accepted, statuses, latencies, memory = {}, {}, [], []
    watchers = [asyncio.create_task(watch_progress(server, latencies, statuses)), asyncio.create_task(watch_memory(server, memory))]
    began = time.monotonic()
    numbers = range(arguments.jobs)
    await asyncio.gather(*(client(server, numbers[index::arguments.clients], accepted, statuses, arguments) for index in range(arguments.clients)))
    submitted = time.monotonic() - began
    connection = Connection(server.port)
    while True:
        _, _, text = await connection.request("GET", "/api/v1/jobs?state=queued&limit=1")
        _, _, running = await connection.request("GET", "/api/v1/jobs?state=running&limit=1")
        if not json.loads(text)["items"] and not json.loads(running)["items"]:
            break
        await asyncio.sleep(1)
    drawn = time.monotonic() - began
    for watcher in watchers:
        watcher.cancel()
    jobs, cursor = [], ""
    while True:
        _, _, text = await connection.request("GET", f"/api/v1/jobs?limit=100{cursor}")
        page = json.loads(text)
        jobs += page["items"]
        if not page.get("next"):
            break
        cursor = f"&before={page['next']}"
    return accepted, statuses, latencies, memory, submitted, drawn, jobs


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=300)
    parser.add_argument("--jobs", type=int, default=3000)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--steps", type=int, default=1)
    arguments = parser.parse_args()

    server = Server()
    try:
        server.wait_ready()
        accepted, statuses, latencies, memory, submitted, drawn, jobs = asyncio.run(run(server, arguments))
    finally:
        code = server.stop()

    done = [job for job in jobs if job["state"] == "done"]
    latencies.sort()
    p99 = latencies[int(len(latencies) * 0.99)]
    early = [byte_count for at, byte_count in memory if 120 <= at < 150] or [byte_count for at, byte_count in memory if at >= memory[-1][0] / 3][:10]
    late = [byte_count for at, byte_count in memory][-10:]
    growth = statistics.median(late) / statistics.median(early) - 1
    print(f"submitted {len(accepted)} jobs in {submitted:.1f} s, all ended after {drawn:.1f} s; answers by status {statuses}")
    print(f"done {len(done)}, other {len(jobs) - len(done)}, ids {len({job['id'] for job in jobs})}, pictures {sum(len(job['pictures']) for job in done)}")
    print(f"GET /progress: median {statistics.median(latencies) * 1000:.1f} ms, p99 {p99 * 1000:.1f} ms, max {latencies[-1] * 1000:.1f} ms of {len(latencies)}")
    print(f"memory: {statistics.median(early) / 1e6:.0f} MB early, {statistics.median(late) / 1e6:.0f} MB at the end, {growth:+.1%} ({memory[-1][0]:.0f} s)")
    failures = [
        text for text, failed in [
            ("a server error", any(status >= 500 for status in statuses)),
            ("lost or doubled jobs", len(done) != arguments.jobs or {job["id"] for job in done} != set(accepted.values())),
            ("progress over 50 ms", p99 > 0.05),
            ("memory grows by more than 10 %", growth > 0.1),
            (f"exit code {code}", code != 0),
        ] if failed
    ]
    print("missed: " + ", ".join(failures) if failures else "all targets reached")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
