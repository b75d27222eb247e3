#!/usr/bin/env python3
"""Writes embeddings/: textual inversions in every form that people have.

    make_embeddings.py        (writes beside itself)

Made with torch 2.13.0+cpu, safetensors 0.8.0. Numbers are a formula, which TextualInversionTests.swift repeats.
"""
import collections
import pathlib

import torch
from safetensors.torch import save_file

FOLDER = pathlib.Path(__file__).parent / "embeddings"
FOLDER.mkdir(exist_ok=True)


def vectors(rows, width, salt=0):
    """Eighths, which every element type holds exactly."""
    return ((torch.arange(rows * width) * 7 + salt) % 64 / 8 - 4).reshape(rows, width)


def a1111(vec):
    return {"string_to_token": {"*": 265}, "string_to_param": {"*": vec}, "name": "word", "step": 500,
            "sd_checkpoint": None, "sd_checkpoint_name": "tiny"}


torch.save(a1111(vectors(3, 8)), FOLDER / "a1111.pt")
torch.save(a1111(vectors(3, 8).half()), FOLDER / "a1111-f16.pt")
torch.save(a1111(vectors(3, 8).bfloat16().requires_grad_()), FOLDER / "a1111-bf16.pt")
torch.save(a1111(torch.nn.Parameter(vectors(3, 8))), FOLDER / "parameter.pt")
original = a1111(None)
original["string_to_param"] = torch.nn.ParameterDict({"*": torch.nn.Parameter(vectors(3, 8))})
torch.save(original, FOLDER / "parameter-dict.pt")
torch.save({"<word>": vectors(1, 8)[0]}, FOLDER / "diffusers.bin")
torch.save(collections.OrderedDict({"<word>": vectors(2, 8)}), FOLDER / "ordered.bin")
torch.save({"clip_l": vectors(2, 8), "clip_g": vectors(2, 12, 1)}, FOLDER / "xl.pt")
# Every third row, from the second: not the storage's first number, and not one row after another.
torch.save({"<word>": vectors(9, 8)[1::3]}, FOLDER / "strided.pt")
torch.save({"<word>": vectors(8, 3).T}, FOLDER / "transposed.pt")
torch.save(a1111(vectors(3, 8)), FOLDER / "legacy.pt", _use_new_zipfile_serialization=False)
torch.save(a1111(vectors(3, 8)), FOLDER / "protocol4.pt", pickle_protocol=4)
save_file({"emb_params": vectors(3, 8)}, FOLDER / "emb_params.safetensors")
save_file({"emb_params": vectors(3, 8).bfloat16()}, FOLDER / "bf16.safetensors")
save_file({"<word>": vectors(1, 8)[0].half()}, FOLDER / "diffusers.safetensors")
save_file({"clip_l": vectors(2, 8), "clip_g": vectors(2, 12, 1)}, FOLDER / "xl.safetensors")
save_file({"string_to_param.*": vectors(3, 8)}, FOLDER / "a1111.safetensors")


class Evil:
    def __reduce__(self):
        import os
        return os.system, ("touch /tmp/easel-was-here",)


torch.save(a1111(Evil()), FOLDER / "evil.pt")
torch.save({"numbers": [1, 2.5, True, None, "text", (1, 2), 1 << 80]}, FOLDER / "no-tensor.pt")
