#!/usr/bin/env python3
"""Writes what diffusers computes with the tiny checkpoints of make_networks.py when edges fit together.

    make_tiling.py        (writes sd1/tiling.json and sd2/tiling.json beside itself)

Made with torch 2.13.0+cpu, diffusers 0.42.1. Weights are read from the checkpoints; inputs are the formula of make_networks.py.

A1111 tiles by setting `padding_mode = "circular"` on every Conv2d. Along a single axis torch has no such mode: the same is done by hand,
and checked against the mode for both axes. One thing is added: the VAE's encoder pads by itself before its strided convolutions, with zeros
in A1111; here as all others.
"""
import json, pathlib
from functools import partial
import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL, UNet2DConditionModel
from diffusers.models.downsampling import Downsample2D

HERE = pathlib.Path(__file__).parent
torch.set_grad_enabled(False)


def noise(shape, salt):
    index = torch.arange(torch.Size(shape).numel(), dtype=torch.int64)
    return (((index * 7919 + salt * 104729) % 4001).double() / 1000 - 2).float().reshape(shape)


def padded(x, edges, axes):
    left, right, top, bottom = edges
    x = F.pad(x, (left, right, 0, 0), mode="circular" if axes in ("x", "both") else "constant")
    return F.pad(x, (0, 0, top, bottom), mode="circular" if axes in ("y", "both") else "constant")


def forward(conv, edges, axes, x, weight, bias):
    return F.conv2d(padded(x, edges, axes), weight, bias, conv.stride, 0, conv.dilation, conv.groups)


def tile(model, axes):
    edges = {}
    for module in model.modules():
        if isinstance(module, Downsample2D) and module.padding == 0:
            module.padding = None  # it does not pad any more
            edges[module.conv] = (0, 1, 0, 1)
    for module in model.modules():
        if isinstance(module, torch.nn.Conv2d):
            own = edges.get(module, module._reversed_padding_repeated_twice)
            if any(own):
                module._conv_forward = partial(forward, module, own, axes)
    return model


def circular(model):
    """As A1111 does it."""
    for module in model.modules():
        if isinstance(module, torch.nn.Conv2d):
            module.padding_mode = "circular"
    return model


def load(kind, name, part):
    return kind.from_pretrained(HERE / name / part).float().eval()


def case(outputs, **inputs):
    return inputs | {"outputs": {name: {"shape": list(v.shape), "values": [float(f"{x:.8g}") for x in v.flatten().tolist()]} for name, v in outputs.items()}}


def predict(unet, batch, height, width):
    context = noise((batch, 7, unet.config.cross_attention_dim), 2)
    return unet(noise((batch, 4, height, width), 1), torch.full((batch,), 500.5), context).sample


def decode(vae, height, width):
    return vae.decode(noise((1, 4, height, width), 3) / vae.config.scaling_factor).sample


for name in ("sd1", "sd2"):
    expected = {}
    for axes in ("x", "y", "both"):
        unet, vae = tile(load(UNet2DConditionModel, name, "unet"), axes), tile(load(AutoencoderKL, name, "vae"), axes)
        if axes == "both":
            mode = predict(circular(load(UNet2DConditionModel, name, "unet")), 2, 5, 3)
            # Equal up to rounding, for torch may add in another order.
            assert torch.allclose(predict(unet, 2, 5, 3), mode, atol=1e-5)
            assert torch.allclose(decode(vae, 3, 4), decode(circular(load(AutoencoderKL, name, "vae")), 3, 4), atol=1e-5)
        scale, factor = vae.config.scaling_factor, 2 ** (len(vae.config.block_out_channels) - 1)
        latents = vae.encode(noise((1, 3, 3 * factor, 4 * factor), 4)).latent_dist
        expected[axes] = {
            "unet": [
                case({"noise": predict(unet, batch, height, width)}, batch=batch, height=height, width=width, tokens=7, timesteps=[500.5])
                for batch, height, width in [(1, 8, 16), (2, 5, 3)]],
            "vaeDecoder": [case({"image": decode(vae, 3, 4)}, batch=1, height=3, width=4)],
            "vaeEncoder": [case(
                {"mean": latents.mean * scale, "deviation": latents.std * scale}, batch=1, height=3 * factor, width=4 * factor)],
        }
    (HERE / name / "tiling.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")
