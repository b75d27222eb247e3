"""Writes processing.json: pictures, masks, sizes and latents as A1111 1.10.1 prepares them, and checksums of their bytes.

Made with torch 2.13.0+cpu, numpy 2.4.6 and pillow 13.0.0. A1111 pins Pillow 9.5.0, whose resize always begins with the width; newer
ones sometimes begin with the height. So it is written out here in integers; it equals Pillow 9.5.0 bit for bit. So are OpenCV's blur of
8-bit pictures and A1111's rules. The rest is Pillow itself: the wide blurs, the blends of `fill`, and nearest neighbours.
"""
import json
import math
import os

import numpy as np
from PIL import Image, ImageFilter, ImageOps


def checksum(values):
    """FNV-1a of the bytes, 64 bits in hexadecimal."""
    state = 0xCBF29CE484222325
    for byte in np.ascontiguousarray(values).tobytes():
        state = (state ^ byte) * 0x100000001B3 % 2**64
    return f"{state:016x}"


def test_picture(width, height):
    """Red rises to the right, green downwards, blue is a chequer; a yellow disc and a dark bar."""
    y, x = np.mgrid[0:height, 0:width]
    picture = np.stack([255 * x // (width - 1), 255 * y // (height - 1), 255 * ((x // 20 + y // 20) % 2)], -1).astype(np.uint8)
    picture[(x - 100) ** 2 + (y - 50) ** 2 < 900] = (250, 220, 20)
    picture[(y >= 90) & (y < 100) & (x >= 10) & (x < 70)] = (16, 24, 32)
    return picture


def test_mask(width, height, white, gray=None):
    mask = np.zeros((height, width), np.uint8)
    for value, box in ((255, white), (128, gray)):
        if box:
            mask[box[1] : box[3], box[0] : box[2]] = value
    return mask


# Pillow 9.5.0: resize


def lanczos(x):
    sinc = lambda x: math.sin(math.pi * x) / (math.pi * x) if x else 1.0
    return sinc(x) * sinc(x / 3) if -3 <= x < 3 else 0.0


def bicubic(x, a=-0.5):
    x = abs(x)
    return ((a + 2) * x - (a + 3)) * x * x + 1 if x < 1 else (((x - 5) * x + 8) * x - 4) * a if x < 2 else 0.0


FILTERS = {"lanczos": (lanczos, 3.0), "bicubic": (bicubic, 2.0), "bilinear": (lambda x: max(1 - abs(x), 0.0), 1.0)}


def resize_rows(picture, length, kind):
    height, old, channels = picture.shape
    if old == length:
        return picture
    function, support = FILTERS[kind]
    scale = old / length
    widening = max(scale, 1.0)
    support *= widening
    result = np.empty((height, length, channels), np.uint8)
    for index in range(length):
        center = (index + 0.5) * scale
        low, high = max(int(center - support + 0.5), 0), min(int(center + support + 0.5), old)
        weights = [function((k - center + 0.5) * (1.0 / widening)) for k in range(low, high)]
        total = 0.0
        for weight in weights:
            total += weight
        if total:
            weights = [weight * (1.0 / total) for weight in weights]
        whole = [int(weight * 2**22 + (0.5 if weight >= 0 else -0.5)) for weight in weights]
        sums = np.full((height, channels), 1 << 21, np.int64)
        for k, weight in enumerate(whole):
            sums += picture[:, low + k].astype(np.int64) * weight
        result[:, index] = (sums >> 22).clip(0, 255)
    return result


def resize(picture, width, height, kind="lanczos"):
    if kind == "nearest":
        return np.array(Image.fromarray(picture).resize((width, height), Image.Resampling.NEAREST))
    planes = picture if picture.ndim == 3 else picture[..., None]
    result = resize_rows(resize_rows(planes, width, kind).transpose(1, 0, 2), height, kind).transpose(1, 0, 2)
    return result.reshape(result.shape[:2] + picture.shape[2:])


# A1111: sizes, masks, boxes


def resize_mode(mode, picture, width, height):
    if mode == 0:
        return resize(picture, width, height)
    old_height, old_width = picture.shape[:2]
    wide, narrow = width / height > old_width / old_height, width / height < old_width / old_height
    full_width = wide if mode == 1 else narrow
    small_width = width if full_width else max(1, old_width * height // old_height)
    small_height = max(1, old_height * width // old_width) if full_width else height
    small = resize(picture, small_width, small_height)
    left, top = width // 2 - small_width // 2, height // 2 - small_height // 2
    canvas = Image.new("RGB" if picture.ndim == 3 else "L", (width, height))
    canvas.paste(Image.fromarray(small), (left, top))
    result = np.array(canvas)
    if mode == 1:
        return result
    lines = small.astype(np.float64)
    edge = lambda p0, p1: np.clip(np.floor(1.125 * p0 - 0.125 * p1 + 0.5), 0, 255).astype(np.uint8)
    if top > 0:
        result[:top] = edge(lines[0], lines[min(1, small_height - 1)])[None]
        result[top + small_height : 2 * top + small_height] = edge(lines[-1], lines[max(small_height - 2, 0)])[None]
    elif left > 0:
        result[:, :left] = edge(lines[:, 0], lines[:, min(1, small_width - 1)])[:, None]
        result[:, left + small_width : 2 * left + small_width] = edge(lines[:, -1], lines[:, max(small_width - 2, 0)])[:, None]
    return result


def gaussian_taps(deviation):
    count = 2 * int(2.5 * deviation + 0.5) + 1
    x = np.arange(count) - (count - 1) / 2
    bell = np.exp(-x * x / (2 * deviation * deviation))
    bell /= bell.sum()
    taps, error = [0] * count, 0.0
    for index in range(count // 2):
        value = bell[index] * 256 + error
        whole = int(np.rint(value))
        error = value - whole
        taps[index] = taps[count - 1 - index] = whole
    taps[count // 2] = 256 - 2 * sum(taps[: count // 2])
    return taps


def blur_axis(mask, taps, axis):
    radius, length = len(taps) // 2, mask.shape[axis]
    period = max(2 * (length - 1), 1)
    index = np.abs(np.arange(-radius, length + radius)) % period
    padded = np.take(mask.astype(np.int64), np.minimum(index, period - index), axis=axis)
    total = sum(tap * np.take(padded, np.arange(i, i + length), axis=axis) for i, tap in enumerate(taps))
    return ((total + 128) >> 8).clip(0, 255).astype(np.uint8)


def blur(mask, horizontal, vertical):
    if horizontal > 0:
        mask = blur_axis(mask, gaussian_taps(horizontal), 1)
    return blur_axis(mask, gaussian_taps(vertical), 0) if vertical > 0 else mask


def lit_box(mask, padding):
    ys, xs = np.where((mask > 0).any(1))[0], np.where((mask > 0).any(0))[0]
    height, width = mask.shape
    x1, y1, x2, y2 = int(xs[0]), int(ys[0]), int(xs[-1]) + 1, int(ys[-1]) + 1
    return max(x1 - padding, 0), max(y1 - padding, 0), min(x2 + padding, width), min(y2 + padding, height)


def grow(low, high, more, limit):
    low, high = low - more // 2, high + more - more // 2
    if high >= limit:
        low, high = low - (high - limit), limit
    if low < 0:
        low, high = 0, high - low
    return low, min(high, limit)


def grown_box(box, width, height, picture_width, picture_height):
    x1, y1, x2, y2 = box
    if (x2 - x1) / (y2 - y1) > width / height:
        y1, y2 = grow(y1, y2, int((x2 - x1) / (width / height) - (y2 - y1)), picture_height)
    else:
        x1, x2 = grow(x1, x2, int((y2 - y1) * (width / height) - (x2 - x1)), picture_width)
    return x1, y1, x2, y2


def filled(picture, mask):
    picture, hole = Image.fromarray(picture), ImageOps.invert(Image.fromarray(mask))
    visible = Image.new("RGBa", picture.size)
    visible.paste(picture.convert("RGBA").convert("RGBa"), mask=hole)
    result = Image.new("RGBA", picture.size)
    for radius, times in ((256, 1), (64, 1), (16, 2), (4, 4), (2, 2), (0, 1)):
        layer = visible.filter(ImageFilter.GaussianBlur(radius)).convert("RGBA")
        for _ in range(times):
            result.alpha_composite(layer)
    return np.array(result.convert("RGB"))


def latent_mask(mask, rounded):
    height, width = mask.shape
    small = resize(mask, width // 8, height // 8, "bicubic").astype(np.float32) / 255
    return np.around(small) if rounded else small


def composed(new, base, overlay):
    share = overlay.astype(np.float64)[:, :, None] / 255
    return np.rint(new * share + base * (1 - share)).astype(np.uint8)


def hires(width, height, scale, x, y):
    cut = (0, 0)
    if not x and not y:
        to = (int(width * scale), int(height * scale))
    elif not y:
        to = (x, x * height // width)
    elif not x:
        to = (y * width // height, y)
    else:
        to = (x, x * height // width) if width / height < x / y else (y * width // height, y)
        cut = ((to[0] - x) // 8, (to[1] - y) // 8)
    return {"size": [width, height], "scale": scale, "resize": [x, y], "enlarged": to, "cut": cut,
            "final": [(to[0] // 8 - cut[0]) * 8, (to[1] // 8 - cut[1]) * 8]}


UPSCALERS = {"Latent": ("bilinear", False), "Latent (antialiased)": ("bilinear", True), "Latent (bicubic)": ("bicubic", False),
             "Latent (bicubic antialiased)": ("bicubic", True), "Latent (nearest)": ("nearest", False),
             "Latent (nearest-exact)": ("nearest-exact", False)}


def main():
    import torch

    tables = {}
    picture = test_picture(160, 120)
    mask = test_mask(160, 120, (50, 30, 90, 70), (100, 80, 120, 90))
    tables["picture"] = checksum(picture)
    tables["modes"] = [
        {"mode": mode, "from": size, "to": target, "checksum": checksum(resize_mode(mode, test_picture(*size), *target))}
        for mode in (0, 1, 2)
        for size, target in [((160, 120), to) for to in ((128, 64), (64, 128), (96, 96), (320, 240), (160, 120), (200, 64), (65, 97))]
        + [((300, 2), (64, 64)), ((2, 300), (64, 64)), ((33, 21), (8, 120)), ((2, 2), (40, 24))]]
    tables["filters"] = [
        {"filter": kind, "to": target, "checksum": checksum(resize(picture, *target, kind)),
         "gray": checksum(resize(picture[..., 0], *target, kind))}
        for kind in ("nearest", "bilinear", "bicubic", "lanczos") for target in ((1, 1), (37, 121), (160, 50), (111, 120), (190, 133))]
    tables["blurs"] = [{"deviations": pair, "checksum": checksum(blur(mask, *pair)), "box": lit_box(blur(mask, *pair), 0)}
                       for pair in [(s, s) for s in (0, 1, 2, 4, 7, 8, 16, 32, 64)] + [(4, 0), (0, 4), (3, 9)]]
    tables["wide_blurs"] = [
        {"radius": radius, "checksum": checksum(np.array(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(radius))))}
        for radius in (1, 2, 4, 16, 64, 256)]
    tables["boxes"] = [
        {"size": size, "painted": painted, "blur": deviation, "padding": padding, "target": target, "box": box,
         "grown": grown_box(box, *target, *size)}
        for size, painted in (((160, 120), (50, 30, 90, 70)), ((512, 512), (10, 10, 60, 500)), ((512, 512), (500, 500, 512, 512)),
                              ((768, 512), (0, 0, 768, 40)), ((400, 600), (100, 250, 101, 251)), ((64, 512), (0, 200, 64, 220)),
                              ((1920, 1080), (900, 500, 1000, 620)), ((512, 512), (0, 0, 512, 512)))
        for deviation in (0, 4) for padding in (0, 32)
        for box in [lit_box(blur(test_mask(*size, painted), deviation, deviation), padding)]
        for target in ((512, 512), (512, 768), (128, 64))]

    # Inpainting: a picture of another size stands for what was drawn.
    drawn = resize(picture[::-1, ::-1], 128, 64)
    soft = blur(mask, 4, 4)
    x1, y1, x2, y2 = box = grown_box(lit_box(soft, 16), 128, 64, 160, 120)
    pasted = Image.new("RGB", (160, 120))
    pasted.paste(Image.fromarray(resize_mode(1, drawn, x2 - x1, y2 - y1)), (x1, y1))
    tables["inpainting"] = []
    for name, working, overlay, base, part, new in (
            *((f"whole-{mode}", working, np.minimum(working.astype(int) * 2, 255).astype(np.uint8), base, base, drawn)
              for mode in (0, 1, 2) for working, base in [(resize_mode(mode, soft, 128, 64), resize_mode(mode, picture, 128, 64))]),
            ("only-masked", resize_mode(2, soft[y1:y2, x1:x2], 128, 64), soft, picture,
             resize_mode(2, picture[y1:y2, x1:x2], 128, 64), np.array(pasted))):
        planes = part.transpose(2, 0, 1)[None].astype(np.float32) / np.float32(255) * np.float32(2) - np.float32(1)
        hard = np.around(working.astype(np.float32) / 255)[None, None]
        half = np.float32(0.25)
        tables["inpainting"].append({
            "name": name, "working": checksum(working), "overlay": checksum(overlay), "base": checksum(base), "drawn": checksum(part),
            "composed": checksum(composed(new, base, overlay)), "filled": checksum(filled(part, working)),
            "latents": latent_mask(working, True).astype(int).tolist(),
            "fractional": [[round(float(v) * 255) for v in row] for row in latent_mask(working, False)],
            "channel": hard[0, 0, ::8, ::8].astype(int).tolist(), "planes": checksum(planes),
            "concealed": checksum(planes * (1 - np.float32(1)) + planes * (1 - hard) * np.float32(1)),
            "half_concealed": checksum(planes * (1 - half) + planes * (1 - hard) * half)})

    tables["hires"] = [hires(*case) for case in (
        (512, 512, 2, 0, 0), (512, 768, 1.5, 0, 0), (512, 512, 1.3, 0, 0), (512, 512, 2, 1024, 0), (512, 768, 2, 0, 1000),
        (512, 512, 2, 1024, 768), (640, 448, 2, 1000, 1000), (512, 512, 2, 800, 1200), (64, 64, 1.9, 0, 0))]

    latents = torch.randn((2, 2, 4, 6), generator=torch.Generator().manual_seed(5))
    flat = lambda values: [float(f"{v:.8g}") for v in values.flatten().tolist()]
    tables["latents"] = {"input": flat(latents), "outputs": [
        {"upscaler": name, "height": height, "width": width, "values": flat(torch.nn.functional.interpolate(
            latents, size=(height, width), mode=mode, antialias=antialias))}
        for name, (mode, antialias) in UPSCALERS.items() for height, width in ((7, 11), (3, 2), (4, 9), (1, 1))]}

    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "processing.json"), "w") as file:
        json.dump(tables, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
