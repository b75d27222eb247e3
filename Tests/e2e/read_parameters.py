#!/usr/bin/env python3
"""What the PyPI packages sd-parsers (0.6) and Pillow read in pictures of Easel's, as JSON lines.

    read_parameters.py PICTURE...
"""
import json, sys

from PIL import Image
from sd_parsers import ParserManager

for path in sys.argv[1:]:
    with Image.open(path) as picture:
        picture.load()
        found = {"format": picture.format, "mode": picture.mode, "size": picture.size}
    info = ParserManager().parse(path)
    if info is None:
        sys.exit(f"{path}: sd-parsers finds no parameters")
    sampler = info.samplers[0]
    found |= {
        "generator": info.generator.value, "prompt": info.full_prompt, "negative_prompt": info.full_negative_prompt,
        "sampler": sampler.name, "model": sampler.model and sampler.model.name, **sampler.parameters, **info.metadata,
    }
    print(json.dumps(found, ensure_ascii=False))
