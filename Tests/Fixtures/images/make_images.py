#!/usr/bin/env python3
"""Write the picture files beside this script and expected.json: their pixels and parameters as Pillow 13.0.0 reads them."""
import json, os, struct, zlib

from PIL import Image, PngImagePlugin

HERE = os.path.dirname(os.path.abspath(__file__))
WIDTH, HEIGHT = 19, 13
TEXT = "a cat, café\nNegative prompt: blurry\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 19x13"
WIDE = TEXT.replace("cat", "猫 🐱")
expected = {}


def picture(mode="RGB"):
    image = Image.new("RGBA", (WIDTH, HEIGHT))
    for y in range(HEIGHT):
        for x in range(WIDTH):
            image.putpixel((x, y), (x * 255 // WIDTH, y * 255 // HEIGHT, (x + y) * 8 % 256, 255 - x * y % 256))
    return image.convert(mode) if mode != "RGBA" else image


def note(name, parameters=None, tolerance=0, image=None):
    image = image or Image.open(os.path.join(HERE, name))
    has_alpha = "A" in image.getbands() or "transparency" in image.info
    rgba = image.convert("RGBA") if has_alpha else None
    expected[name] = {
        "width": image.width, "height": image.height, "rgb": (rgba or image).convert("RGB").tobytes().hex(),
        "alpha": rgba.getchannel("A").tobytes().hex() if rgba else None, "parameters": parameters, "tolerance": tolerance,
    }


def save(name, image, parameters=None, tolerance=0, **options):
    image.save(os.path.join(HERE, name), **options)
    note(name, parameters, tolerance)


def texts(*adds):
    info = PngImagePlugin.PngInfo()
    info.add_text("Software", "make_images.py")
    for method, arguments in adds:
        getattr(info, method)(*arguments)
    return info


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(name, depth, colour, rows, after=b""):
    """A PNG of a kind that Pillow cannot write."""
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, colour, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row for row in rows))
    with open(os.path.join(HERE, name), "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + after + chunk(b"IEND", b""))


def exif(comment, order):
    """Exif with a user comment, as TIFF of the given byte order (`>` or `<`)."""
    head = (b"MM\0*" if order == ">" else b"II*\0") + struct.pack(order + "I", 8)
    entry = lambda tag, kind, count, value: struct.pack(order + "HHHIII", 1, tag, kind, count, value, 0)
    return b"Exif\0\0" + head + entry(0x8769, 4, 1, 26) + entry(0x9286, 7, len(comment), 44) + comment


def main():
    save("text.png", picture(), TEXT, pnginfo=texts(("add_text", ("parameters", TEXT))))
    save("text-compressed.png", picture(), TEXT, pnginfo=texts(("add_text", ("parameters", TEXT, True))))
    save("international.png", picture(), WIDE, pnginfo=texts(("add_itxt", ("parameters", WIDE))))
    save("international-compressed.png", picture(), WIDE, pnginfo=texts(("add_itxt", ("parameters", WIDE, "en", "", True))))
    save("two-texts.png", picture(), TEXT, pnginfo=texts(("add_text", ("prompt", "{}")), ("add_text", ("parameters", TEXT))))
    save("plain.png", picture())
    save("grey.png", picture("L"))
    save("one-bit.png", picture("1"))
    save("grey-alpha.png", picture("LA"))
    save("alpha.png", picture("RGBA"))
    save("palette.png", picture().quantize(16))
    save("palette-transparent.png", picture().quantize(16), transparency=3)
    save("grey-key.png", picture("L"), transparency=picture("L").getpixel((7, 5)))
    source = picture()
    wide = lambda v: v << 8 | (v * 7 % 256)
    rows = [b"".join(struct.pack(">3H", *map(wide, source.getpixel((x, y)))) for x in range(WIDTH)) for y in range(HEIGHT)]
    png("sixteen-bit.png", 16, 2, rows)
    scaled = Image.new("RGB", source.size)
    scaled.putdata([tuple((wide(v) * 255 + 32767) // 65535 for v in pixel) for pixel in source.getdata()])
    note("sixteen-bit.png", image=scaled)
    png("text-after-pixels.png", 8, 2, [source.crop((0, y, WIDTH, y + 1)).tobytes() for y in range(HEIGHT)],
        chunk(b"tEXt", b"parameters\0" + TEXT.encode("latin-1")))
    note("text-after-pixels.png", TEXT)

    # Another libjpeg-turbo may round otherwise in its DCT: 2. CMYK adds its own rounding: 4.
    wide_be, wide_le = WIDE.encode("utf-16-be"), WIDE.encode("utf-16-le")
    jpeg = dict(quality=92, subsampling=0)
    save("plain.jpg", picture(), None, 2, **jpeg)
    save("grey.jpg", picture("L"), None, 2, quality=92)
    save("progressive.jpg", picture(), None, 2, progressive=True, **jpeg)
    save("cmyk.jpg", picture("CMYK"), None, 4, quality=92)
    with open(os.path.join(HERE, "cmyk.jpg"), "rb") as f:
        cmyk = f.read()
    # Adobe's marker of 16 bytes ends with the kind of its colours: 0 for CMYK, 2 for YCCK.
    marker = cmyk.index(b"\xff\xee\0\x0eAdobe")
    for name, replacement in ("cmyk-unmarked.jpg", b""), ("ycck.jpg", cmyk[marker:marker + 15] + b"\2"):
        with open(os.path.join(HERE, name), "wb") as f:
            f.write(cmyk[:marker] + replacement + cmyk[marker + 16:])
        note(name, None, 4)
    save("big-endian.jpg", picture(), WIDE, 2, exif=exif(b"UNICODE\0" + wide_be, ">"), **jpeg)
    save("little-endian.jpg", picture(), WIDE, 2, exif=exif(b"UNICODE\0" + wide_le, "<"), **jpeg)
    save("mixed-endian.jpg", picture(), WIDE, 2, exif=exif(b"UNICODE\0" + wide_be, "<"), **jpeg)
    save("ascii.jpg", picture(), "a cat", 2, exif=exif(b"ASCII\0\0\0a cat\0", "<"), **jpeg)
    save("lossless.webp", picture(), None, lossless=True)
    save("alpha.webp", picture("RGBA"), None, lossless=True, exact=True)
    # Another libwebp may round otherwise.
    save("exif.webp", picture(), WIDE, 2, quality=92, exif=exif(b"UNICODE\0" + wide_be, ">"))

    frames = [picture(), picture().rotate(180)]
    frames[0].save(os.path.join(HERE, "animation.webp"), save_all=True, append_images=frames[1:], lossless=True)
    # Its frames are opaque, though its header says that they need not be.
    note("animation.webp", image=Image.open(os.path.join(HERE, "animation.webp")).convert("RGB"))
    with open(os.path.join(HERE, "expected.json"), "w") as f:
        json.dump(expected, f, indent=0, ensure_ascii=False)


if __name__ == "__main__":
    main()
