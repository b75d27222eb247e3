#!/usr/bin/env python3
"""Draws the pictures of README.md and Documentation/*.md with the bundled checkpoint, after `make build`. Needs Pillow.

documentation_pictures.py [NAME …]: those sheets only.
"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw

ROOT = Path(__file__).resolve().parents[1]

# Name of the sheet, columns, seed, prompts.
SHEETS = [
    ("demo", 8, 1, [
        "cat face on a pink background", "rocket on a blue background", "pizza on a yellow background", "panda on a light green background",
        "balloon on a light blue background", "octopus on a turquoise background", "cactus on an orange background", "ghost on a purple background",
        "dog face on a yellow background", "strawberry on a white background", "penguin on a light blue background", "doughnut on a brown background",
        "smiling face with sunglasses on a red background", "sailboat on a turquoise background", "fox on a green background",
        "hamburger on a gray background",
    ]),
    ("prompt-weights", 5, 1, [f"(panda:{weight}) on a light green background" for weight in (0.5, 0.75, 1, 1.25, 1.5)]),
    ("prompt-schedule", 4, 1, [
        "dog face on a white background", "[dog face:cat face:10] on a white background", "[dog face:cat face:1] on a white background",
        "cat face on a white background",
    ]),
    ("prompt-and", 4, 1, [
        "frog on a white background", *(f"frog on a white background AND frog on a yellow background :{weight}" for weight in (0.5, 1, 2)),
    ]),
]


STEPS = [4, 8, 12, 20]


def samplers():
    """Every sampler's name, as the help lists them."""
    text = subprocess.run([ROOT / ".build/release/easel", "generate", "--sampler", "?"], capture_output=True, text=True).stderr
    return re.findall(r"^  - (.+)$", text, re.M)


def draw_samplers():
    """A row for each sampler, a column for each number of steps."""
    names, size, gap, label = samplers(), 72, 4, 190
    sheet = Image.new("RGB", (label + len(STEPS) * (size + gap), len(names) * (size + gap)), "white")
    pen = ImageDraw.Draw(sheet)
    with tempfile.TemporaryDirectory() as folder:
        for row, name in enumerate(names):
            pen.text((4, row * (size + gap) + size / 2 - 6), name, fill="black", font_size=14)
            for column, steps in enumerate(STEPS):
                path = Path(folder, "x.png")
                scale = "0.8" if name.startswith("Euler") and "CFG++" in name else "4"
                subprocess.run(
                    [ROOT / ".build/release/easel", "generate", "panda on a light green background", "--steps", str(steps), "--cfg-scale", scale,
                     "--seed", "7", "--sampler", name, "--output", path], check=True, capture_output=True)
                sheet.paste(Image.open(path).convert("RGB").resize((size, size), Image.LANCZOS), (label + column * (size + gap), row * (size + gap)))
    sheet.quantize(128, dither=Image.Dither.NONE).save(ROOT / "Documentation/samplers.png", optimize=True)
    print("Documentation/samplers.png")


def main():
    wanted = sys.argv[1:] or [sheet[0] for sheet in SHEETS] + ["samplers"]
    if "samplers" in wanted:
        draw_samplers()
    for name, columns, seed, prompts in SHEETS:
        if name not in wanted:
            continue
        with tempfile.TemporaryDirectory() as folder:
            pictures = []
            for index, prompt in enumerate(prompts):
                path = Path(folder, f"{index}.png")
                subprocess.run(
                    [ROOT / ".build/release/easel", "generate", prompt, "--steps", "12", "--cfg-scale", "4", "--seed", str(seed), "--output", path],
                    check=True, capture_output=True)
                pictures.append(Image.open(path).convert("RGB"))
        size, gap = pictures[0].width, 4
        rows = -(-len(pictures) // columns)
        sheet = Image.new("RGB", (columns * (size + gap) - gap, rows * (size + gap) - gap), "white")
        for index, picture in enumerate(pictures):
            sheet.paste(picture, (index % columns * (size + gap), index // columns * (size + gap)))
        sheet.save(ROOT / f"Documentation/{name}.png", optimize=True)
        print(f"Documentation/{name}.png")


if __name__ == "__main__":
    main()
