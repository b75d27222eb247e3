"""Writes noise_checksums.json: checksums of whole arrays of PyTorch's CPU noise, to compare every bit of them.

Made with torch 2.13.0+cpu on x86-64 with AVX-512 (torch uses its AVX2 kernel there).
"""
import json
import os

import torch

calls = [[65536], [16384, 16384, 7, 16389], [3, 1, 40, 2, 5000]]
entries = []
for seed in [0, 7, 123456789, 2**32 - 1, 2**32 + 5, 2**64 - 1]:
    for counts in calls:
        generator = torch.Generator().manual_seed(seed if seed < 2**63 else seed - 2**64)
        sums = []
        for count in counts:
            noise = torch.randn(count, generator=generator)
            bits = noise.view(torch.int32).to(torch.int64) & 0xFFFFFFFF
            # Position matters: each bit pattern is multiplied by its index + 1, modulo 2^32.
            sums.append(int((bits * torch.arange(1, count + 1) % 2**32).sum()) % 2**32)
        entries.append({"seed": str(seed), "counts": counts, "checksums": sums})

with open(os.path.join(os.path.dirname(__file__), "noise_checksums.json"), "w") as file:
    json.dump({"torch": torch.__version__, "entries": entries}, file, separators=(",", ":"))
    file.write("\n")
