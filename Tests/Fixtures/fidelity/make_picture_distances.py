"""Writes picture_distances.json: PSNR and SSIM of pairs of pictures by scikit-image.

Made with scikit-image 0.26.0, numpy 2.4.6, pillow 13.0.0. Pictures are those of ../diffusion, or drawn here by integer
formulas that PictureDistanceTests.swift repeats.
"""
import json
import os

import numpy as np
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

HERE = os.path.dirname(os.path.abspath(__file__))


def picture(name):
    return np.asarray(Image.open(os.path.join(HERE, "../diffusion", name)).convert("RGB"))


def drawn(width, height):
    index = np.arange(width * height * 3)
    return (index * index % 251).astype(np.uint8).reshape(height, width, 3)


def disturbed(image, strength):
    """Adds -strength … strength to every byte."""
    index = np.arange(image.size).reshape(image.shape)
    return np.clip(image.astype(int) + index * 7919 % (2 * strength + 1) - strength, 0, 255).astype(np.uint8)


def main():
    pairs = []

    def add(left, right, **names):
        pairs.append(names | {
            "psnr_db": peak_signal_noise_ratio(left, right, data_range=255),
            "ssim": structural_similarity(
                left, right, channel_axis=2, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255),
        })

    for left, right in [("euler_batch_7.png", "euler_batch_8.png"), ("euler_batch_7.png", "euler_no_guidance_7.png"), ("tiny_sd1.png", "tiny_sd2.png")]:
        add(picture(left), picture(right), reference=left, candidate=right)
    for name, strength in [("euler_batch_7.png", 1), ("euler_wide_7.png", 3), ("euler_long_3.png", 40)]:
        add(picture(name), disturbed(picture(name), strength), reference=name, strength=strength)
    for width, height, strength in [(11, 11, 20), (11, 40, 5), (64, 12, 100)]:
        add(drawn(width, height), disturbed(drawn(width, height), strength), width=width, height=height, strength=strength)

    with open(os.path.join(HERE, "picture_distances.json"), "w") as file:
        json.dump(pairs, file, indent=1)
        file.write("\n")


main()
