"""Writes pictures.json and latents.json: graded pictures and corrected latents of SD.Next.

Made with torch 2.13.0+cpu, kornia 0.9.0, numpy 2.4.6, pillow 13.0.0 and the files processing_grading.py and processing_correction.py of
SD.Next's modules at commit 058a7f0cf326f39c0135c6257d7b7e61073e51fd (give the folder that holds them as the first argument).

Everything is float32. A graded picture is taken before SD.Next cuts its values to whole ones: 0 to 255, with fractions.
"""
import importlib.util
import json
import os
import sys
import types

import numpy as np
import torch

HERE = os.path.dirname(os.path.abspath(__file__))
WIDTH, HEIGHT = 14, 11
SEED = 4711
STEPS = 20
# What a tiny VAE would make of the tint.
TINT = [0.8, -1.3, 0.4, 2.0]

GRADINGS = [
    {"grading_brightness": 0.3}, {"grading_brightness": -0.25}, {"grading_contrast": 0.5}, {"grading_contrast": -0.4},
    {"grading_saturation": 0.6}, {"grading_saturation": -0.5}, {"grading_saturation": -1}, {"grading_hue": 0.2}, {"grading_hue": 1},
    {"grading_hue": -0.7}, {"grading_gamma": 0.7}, {"grading_gamma": 2.2}, {"grading_sharpness": 0.8}, {"grading_color_temp": 3000},
    {"grading_color_temp": 1500}, {"grading_color_temp": 10000}, {"grading_shadows": 0.5}, {"grading_shadows": -0.6},
    {"grading_midtones": 0.4}, {"grading_midtones": -0.3}, {"grading_highlights": 0.7}, {"grading_highlights": -0.3},
    {"grading_shadows": 0.3, "grading_midtones": -0.2, "grading_highlights": 0.1},
    {"grading_clahe_clip": 2}, {"grading_clahe_clip": 1.5, "grading_clahe_grid": 3}, {"grading_clahe_clip": 40, "grading_clahe_grid": 2},
    {"grading_shadows_tint": "#003366", "grading_highlights_tint": "#ffcc00"},
    {"grading_shadows_tint": "#003366", "grading_highlights_tint": "#ffcc00", "grading_split_tone_balance": 0.9},
    {"grading_highlights_tint": "#00ff80", "grading_split_tone_balance": 0.2},
    {"grading_vignette": 0.8}, {"grading_vignette": 1}, {"grading_grain": 0.5},
    {
        "grading_brightness": 0.1, "grading_contrast": 0.2, "grading_saturation": 0.3, "grading_hue": 0.1, "grading_gamma": 0.9,
        "grading_sharpness": 0.4, "grading_color_temp": 5000, "grading_shadows": 0.2, "grading_midtones": -0.1, "grading_highlights": -0.2,
        "grading_shadows_tint": "#102040", "grading_highlights_tint": "#fff0d0", "grading_split_tone_balance": 0.6,
        "grading_vignette": 0.3, "grading_grain": 0.2,
    },
]

ALL = {
    "hdr_clamp": True, "hdr_color": 1, "hdr_brightness": 1, "hdr_sharpen": 2, "hdr_maximize": True, "hdr_max_boundary": 0.7,
    "hdr_tint_ratio": 1, "hdr_mode": 1,
}
# Each with the steps, counted from 0, after which latents are taken.
CORRECTIONS = [
    ({"hdr_clamp": True, "hdr_threshold": 0.8}, [0, 1]),
    ({"hdr_clamp": True, "hdr_threshold": 0.3, "hdr_boundary": 2.5}, [0]),
    ({"hdr_clamp": True, "hdr_threshold": 0}, [0]),
    ({"hdr_color": 0.8}, [3, 4, 9, 14, 15]),
    ({"hdr_color": 4, "hdr_mode": 1}, [4]),
    ({"hdr_tint_ratio": 2, "hdr_color_picker": "#ff8000"}, [6]),
    ({"hdr_tint_ratio": -1.5, "hdr_color_picker": "#ff8000"}, [6]),
    ({"hdr_brightness": 2}, [15, 16, 19]),
    ({"hdr_brightness": -3, "hdr_mode": 1}, [17]),
    ({"hdr_sharpen": 1}, [13, 14, 17, 19]),
    ({"hdr_sharpen": -2.5}, [19]),
    ({"hdr_sharpen": 0.1}, [15]),
    ({"hdr_maximize": True}, [17, 18]),
    ({"hdr_maximize": True, "hdr_max_center": 1.2, "hdr_max_boundary": 2}, [19]),
    (ALL, [0, 5, 14, 16, 19]),
]
DEFAULTS = {
    "hdr_mode": 0, "hdr_brightness": 0, "hdr_color": 0, "hdr_sharpen": 0, "hdr_clamp": False, "hdr_boundary": 4.0, "hdr_threshold": 0.95,
    "hdr_maximize": False, "hdr_max_center": 0.6, "hdr_max_boundary": 1.0, "hdr_color_picker": "#000000", "hdr_tint_ratio": 0,
}


def stand_in(name, **members):
    module = sys.modules[name] = types.ModuleType(name)
    for member, value in members.items():
        setattr(module, member, value)
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], child, module)
    return module


def load(folder, name):
    spec = importlib.util.spec_from_file_location(name, os.path.join(folder, name + ".py"))
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def load_sdnext(folder):
    """The two files by themselves; of what they import, only what they call."""
    log = types.SimpleNamespace(debug=lambda *_: None, trace=lambda *_: None, warning=print, error=print)
    stand_in("installer", install=lambda *_, **__: None)
    stand_in("modules")
    stand_in("modules.devices", device=torch.device("cpu"), dtype=torch.float32)
    stand_in("modules.logger", log=log)
    stand_in("modules.vae")
    stand_in("modules.vae.sd_vae_taesd", encode=lambda _: torch.tensor(TINT).reshape(1, 4, 1, 1).expand(1, 4, 8, 8))
    return load(folder, "processing_grading"), load(folder, "processing_correction")


def picture():
    """Smooth colours with noise, and in the first row black, white, greys and colours of full saturation."""
    generator = np.random.default_rng(1)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    smooth = np.stack([x / WIDTH, y / HEIGHT, 1 - (x + y) / (WIDTH + HEIGHT)], axis=-1) * 220 + 10
    pixels = np.clip(smooth + generator.normal(0, 25, smooth.shape), 0, 255).astype(np.uint8)
    pixels[0, :10] = [
        [0, 0, 0], [255, 255, 255], [128, 128, 128], [1, 1, 1], [255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0], [0, 255, 255],
        [255, 0, 255]]
    return pixels


def graded(module, pixels, fields):
    """SD.Next's picture, with fractions."""
    taken = []

    class Taken:
        info = {}

    def take(array):
        taken.append(array)
        return Taken()

    class Source:
        info = {}

        def __array__(self, *_, **__):
            return pixels

    module.np = types.SimpleNamespace(array=np.array, float32=np.float32, uint8=np.float32)
    module.Image = types.SimpleNamespace(fromarray=take, Image=None)
    # The noise of a plane after the other, however the picture lies in memory.
    generator = torch.Generator().manual_seed(SEED)
    torch.randn_like = lambda tensor: torch.randn(tensor.shape, generator=generator)
    params = module.GradingParams(**{key.removeprefix("grading_"): value for key, value in fields.items()})
    module.grade_image(Source(), params)
    return taken[0]


def corrected(module, latents, fields, steps):
    answers = []
    for step in steps:
        p = types.SimpleNamespace(**{**DEFAULTS, **fields}, extra_generation_params={})
        pipe = types.SimpleNamespace(num_timesteps=STEPS)
        first = {"latents": torch.zeros_like(latents)}
        # It counts the steps at the first of them.
        module.correction_callback(p, 999, first, pipe=pipe, initial=True, step=0)
        answer = module.correction_callback(p, 999 - 50 * step, {"latents": latents.clone()}, pipe=pipe, step=step)["latents"]
        answers.append({"step": step, "latents": numbers(answer, 6)})
    return answers


def numbers(array, digits):
    return [float(f"{value:.{digits}g}") or 0.0 for value in np.asarray(array, dtype=np.float64).flatten()]


def write(name, value):
    with open(os.path.join(HERE, name), "w") as file:
        json.dump(value, file, separators=(",", ":"))
        file.write("\n")


def main():
    grading, correction = load_sdnext(sys.argv[1])
    pixels = picture()
    cases = [{"fields": fields, "values": numbers(graded(grading, pixels, fields), 5)} for fields in GRADINGS]
    write("pictures.json", {
        "width": WIDTH, "height": HEIGHT, "seed": SEED, "pixels": pixels.flatten().tolist(), "cases": cases})

    sets = []
    several = [
        ({"hdr_clamp": True}, [0]), ({"hdr_color": 0.8}, [4]), ({"hdr_tint_ratio": 2}, [6]), ({"hdr_brightness": 2}, [16]), (ALL, [5, 17])]
    for channels, corrections in [(4, CORRECTIONS), (16, several)]:
        generator = torch.Generator().manual_seed(channels)
        latents = 2 * torch.randn(2, channels, 4, 3, generator=generator) + 0.3
        latents[0, 0, 1, 1], latents[0, 1, 2, 1] = 10, -10
        latents = latents.half().float()  # Short numbers.
        sets.append({
            "shape": list(latents.shape), "latents": numbers(latents, 7),
            "cases": [{"fields": fields, "answers": corrected(correction, latents, fields, steps)} for fields, steps in corrections]})
    write("latents.json", {"steps": STEPS, "tint": TINT, "sets": sets})


if __name__ == "__main__":
    main()
