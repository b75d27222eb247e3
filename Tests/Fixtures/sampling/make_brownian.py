"""Writes brownian.json: increments and draws of torchsde's Brownian tree, as k-diffusion asks it, and numpy's seed sequences.

Made with torch 2.13.0+cpu, torchsde 0.2.6 and numpy 2.4.6. A draw is -W / sqrt(sigma - sigma_next), as in k-diffusion's
BrownianTreeNoiseSampler. For Philox, torchsde's generator is replaced by A1111's, as A1111 1.10 does (`replace_torchsde_browinan`).
"""
import json
import os
import warnings

import numpy as np
import torch
import torchsde
import torchsde._brownian.brownian_interval as interval

warnings.simplefilter("ignore")
SHAPE = (4, 3, 2)


def exact(tensor):
    return [float(str(value)) for value in np.asarray(tensor, dtype=np.float32).flatten()]


def philox(seed, count):
    """A1111's generator: one call of Philox4x32-10 for each number, offset 0, and the sine half of Box and Muller's pair."""
    state = np.zeros((4, count), dtype=np.uint32)
    state[2] = np.arange(count, dtype=np.uint32)
    key = [np.uint32(seed & 0xFFFFFFFF), np.uint32(seed >> 32 & 0xFFFFFFFF)]
    for _ in range(10):
        a, b = state[0].astype(np.uint64) * 0xD2511F53, state[2].astype(np.uint64) * 0xCD9E8D57
        state = np.stack([(b >> 32).astype(np.uint32) ^ state[1] ^ key[0], b.astype(np.uint32),
                          (a >> 32).astype(np.uint32) ^ state[3] ^ key[1], a.astype(np.uint32)])
        key = [np.uint32((int(key[0]) + 0x9E3779B9) & 0xFFFFFFFF), np.uint32((int(key[1]) + 0xBB67AE85) & 0xFFFFFFFF)]
    unit, turn = np.float32(2.3283064e-10), np.float32(2.3283064e-10 * 6.2831855)
    u = state[0] * float(unit) + float(unit) / 2
    v = state[1] * float(turn) + float(turn) / 2
    return (np.sqrt(-2 * np.log(u)) * np.sin(v)).astype(np.float32)


def randn(source):
    def torch_cpu(size, dtype, device, seed):
        return torch.randn(size, generator=torch.Generator().manual_seed(int(seed)))
    return torch_cpu if source == "torch" else lambda size, dtype, device, seed: torch.from_numpy(philox(int(seed), int(np.prod(size)))).reshape(size)


trees = []
for source in ("torch", "philox"):
    interval._randn = randn(source)
    for seed in (0, 1234, 4294967295, 987654321):
        for least, greatest in ((0.029167532920837402, 14.614643096923828), (0.1, 10.0), (0.002, 80.0), (0.029167532920837402, 4518.7637)):
            low, high = torch.tensor(least), torch.tensor(greatest)
            tree = torchsde.BrownianTree(low, torch.zeros(SHAPE), high, entropy=seed)
            levels = np.sort(np.random.default_rng(seed).uniform(least, greatest, 5).astype(np.float32))[::-1]
            levels = [float(high)] + [float(v) for v in levels] + [float(low)]
            queries = []
            for a, b in [*zip(levels, levels[1:]), (levels[1], levels[3])]:
                increment = tree(torch.tensor(b), torch.tensor(a))
                draw = -increment / (torch.tensor(a) - torch.tensor(b)).abs().sqrt()
                queries.append({"from": a, "to": b, "increment": exact(increment), "draw": exact(draw)})
            trees.append({"source": source, "seed": seed, "least": float(low), "greatest": float(high), "queries": queries})
sequences = [
    {"entropy": entropy, "key": key,
     "state": [int(v) for v in np.random.SeedSequence(entropy=entropy, spawn_key=tuple(key), pool_size=24).generate_state(4)]}
    for entropy in (0, 1, 1234, 2**32 - 1, 2**32 + 5, 123456789012345) for key in ([], [0, 0], [5, 3], [2**24 - 1, 24], [2**40 + 7, 41])
]
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "brownian.json"), "w") as file:
    json.dump({"count": int(np.prod(SHAPE)), "trees": trees, "sequences": sequences}, file, separators=(",", ":"))
    file.write("\n")
