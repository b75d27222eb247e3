"""Writes soft.json: what soft inpainting shows of a new picture, from latents before and after.

Made with numpy 2.4.6 and Pillow 13.0.0, by the rules of A1111 1.10's soft inpainting, written out here: how far latents have moved at each
position, calmed by two filters, and then compared with a threshold.
"""
import json
import os

import numpy
from PIL import Image, ImageFilter

HERE = os.path.dirname(os.path.abspath(__file__))
SCALE = 8  # pixels for each of the latents
CASES = [
    {"name": "usual"},
    {"name": "the mask has a say", "influence": 0.6, "preservation": 1.0},
    {"name": "the mask alone", "influence": 1.0},
    {"name": "a sharp edge", "threshold": 1.5, "threshold_contrast": 6.0},
    {"name": "no threshold", "threshold": 0.0},
]
USUAL = {"preservation": 0.5, "influence": 0.0, "threshold": 0.5, "threshold_contrast": 2.0}


def kernel():
    y, x = numpy.mgrid[-2:3, -2:3]
    bell = lambda squares: numpy.exp(-squares / 1.5**2)
    return numpy.maximum((bell(x * x + y * y) - bell(9)) / (1 - bell(9)), 0)


def filtered(values, low, high):
    weights, answer = kernel(), numpy.zeros_like(values)
    height, width = values.shape
    for row in range(height):
        for column in range(width):
            rows, columns = slice(max(row - 2, 0), row + 3), slice(max(column - 2, 0), column + 3)
            near = values[rows, columns].ravel()
            weight = weights[rows.start - row + 2 : rows.start - row + 2 + min(row + 3, height) - rows.start,
                             columns.start - column + 2 : columns.start - column + 2 + min(column + 3, width) - columns.start].ravel()
            order = numpy.argsort(near, kind="stable")
            ends = numpy.cumsum(weight[order])
            starts = ends - weight[order]
            total = ends[-1]
            first, last = total * low, total * high
            if last - first < 1:
                middle = (first + last) / 2
                first, last = middle - 0.5, middle + 0.5
                if last > total:
                    first, last = total - 1, total
                if first < 0:
                    first, last = 0, 1
            inside = numpy.clip(numpy.minimum(last, ends) - numpy.maximum(first, starts), 0, None)
            answer[row, column] = (near[order] * inside).sum() / inside.sum()
    return answer


def overlay(mask, before, after, options):
    height, width = before.shape[1:]
    small = numpy.asarray(Image.fromarray(mask).resize((width, height), Image.BICUBIC)).astype(float) / 255
    moved = filtered(filtered(numpy.sqrt(((after - before) ** 2).sum(0)), 0.9, 1), 0.25, 0.75)
    kept = 0.5 * (1 - options["influence"]) + (1 - small ** (options["preservation"] / 2)) * options["influence"]
    half = options["threshold"] * kept / (1.00001 - kept)
    with numpy.errstate(divide="ignore"):
        relative = numpy.where(moved == 0, 0, moved / half)
    hidden = 1 / (1 + relative ** options["threshold_contrast"])
    shown = 1 - hidden**3 * (hidden * (hidden * 6 - 15) + 10)
    image = Image.fromarray((255 * shown).astype(numpy.uint8)).resize((width * SCALE, height * SCALE), Image.LANCZOS)
    return numpy.asarray(image.filter(ImageFilter.GaussianBlur(4)))


def main():
    random = numpy.random.default_rng(7)
    height, width = 6, 9
    mask = numpy.zeros((height * SCALE, width * SCALE), numpy.uint8)
    mask[10:38, 20:52] = 255
    mask[10:38, 52:60] = 100
    before = random.standard_normal((4, height, width)).round(3)
    after = before.copy()
    # A patch moves, more so at its right; one place moves alone, and two corners stay as they were.
    after[:, 1:5, 2:8] += random.standard_normal((4, 4, 6)).round(3) * numpy.linspace(0.1, 1.2, 6).round(3)
    after[:, 5, 0] += 0.4
    cases = [{**USUAL, **case} for case in CASES]
    for case in cases:
        case["overlay"] = overlay(mask, before, after, case)[::3, ::3].ravel().tolist()
    fixture = {"width": width, "height": height, "before": before.ravel().round(6).tolist(), "after": after.ravel().round(6).tolist(),
               "mask": [[20, 10, 52, 38, 255], [52, 10, 60, 38, 100]], "cases": cases}
    with open(os.path.join(HERE, "soft.json"), "w") as file:
        json.dump(fixture, file)
        file.write("\n")


if __name__ == "__main__":
    main()
