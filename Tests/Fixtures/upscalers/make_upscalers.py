#!/usr/bin/env python3
"""Writes expected.json: what small upscalers and tiny VAEs compute; and compact-2x.pth, one of them as upscalers are published.

    make_upscalers.py        (writes beside itself)

Made with torch 2.13.0+cpu and diffusers 0.42.1. Weights are a formula of their names (`synthetic`), which SyntheticWeights.swift repeats,
inputs are the formula of ../networks/make_networks.py. Upscalers are written out here, from the authors' descriptions, and computed in
double precision; the tiny VAE is diffusers'.
"""
import json, math, pathlib
import numpy as np
import torch
import torch.nn.functional as F
from diffusers import AutoencoderTiny

HERE = pathlib.Path(__file__).parent
torch.set_grad_enabled(False)


def fnv1a64(text):
    h = 0xCBF29CE484222325
    for byte in text.encode():
        h = ((h ^ byte) * 0x100000001B3) % 2**64
    return h


def synthetic(key, shape):
    """Numbers of -1 to 1 by splitmix64 from the key's hash on, scaled: biases by 0.05; slopes 1 + 0.1 v; weights by their fan-in."""
    with np.errstate(over="ignore"):
        z = np.uint64(fnv1a64(key)) + np.arange(1, math.prod(shape) + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    v = (z >> np.uint64(40)).astype(np.float64) / 2**23 - 1
    if key.endswith("bias"):
        v *= 0.05
    elif len(shape) < 2:
        v = 1 + 0.1 * v
    else:
        v *= math.sqrt(3 / math.prod(shape[1:]))
    return torch.from_numpy(v.astype(np.float32)).reshape(shape)


def noise(shape, salt):
    index = torch.arange(math.prod(shape), dtype=torch.int64)
    return (((index * 7919 + salt * 104729) % 4001).double() / 1000 - 2).float().reshape(shape)


def stored(output):
    stride = 1 + output.numel() // 300
    return {"shape": list(output.shape), "stride": stride, "values": [float(f"{v:.7g}") for v in output.reshape(-1)[::stride].tolist()]}


def layer(out, channels, kernel=3):
    return {"weight": (out, channels, kernel, kernel), "bias": (out,)}


def flat(layers):
    return {f"{name}.{part}": shape for name, parts in layers.items() for part, shape in parts.items()}


# ESRGAN


def esrgan_shapes(width, growth, blocks, doublings, unshuffle=1):
    layers = {"conv_first": layer(width, 3 * unshuffle**2)}
    for b in range(blocks):
        for r in (1, 2, 3):
            for c in range(1, 6):
                layers[f"body.{b}.rdb{r}.conv{c}"] = layer(growth if c < 5 else width, width + (c - 1) * growth)
    for n in range(doublings):
        layers[f"conv_up{n + 1}"] = layer(width, width)
    return flat(layers | {"conv_body": layer(width, width), "conv_hr": layer(width, width), "conv_last": layer(3, width)})


def esrgan(x, w):
    def conv(x, name):
        return F.conv2d(x, w[name + ".weight"], w[name + ".bias"], padding=1)

    unshuffle = math.isqrt(w["conv_first.weight"].shape[1] // 3)
    first = y = conv(F.pixel_unshuffle(x, unshuffle), "conv_first")
    for b in range(sum(f"body.{b}.rdb1.conv1.bias" in w for b in range(9))):
        z = y
        for r in (1, 2, 3):
            seen = [z]
            for c in range(1, 5):
                seen.append(F.leaky_relu(conv(torch.cat(seen, 1), f"body.{b}.rdb{r}.conv{c}"), 0.2))
            z = z + 0.2 * conv(torch.cat(seen, 1), f"body.{b}.rdb{r}.conv5")
        y = y + 0.2 * z
    y = first + conv(y, "conv_body")
    for n in range(sum(f"conv_up{n}.bias" in w for n in range(1, 9))):
        y = F.leaky_relu(conv(F.interpolate(y, scale_factor=2, mode="nearest"), f"conv_up{n + 1}"), 0.2)
    return conv(F.leaky_relu(conv(y, "conv_hr"), 0.2), "conv_last")


def first_release_names(shapes):
    """ESRGAN's first release: most of what people own."""
    doublings = sum(key.startswith("conv_up") for key in shapes) // 2
    blocks = max(int(key.split(".")[1]) for key in shapes if key.startswith("body.")) + 1
    stems = {"conv_first": "model.0", "conv_body": f"model.1.sub.{blocks}", "conv_hr": f"model.{3 * doublings + 2}",
             "conv_last": f"model.{3 * doublings + 4}"} | {f"conv_up{n}": f"model.{3 * n}" for n in (1, 2, 3)}
    names = {}
    for key in shapes:
        stem, part = key.rsplit(".", 1)
        if stem.startswith("body."):
            _, block, dense, conv = stem.split(".")
            stems[stem] = f"model.1.sub.{block}.RDB{dense[3]}.{conv}.0"
        names[key] = f"{stems[stem]}.{part}"
    return names


def bsrgan_names(shapes):
    def renamed(key):
        key = key.replace("conv_body", "trunk_conv").replace("conv_hr", "HRconv").replace("conv_up", "upconv")
        return key.replace("body.", "RRDB_trunk.").replace(".rdb", ".RDB")
    return {key: renamed(key) for key in shapes}


# Compact


def compact_shapes(width, convolutions, scale, slopes=None):
    layers = {}
    for c in range(convolutions - 1):
        layers[f"body.{2 * c}"] = layer(width, width if c else 3)
        layers[f"body.{2 * c + 1}"] = {"weight": (slopes or width,)}
    layers[f"body.{2 * convolutions - 2}"] = layer(3 * scale**2, width)
    return flat(layers)


def compact(x, w):
    y = x
    for i in range(sum(k.endswith(".weight") for k in w)):
        weight = w[f"body.{i}.weight"]
        y = F.conv2d(y, weight, w[f"body.{i}.bias"], padding=1) if weight.ndim == 4 else F.prelu(y, weight)
    scale = math.isqrt(y.shape[1] // 3)
    return F.pixel_shuffle(y, scale) + F.interpolate(x, scale_factor=scale, mode="nearest")


# SPAN


def fused(name, out, channels):
    return {f"{name}.sk": layer(out, channels, 1), f"{name}.conv.0": layer(2 * channels, channels, 1),
            f"{name}.conv.1": layer(2 * out, 2 * channels), f"{name}.conv.2": layer(out, 2 * out, 1)}


def span_shapes(width, scale, is_normalized):
    layers = fused("conv_1", width, 3) | fused("conv_2", width, width)
    for b in range(1, 7):
        for c in (1, 2, 3):
            layers |= fused(f"block_{b}.c{c}_r", width, width)
    # Out of date in some files: never read.
    layers |= {"block_1.c1_r.eval_conv": layer(width, width)}
    layers |= {"conv_cat": layer(width, 4 * width, 1), "upsampler.0": layer(3 * scale**2, width)}
    return flat(layers) | ({} if is_normalized else {"no_norm": (1,)})


def span(x, w):
    def conv(x, name, padding=0):
        return F.conv2d(x, w[name + ".weight"], w[name + ".bias"], padding=padding)

    def fused(x, name):
        # Outside the picture x is 0, and the first convolution gives its bias there: as the single convolution that inference runs.
        y = conv(F.pad(x, (1, 1, 1, 1)), name + ".conv.0")
        return conv(conv(y, name + ".conv.1"), name + ".conv.2") + conv(x, name + ".sk")

    if "no_norm" not in w:
        x = (x - torch.tensor([0.4488, 0.4371, 0.4040], dtype=x.dtype).reshape(1, 3, 1, 1)) * 255
    outputs = [fused(x, "conv_1")]
    for b in range(1, 7):
        x = outputs[-1]
        # In place: what the last block hands on is activated.
        inner = F.silu(fused(x, f"block_{b}.c1_r"))
        third = fused(F.silu(fused(inner, f"block_{b}.c2_r")), f"block_{b}.c3_r")
        outputs.append((third + x) * (torch.sigmoid(third) - 0.5))
    last = fused(outputs[6], "conv_2")
    y = conv(conv(torch.cat([outputs[0], last, outputs[1], inner], 1), "conv_cat"), "upsampler.0", padding=1)
    return F.pixel_shuffle(y, math.isqrt(y.shape[1] // 3))


if __name__ == "__main__":
    upscalers = {}
    picture = (noise((1, 3, 8, 12), 6) + 2) / 4
    for name, shapes, network in [
        ("rrdb-4x", esrgan_shapes(8, 4, 1, 2), esrgan), ("rrdb-2x-unshuffle", esrgan_shapes(8, 4, 2, 2, 2), esrgan),
        ("rrdb-2x", esrgan_shapes(8, 4, 1, 1), esrgan), ("rrdb-1x", esrgan_shapes(8, 4, 1, 0), esrgan),
        ("rrdb-8x", esrgan_shapes(8, 4, 1, 3), esrgan), ("rrdb-1x-unshuffle", esrgan_shapes(8, 4, 1, 2, 4), esrgan),
        ("compact-4x", compact_shapes(8, 4, 4), compact), ("compact-2x", compact_shapes(8, 3, 2), compact),
        ("compact-1x", compact_shapes(8, 3, 1, slopes=1), compact),
        ("span-4x", span_shapes(8, 4, True), span), ("span-2x", span_shapes(8, 2, False), span)]:
        weights = {key: synthetic(f"{name}.{key}", shape) for key, shape in shapes.items()}
        output = network(picture.double(), {key: value.double() for key, value in weights.items()})
        upscalers[name] = {"tensors": shapes, "output": stored(output)}
        if name in ("rrdb-4x", "rrdb-1x"):
            upscalers[name]["names"] = [first_release_names(shapes), bsrgan_names(shapes)]
        if name == "compact-2x":
            # Not row by row, as converters leave some weights.
            weights["body.2.weight"] = weights["body.2.weight"].transpose(2, 3).contiguous().transpose(2, 3)
            torch.save({"params": {}, "params_ema": weights}, HERE / "compact-2x.pth")

    tiny = AutoencoderTiny()
    shapes = {key: tuple(value.shape) for key, value in tiny.state_dict().items()}
    tiny.load_state_dict({key: synthetic(f"taesd.{key}", shape) for key, shape in shapes.items()})
    encoded = tiny.encode(noise((1, 3, 32, 48), 4) / 2).latents
    decoded = tiny.decode(noise((1, 4, 4, 6), 3) * 2).sample
    result = {"upscalers": upscalers, "taesd": {"tensors": shapes, "encoded": stored(encoded), "decoded": stored(decoded)}}
    text = json.dumps(result, separators=(",", ":"))
    for key in ("tensors", "output"):
        text = text.replace(f'"{key}"', f'\n"{key}"')
    (HERE / "expected.json").write_text(text + "\n")
