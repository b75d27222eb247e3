"""What is measured: one function a topic, each yielding its figures."""
import json
import statistics
from dataclasses import dataclass

import easel
import processes
import prompts
from workplace import ROOT, say

SEED = 1
UNET_BENCHMARK = ROOT / ".build" / "release" / "easel-bench"


@dataclass(frozen=True)
class Figure:
    name: str
    target: str
    measured: str
    passed: bool | None = None
    """None where there is no target, or nothing was measured."""
    detail: str = ""


@dataclass(frozen=True)
class Setting:
    place: object
    """The `Workplace`."""
    runs: int
    """How often each timed program runs."""


def agreement(setting):
    """Easel's picture against the one that diffusers makes of the same weights, seed and steps."""
    place = setting.place
    cases = [
        ("SD1.5, diffusers folder", place.sd15, place.sd15, prompts.SHORT),
        ("SD1.5, single file", place.sd15_single_file, place.sd15, prompts.SHORT),
        ("SD1.5, 130 tokens", place.sd15, place.sd15, prompts.LONG),
        ("SD2.1, v-prediction", place.sd21, place.sd21, prompts.SHORT),
    ]
    for name, model, original, prompt in cases:
        if place.tiny and original == place.sd21:
            continue
        reference = place.reference(original(), prompt, SEED, size=256, steps=8)
        picture = place.folder / f"easel-{name.replace(', ', '-').replace(' ', '-')}.png"
        easel.generate(model(), prompt, picture, size=256, steps=8, seed=SEED)
        compared = json.loads(processes.run(place.peer("peers/compare_pictures.py", picture, reference)).last_line)
        decibel = compared["psnr"]
        yield Figure(
            f"Agreement: {name}", "≥ 50 dB", "equal" if decibel is None else f"{decibel:.1f} dB", decibel is None or decibel >= 50,
            f"largest difference {compared['largest']:.0f} of 255; reference: standard deviation {compared['reference_std']:.0f}, "
            f"{compared['reference_saturated']:.1%} of bytes at 0 or 255")


def speed(setting):
    """Process start to PNG at 256×256 in 4 steps, the programs taking turns."""
    place = setting.place
    picture = place.folder / "timed.png"
    single, folder, converted = place.sd15_single_file(), place.sd15(), place.sd15_openvino()

    def peer(script, model, *flags):
        return lambda: processes.run(place.peer(script, model, prompts.SHORT, picture, "--size", 256, "--steps", 4, *flags)).seconds

    def ours(model):
        return lambda: easel.generate(model, prompts.SHORT, picture, size=256, steps=4, seed=SEED).run.seconds

    seconds = in_turns(setting.runs, {
        "Easel": ours(folder),
        "Easel, single file": ours(single),
        "openvino-genai": peer("peers/genai_picture.py", converted),
        "openvino-genai, fixed shape": peer("peers/genai_picture.py", converted, "--fixed-shape"),
        "diffusers": peer("peers/diffusers_picture.py", folder),
    })
    for name, times in seconds.items():
        yield Figure(f"Start to PNG: {name}", "", spread(times, "s"))

    # The way that is the faster one on this machine is the one to beat.
    median = {name: statistics.median(times) for name, times in seconds.items()}
    genai = min("openvino-genai", "openvino-genai, fixed shape", key=median.get)
    for name, rival, limit in (("openvino-genai", genai, 0.67), ("diffusers", "diffusers", 0.5)):
        ratio = median["Easel"] / median[rival]
        yield Figure(f"Start to PNG: Easel / {name}", f"≤ {limit}", f"{ratio:.2f}", ratio <= limit, f"medians of {setting.runs} runs; {rival}")


def memory(setting):
    """The most anonymous memory at 512×512 in f32. The checkpoint itself is mapped and does not count."""
    made = easel.generate(setting.place.sd15(), prompts.SHORT, setting.place.folder / "memory.png",
                          size=512, steps=4, seed=SEED, watch_memory=True)
    peak = made.run.peak_anonymous_bytes
    yield Figure("Peak anonymous memory, 512×512", "≤ 5.2 GB", f"{peak / 1e9:.2f} GB", peak <= 5.2e9,
                 f"Easel itself says {made.report['peak_memory_bytes'] / 1e9:.2f} GB; {made.run.seconds:.0f} s for 4 steps")


def forecast(setting):
    """The memory that `easel models info` forecasts, against the most anonymous memory that was measured, in f32."""
    cases = [("SD1.5", setting.place.sd15(), size) for size in (256, 512, 768)]
    if setting.place.sdxl:
        cases += [("SDXL", setting.place.sdxl, size) for size in (512, 1024)]
    for name, model, size in cases:
        said = easel.memory_forecast(model, size)
        made = easel.generate(model, prompts.SHORT, setting.place.folder / "forecast.png", size=size, steps=1, seed=SEED, watch_memory=True)
        peak = made.run.peak_anonymous_bytes
        yield Figure(f"Memory forecast / measured: {name}, {size}×{size}", "0.9 to 1.25", f"{said / peak:.2f}", 0.9 <= said / peak <= 1.25,
                     f"{said / 1e9:.2f} GB / {peak / 1e9:.2f} GB")


def opening(setting):
    """What it costs to open a checkpoint, before anything is compiled."""
    for name, model in (("diffusers folder", setting.place.sd15()), ("single file", setting.place.sd15_single_file())):
        easel.show_information(model)
        runs = [easel.show_information(model) for _ in range(setting.runs)]
        seconds = [run.seconds for run in runs]
        peak = max(run.peak_anonymous_bytes for run in runs)
        yield Figure(f"Opening a {name}: time", "< 0.3 s", spread(seconds, "s", digits=3), statistics.median(seconds) < 0.3,
                     "`easel models info`, process start to end, file in the page cache")
        yield Figure(f"Opening a {name}: anonymous memory", "< 100 MB", f"{peak / 1e6:.0f} MB", peak < 100e6)


def overhead(setting):
    """A UNet call inside Easel against the same compiled model called bare, and what dynamic shapes cost."""
    if not UNET_BENCHMARK.exists():
        yield Figure("UNet call inside Easel / bare", "≤ 1.03", "not measured", None, f"{UNET_BENCHMARK.relative_to(ROOT)} is not built")
        return
    run = processes.run([UNET_BENCHMARK, setting.place.sd15(), "--width", 256, "--height", 256, "--calls", 4 * setting.runs])
    report = json.loads(run.last_line)
    inside, bare, static = (statistics.median(report[way]) for way in ("inside", "bare", "static"))
    yield Figure("UNet call inside Easel / bare", "≤ 1.03", f"{inside / bare:.3f}", inside / bare <= 1.03,
                 f"{spread(report['inside'], 's')} / {spread(report['bare'], 's')}")
    yield Figure("UNet call, any shape / one fixed shape", "", f"{bare / static:.3f}", None,
                 f"{spread(report['bare'], 's')} / {spread(report['static'], 's')}")
    masked = statistics.median(report["masked"])
    yield Figure("UNet call, room for 4 chunks / for 1", "", f"{masked / static:.3f}", None,
                 f"{spread(report['masked'], 's')} / {spread(report['static'], 's')}; one chunk is there")
    yield Figure("UNet compile, any shape / one fixed shape", "", f"{report['compile']['dynamic']:.1f} s / {report['compile']['static']:.1f} s")


def shapes(setting):
    """What 40 pictures with prompts of 10 to 220 tokens make the UNet compile, and then three other sizes twice round."""
    if not UNET_BENCHMARK.exists():
        yield Figure("UNet compiles", "", "not measured", None, f"{UNET_BENCHMARK.relative_to(ROOT)} is not built")
        return
    counts = json.loads(processes.run([UNET_BENCHMARK, "shapes", setting.place.sd15()]).last_line)
    for policy, limit in (("static", 3), ("dynamic", 0)):
        one, others = counts[policy]["oneSize"], counts[policy]["otherSizes"]
        yield Figure(f"UNet compiles, {policy}: 40 prompts, one size", "1", f"{one}", one == 1)
        yield Figure(f"UNet compiles, {policy}: three other sizes, twice", f"≤ {limit}", f"{others}", others <= limit)


TOPICS = {topic.__name__: topic for topic in (agreement, speed, memory, forecast, opening, overhead, shapes)}


def in_turns(runs, programs):
    """Seconds of each program over several rounds, every program once a round, so that a slow minute hits all of them.
    A first round, not counted, brings the files into the page cache."""
    seconds = {name: [] for name in programs}
    for turn in range(runs + 1):
        for name, program in programs.items():
            say(f"Round {turn} of {runs}: {name} …")
            taken = program()
            if turn > 0:
                seconds[name].append(taken)
    return seconds


def spread(values, unit, digits=2):
    """The median, with the smallest and the largest value."""
    return f"{statistics.median(values):.{digits}f} {unit} ({min(values):.{digits}f} … {max(values):.{digits}f})"
