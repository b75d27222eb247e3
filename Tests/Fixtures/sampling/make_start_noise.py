"""Writes start_noise.json: the noise that pictures start from, with variations, with another picture's size, and with ENSD.

Made with torch 2.13.0+cpu. Follows A1111 1.10 `modules/rng.py` (ImageRNG): the steps are written anew here, with torch's functions.
"""
import json
import os

import numpy as np
import torch

torch.set_num_threads(1)


def exact(tensor):
    return [float(str(value)) for value in np.asarray(tensor, dtype=np.float32).flatten()]


def generator(seed):
    return torch.Generator().manual_seed(seed)


def slerp(share, low, high):
    unit = lambda x: x / torch.norm(x, dim=1, keepdim=True)
    dot = (unit(low) * unit(high)).sum(1)
    if dot.mean() > 0.9995:
        return low * share + high * (1 - share)
    omega = torch.acos(dot)
    return (torch.sin((1 - share) * omega) / torch.sin(omega)).unsqueeze(1) * low + (torch.sin(share * omega) / torch.sin(omega)).unsqueeze(1) * high


def first_and_next(shape, seed, subseed=0, strength=0.0, size=None, delta=0):
    own = generator(seed)
    smaller = (shape[0], *size) if size else shape
    noise = torch.randn(smaller, generator=own if smaller == shape else generator(seed))
    if strength:
        noise = slerp(strength, noise, torch.randn(smaller, generator=generator(subseed)))
    if smaller != shape:
        x = torch.randn(shape, generator=own)
        dx, dy = (shape[2] - smaller[2]) // 2, (shape[1] - smaller[1]) // 2
        w = smaller[2] if dx >= 0 else smaller[2] + 2 * dx
        h = smaller[1] if dy >= 0 else smaller[1] + 2 * dy
        tx, ty, dx, dy = max(dx, 0), max(dy, 0), max(-dx, 0), max(-dy, 0)
        x[:, ty:ty + h, tx:tx + w] = noise[:, dy:dy + h, dx:dx + w]
        noise = x
    if delta:
        own = generator(seed + delta)
    return noise, torch.randn(shape, generator=own)


cases = []
for shape, settings in [
    ((4, 5, 6), {}), ((4, 5, 6), {"subseed": 99, "strength": 0.3}), ((4, 5, 6), {"subseed": 12, "strength": 0.001}),
    ((4, 5, 6), {"subseed": 12, "strength": 1.0}), ((4, 8, 6), {"size": [4, 4]}), ((4, 6, 4), {"size": [4, 9]}),
    ((4, 5, 7), {"size": [8, 4], "subseed": 3, "strength": 0.5}), ((4, 5, 6), {"delta": 31337}),
    ((4, 5, 6), {"size": [5, 6], "subseed": 4, "strength": 0.2, "delta": -7}),
]:
    noise, following = first_and_next(shape, 1234, **settings)
    cases.append({"shape": shape, "seed": 1234, "subseed": 0, "strength": 0, "delta": 0, **settings, "noise": exact(noise), "next": exact(following)})
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "start_noise.json"), "w") as file:
    json.dump(cases, file, separators=(",", ":"))
    file.write("\n")
