#!/usr/bin/env python3
"""How far two pictures of the same size are apart.

    compare_pictures.py PICTURE REFERENCE

Prints one JSON object: the peak signal-to-noise ratio in dB over all bytes (null when they are equal), the
largest difference, and how lively the reference is: a constant or saturated picture would agree with anything.
"""
import json
import math
import sys

import numpy
from PIL import Image


def compare(picture, reference):
    ours, theirs = (numpy.asarray(Image.open(path).convert("RGB")).astype("float64") for path in (picture, reference))
    if ours.shape != theirs.shape:
        sys.exit(f"{picture} is {ours.shape[1]}×{ours.shape[0]}, {reference} is {theirs.shape[1]}×{theirs.shape[0]}.")
    error = float(((ours - theirs) ** 2).mean())
    return {
        "psnr": 10 * math.log10(255**2 / error) if error else None,
        "largest": float(abs(ours - theirs).max()),
        "reference_std": float(theirs.std()),
        "reference_saturated": float(((theirs == 0) | (theirs == 255)).mean()),
    }


if __name__ == "__main__":
    print(json.dumps(compare(*sys.argv[1:3])))
