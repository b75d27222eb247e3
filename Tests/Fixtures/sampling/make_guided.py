"""Writes guided.json: samplers that look at the answer to the negative prompt by itself (CFG++), and A1111's LCM, by their formulas.

Made with torch 2.13.0+cpu, in float32. The formulas are those of A1111 1.10 (`sd_samplers_timesteps_impl.ddim_cfgpp`, `sd_samplers_lcm`)
and ComfyUI (`sample_euler_cfg_pp`, `sample_euler_ancestral_cfg_pp`), written anew here.

The model is that of make_sampling.py; the answer to the negative prompt is the same function of 0.9 times the latents.
"""
import json
import math
import os

import numpy as np
import torch

SHAPE, SEEDS = (4, 2, 3), [1234, 1235]


def exact(tensor):
    return [float(str(value)) for value in np.asarray(tensor, dtype=np.float32).flatten()]


def model(x, t):
    return 0.8 * torch.tanh(x) + 0.3 * math.sin(0.01 * t) * torch.cos(x)


def answers(x, t, scale):
    """The guided output and that for the negative prompt."""
    unconditional = model(0.9 * x, t)
    return unconditional + scale * (model(x, t) - unconditional), unconditional


betas = torch.linspace(0.00085 ** 0.5, 0.012 ** 0.5, 1000) ** 2
alphas = torch.cumprod(1 - betas, 0)
sigmas = ((1 - alphas) / alphas).sqrt()
logs = sigmas.log().double()


def sigma(t):
    low = min(int(t), 998)
    return float((logs[low] + (t - low) * (logs[low + 1] - logs[low])).exp())


def timestep(s):
    low = min(max(int((logs <= math.log(s)).sum()) - 1, 0), 998)
    return low + min(max((math.log(s) - float(logs[low])) / float(logs[low + 1] - logs[low]), 0), 1)


generators = []


def draw():
    return torch.stack([torch.randn(SHAPE, generator=g) for g in generators])


def start():
    generators[:] = [torch.Generator().manual_seed(s) for s in SEEDS]
    return draw()


def ddim(n, scale):
    x, calls = start(), []
    ts = [min(t + 1, 999) for t in range(0, 1000, 1000 // n)]
    for t, s in list(zip(ts[1:], ts))[::-1]:
        calls.append(t)
        guided, unconditional = answers(x, t, scale)
        x0 = (x - (1 - alphas[t]).sqrt() * guided) / alphas[t].sqrt()
        x = alphas[s].sqrt() * x0 + (1 - alphas[s]).sqrt() * unconditional
    return x, calls


def euler(n, scale, ancestral):
    levels = [sigma(999 * (1 - i / (n - 1))) for i in range(n)] + [0.0]
    x, calls = start() * levels[0], []
    for a, b in zip(levels, levels[1:]):
        calls.append(timestep(a))
        guided, unconditional = answers(x / (a * a + 1) ** 0.5, calls[-1], scale)
        up = min(b, (b * b * (a * a - b * b) / (a * a)) ** 0.5) if ancestral else 0.0
        down = (b * b - up * up) ** 0.5
        x = (x - a * guided) + down * unconditional
        if ancestral and b > 0: x = x + up * draw()
    return x, calls


def lcm(n):
    steps = [20 * k + 19 for k in range(50)]
    ls = logs[steps]
    index = [49 * (1 - i / (n - 1)) for i in range(n)]
    levels = [float((ls[min(int(k), 48)] + (k - min(int(k), 48)) * (ls[min(int(k), 48) + 1] - ls[min(int(k), 48)])).exp()) for k in index] + [0.0]
    x, calls = start() * levels[0], []
    for a, b in zip(levels, levels[1:]):
        t = steps[int((ls - math.log(a)).abs().argmin())]
        calls.append(t)
        denoised = x - a * model(x / (a * a + 1) ** 0.5, t)
        scaled = 10 * t
        x = scaled / (scaled ** 2 + 0.25) ** 0.5 * denoised + 0.25 / (scaled ** 2 + 0.25) * x
        if b > 0: x = x + b * draw()
    return x, calls


runs = []
for n in (5, 8):
    for name, scale, (x, calls) in [("DDIM CFG++", 0.6, ddim(n, 0.6)), ("Euler CFG++", 1.5, euler(n, 1.5, False)),
                                    ("Euler a CFG++", 1.5, euler(n, 1.5, True)), ("LCM", None, lcm(n))]:
        runs.append({"source": "formula", "sampler": name, "schedule": "timesteps" if name == "DDIM CFG++" else "uniform",
                     "prediction": "epsilon", "steps": n, "scale": scale, "calls": calls, "latents": exact(x)})
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "guided.json"), "w") as file:
    json.dump({"shape": SHAPE, "seeds": SEEDS, "runs": runs}, file, separators=(",", ":"))
    file.write("\n")
