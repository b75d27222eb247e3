#!/usr/bin/env python3
"""Write picture files such as people send beside this script, and inputs.json: what must be read from them.

Needs Pillow 13.0.0 and numpy. Colours are those in the middle of each quarter of the picture as it must be seen: after turning,
on white where it is transparent."""
import io, json, os, struct, zlib

import numpy as np
from PIL import Image, ImageOps

HERE = os.path.dirname(os.path.abspath(__file__))
WIDTH, HEIGHT = 32, 16
RED, GREEN, BLUE, YELLOW = (220, 30, 30), (30, 180, 60), (40, 60, 220), (240, 220, 40)  # from top left to bottom right
TURNS = {
    1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_90,
}
expected = {}


def path(name):
    return os.path.join(HERE, name)


def write(name, data):
    with open(path(name), "wb") as f:
        f.write(data)


def expect(name, seen, tolerance=0, note=None):
    x, y = seen.width // 4, seen.height // 4
    points = ((x, y), (3 * x, y), (x, 3 * y), (3 * x, 3 * y))
    colours = [list(seen.convert("RGB").getpixel(point)) for point in points]
    expected[name] = dict(size=list(seen.size), colours=colours, tolerance=tolerance) | (dict(note=note) if note else {})


def turned(image, orientation):
    return image.transpose(TURNS[orientation]) if TURNS[orientation] is not None else image


def exif(orientation):
    block = Image.Exif()
    block[0x0112] = orientation
    return block


def on_white(rgba):
    pixels = np.array(rgba).astype(np.float64)
    opacity = pixels[..., 3:] / 255
    return Image.fromarray(np.rint(pixels[..., :3] * opacity + 255 * (1 - opacity)).astype(np.uint8))


def with_alpha(colours, alpha):
    return Image.fromarray(np.dstack([np.array(colours), alpha]))


def png(width, height, depth, kind, rows, row_filter=b"\0"):
    """A PNG of a kind that Pillow cannot write."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    data = zlib.compress(b"".join(row_filter + row for row in rows), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def eight_bits(wide):
    return Image.fromarray(((wide * 255 + 32767) // 65535).astype(np.uint8))


def orientations(base):
    # Quality 95 loses up to 4 levels of a flat colour.
    jpeg = dict(quality=95, subsampling=0)
    for orientation in TURNS:
        name = f"orientation-{orientation}.jpg"
        base.save(path(name), exif=exif(orientation), **jpeg)
        expect(name, turned(base, orientation), 4)
    for name, options in (("orientation-6.png", {}), ("orientation-6.webp", dict(lossless=True))):
        base.save(path(name), exif=exif(6), **options)
        expect(name, turned(base, 6))
    base.save(path("orientation-invalid.jpg"), exif=exif(9), **jpeg)
    expect("orientation-invalid.jpg", base, 4, "an unknown orientation is none")


def transparency(base, grey):
    # Half a level may be rounded either way: 1.
    alpha = np.full((HEIGHT, WIDTH), 255, np.uint8)
    alpha[:, 16:], alpha[8:, :16] = 0, 128
    rgba, grey_alpha = with_alpha(base, alpha), with_alpha(grey, alpha)
    rgba.save(path("alpha.png"))
    expect("alpha.png", on_white(rgba), 1)
    rgba.save(path("alpha.webp"), lossless=True, exact=True)
    expect("alpha.webp", on_white(rgba), 1)
    grey_alpha.save(path("grey-alpha.png"))
    expect("grey-alpha.png", on_white(grey_alpha.convert("RGBA")), 1)

    hole = np.full((HEIGHT, WIDTH), 255, np.uint8)
    hole[:8, :16] = 0
    palette = base.quantize(4)
    opacities = bytearray([255] * 4)
    opacities[palette.getpixel((4, 4))] = 0
    palette.save(path("palette-transparent.png"), transparency=bytes(opacities))
    expect("palette-transparent.png", on_white(with_alpha(palette.convert("RGB"), hole)), 1)
    base.save(path("key-transparent.png"), transparency=RED)
    expect("key-transparent.png", on_white(with_alpha(base, hole)), note="A1111 leaves it opaque")


def layouts(base, grey):
    base.quantize(4).save(path("palette.png"))
    expect("palette.png", base, 2)
    grey.save(path("grey.png"))
    expect("grey.png", grey)
    bits = grey.convert("1", dither=0)
    bits.save(path("bits.png"))
    expect("bits.png", bits.convert("L"))
    wide_grey = np.array(grey).astype(np.uint32) * 257 + 100
    write("grey-16.png", png(WIDTH, HEIGHT, 16, 0, [row.astype(">u2").tobytes() for row in wide_grey]))
    expect("grey-16.png", eight_bits(wide_grey), 1, "A1111: white")
    wide = (np.array(base).astype(np.uint32) * 257 + 64).clip(0, 65535)
    write("rgb-16.png", png(WIDTH, HEIGHT, 16, 2, [row.astype(">u2").tobytes() for row in wide]))
    expect("rgb-16.png", eight_bits(wide), 1)
    # JPEG's loss, and for CMYK its conversion's.
    base.convert("CMYK").save(path("cmyk.jpg"), quality=95, subsampling=0)
    expect("cmyk.jpg", Image.open(path("cmyk.jpg")).convert("RGB"), 6, "Adobe marker, inverted")
    grey.save(path("grey.jpg"), quality=95)
    expect("grey.jpg", grey, 4)
    base.save(path("progressive.jpg"), quality=95, subsampling=0, progressive=True)
    expect("progressive.jpg", base, 4)
    Image.new("RGB", (1, 1), RED).save(path("one-pixel.png"))
    expected["one-pixel.png"] = dict(size=[1, 1], colours=[list(RED)] * 4, tolerance=0)


def animations(base):
    frames = [ImageOps.invert(base), base.convert("L").convert("RGB")]
    options = dict(save_all=True, append_images=frames, duration=100)
    base.save(path("animated.webp"), lossless=True, **options)
    expect("animated.webp", base, 2, "the first frame")
    base.save(path("animated.png"), **options)
    expect("animated.png", base, note="APNG: the default picture")
    base.save(path("animated.gif"), **options)
    expected["animated.gif"] = dict(refused="GIF is not read")
    # The first frame covers a part of the canvas, at (8, 4): chunks by hand, since Pillow's frames begin as large as the canvas.
    part = io.BytesIO()
    Image.new("RGB", (16, 8), GREEN).save(part, "WEBP", lossless=True)
    def chunk(kind, data):
        return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
    def u24(number):
        return struct.pack("<I", number)[:3]
    frame = u24(8 // 2) + u24(4 // 2) + u24(15) + u24(7) + u24(100) + b"\0" + part.getvalue()[12:]
    chunks = chunk(b"VP8X", b"\x12\0\0\0" + u24(WIDTH - 1) + u24(HEIGHT - 1)) + chunk(b"ANIM", b"\0\0\0\0\0\0") + chunk(b"ANMF", frame)
    write("animated-part.webp", b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WEBP" + chunks)
    seen = Image.open(path("animated-part.webp")).convert("RGBA")
    expect("animated-part.webp", on_white(seen), note="the first frame on a transparent canvas")
    expected["animated-part.webp"]["alpha"] = seen.getchannel("A").tobytes().hex()


def damaged():
    with open(path("alpha.png"), "rb") as f:
        write("truncated.png", f.read()[:-40])
    expected["truncated.png"] = dict(refused="cut short")
    write("huge.png", png(60000, 60000, 8, 2, [b""]))
    expected["huge.png"] = dict(refused="60000 × 60000: refused by its header, before memory is taken")
    write("not-a-picture.png", b"hello, world")
    expected["not-a-picture.png"] = dict(refused="no picture")


def masks(base):
    mask = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    mask[4:12, 8:24, 3], mask[4:12, 24:28, 3], mask[4:12, 28:, 3] = 255, 128, 129
    Image.fromarray(mask).save(path("mask-alpha.png"))
    expected["mask-alpha.png"] = dict(mask="A1111: alpha > 128 is repainted", repainted_pixels=8 * 16 + 8 * 4)
    with_alpha(base, 255 - mask[..., 3]).save(path("mask-openai.png"))
    expected["mask-openai.png"] = dict(mask="OpenAI: alpha 0 is repainted", repainted_pixels=8 * 16)
    grey = np.zeros((HEIGHT, WIDTH), np.uint8)
    grey[4:12, 8:24], grey[0:4, 0:8] = 255, 90
    Image.fromarray(grey).save(path("mask-grey.png"))
    expected["mask-grey.png"] = dict(mask="A1111: luminance, grey stays grey", values=[0, 90, 255])


def main():
    pixels = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    pixels[:8, :16], pixels[:8, 16:], pixels[8:, :16], pixels[8:, 16:] = RED, GREEN, BLUE, YELLOW
    base = Image.fromarray(pixels)
    grey = base.convert("L")
    orientations(base)
    transparency(base, grey)
    layouts(base, grey)
    animations(base)
    damaged()
    masks(base)
    # Every value of 16 bits once, in order: each is stored as its difference to the one before.
    rows = [struct.pack(">BB", row, 0) + b"\0\x01" * 255 for row in range(256)]
    write("all-16.png", png(256, 256, 16, 0, rows, b"\1"))
    expected["all-16.png"] = dict(size=[256, 256])
    # Every colour with every opacity.
    shades = np.arange(256, dtype=np.uint8)
    Image.fromarray(np.dstack(np.meshgrid(shades, shades))).save(path("all-grey-alpha.png"), optimize=True)
    expected["all-grey-alpha.png"] = dict(size=[256, 256])
    with open(path("inputs.json"), "w") as f:
        json.dump(expected, f, indent=0, ensure_ascii=False)


if __name__ == "__main__":
    main()
