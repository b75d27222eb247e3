"""Prometheus's own parser reads the metrics."""
import requests
from prometheus_client.parser import text_string_to_metric_families


def check(server):
    requests.post(f"{server.url}/v1/images/generations", json={"prompt": "x", "size": "64x64", "steps": 2}, timeout=60).raise_for_status()
    answer = requests.get(f"{server.url}/metrics", timeout=10)
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4"), answer.headers
    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    for family in families.values():
        assert family.documentation, f"{family.name} says what it is"
        if family.type == "histogram":
            cumulative(family)
    for name in ("easel_queue_wait_seconds", "easel_generation_seconds", "easel_step_seconds", "easel_encode_seconds", "easel_compile_seconds"):
        assert sum(sample.value for sample in families[name].samples if sample.name.endswith("_count")) > 0, name
    assert families["easel_pictures_drawn"].samples[0].value > 0


def cumulative(family):
    series = {}
    for sample in family.samples:
        labels = tuple(sorted(item for item in sample.labels.items() if item[0] != "le"))
        if sample.name.endswith("_bucket"):
            series.setdefault(labels, []).append(sample.value)
        elif sample.name.endswith("_count"):
            assert series[labels] == sorted(series[labels]) and series[labels][-1] == sample.value, family.name
