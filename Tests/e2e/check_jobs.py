"""Easel's own API: jobs, their events with resuming, the gallery."""
import json
import uuid

import requests


def check(server):
    api = server.url + "/api/v1"
    body = {"prompt": "a red (round:1.2) apple", "width": 64, "height": 64, "steps": 6, "runs": 2, "preview_interval": 2, "seed": 5}
    key = {"Idempotency-Key": str(uuid.uuid4())}
    accepted = requests.post(f"{api}/jobs", json=body, headers=key, timeout=10)
    assert accepted.status_code == 202 and accepted.headers["Location"] == accepted.json()["url"]
    job = accepted.json()["id"]
    assert requests.post(f"{api}/jobs", json=body, headers=key, timeout=10).json()["id"] == job, "the same key, the same job"

    story = list(events(f"{api}/jobs/{job}/events"))
    names = [event["event"] for _, event in story]
    assert names[-1] == "done" and "step" in names and "preview" in names, names
    steps = [event["n"] for _, event in story if event["event"] == "step"]
    assert steps == sorted(steps) and steps[-1] == 12, "steps are counted over both runs"
    assert all(url.startswith("data:image/") for _, event in story if event["event"] == "preview" for url in event["previews"])

    middle = story[len(story) // 2][0]
    rest = list(events(f"{api}/jobs/{job}/events", after=middle))
    assert [number for number, _ in rest if number > middle] and rest[-1][1]["event"] == "done", "events are resumed"

    answer = requests.get(f"{api}/jobs/{job}", timeout=10).json()
    assert answer["state"] == "done" and answer["request"]["prompt"] == body["prompt"] and len(answer["pictures"]) == 2
    file = requests.get(server.url + answer["pictures"][1]["url"], timeout=10)
    assert file.headers["Content-Type"] == "image/png"
    known = requests.get(server.url + answer["pictures"][1]["url"], headers={"If-None-Match": file.headers["ETag"]}, timeout=10)
    assert known.status_code == 304
    assert requests.get(server.url + answer["pictures"][1]["thumbnail_url"], timeout=10).content[8:12] == b"WEBP"

    picture = answer["pictures"][1]["id"]
    found = requests.get(f"{api}/images", params={"q": "round apple"}, timeout=10).json()["items"]
    assert [item["seed"] for item in found if item["id"] == picture] == [6]
    assert requests.delete(f"{api}/images/{picture}", timeout=10).status_code == 200
    assert requests.get(f"{api}/images/{picture}", timeout=10).status_code == 404

    slow = requests.post(f"{api}/jobs", json={"width": 128, "height": 128, "steps": 40, "runs": 8}, timeout=10).json()["id"]
    requests.delete(f"{api}/jobs/{slow}", timeout=10).raise_for_status()
    assert list(events(f"{api}/jobs/{slow}/events"))[-1][1]["event"] == "cancelled"


def events(url, after=None):
    """Numbers and data of server-sent events, until the stream ends."""
    headers = {} if after is None else {"Last-Event-ID": str(after)}
    with requests.get(url, headers=headers, stream=True, timeout=60) as answer:
        answer.raise_for_status()
        number = None
        for line in answer.iter_lines(decode_unicode=True):
            if line.startswith("id:"):
                number = int(line[3:])
            elif line.startswith("data:"):
                yield number, json.loads(line[5:])
