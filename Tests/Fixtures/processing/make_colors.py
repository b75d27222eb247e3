"""Writes colors.json: a test picture with the colours of another, as A1111's colour correction matches them.

Made with opencv 5.0.0.93, scikit-image 0.26.0, numpy 2.4.6. The blend that follows, by luminosity, is the one of W3C's "Compositing and
Blending Level 1", written out here.
"""
import json
import os

import cv2
import numpy as np
from skimage import exposure

from make_processing import test_picture


def luminosity(colors):
    return colors @ np.array([0.3, 0.59, 0.11])


def with_luminosity(colors, wanted):
    colors = colors + (wanted - luminosity(colors))[..., None]
    light = luminosity(colors)[..., None]
    low, high = colors.min(-1, keepdims=True), colors.max(-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        colors = np.where(low < 0, light + (colors - light) * light / (light - low), colors)
        return np.where(high > 1, light + (colors - light) * (1 - light) / (high - light), colors)


target = test_picture(40, 30)
picture = np.ascontiguousarray(test_picture(48, 36)[::-1, ::-1])
matched = exposure.match_histograms(cv2.cvtColor(picture, cv2.COLOR_RGB2LAB), cv2.cvtColor(target, cv2.COLOR_RGB2LAB), channel_axis=2)
matched = cv2.cvtColor(matched.astype(np.uint8), cv2.COLOR_LAB2RGB)
result = np.rint(with_luminosity(matched / 255, luminosity(picture / 255)) * 255).clip(0, 255).astype(np.uint8)

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "colors.json"), "w") as file:
    json.dump({"pixels": result.flatten().tolist()}, file, separators=(",", ":"))
    file.write("\n")
