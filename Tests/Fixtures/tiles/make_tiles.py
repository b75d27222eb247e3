#!/usr/bin/env python3
"""Writes expected.json: how diffusers blends the tiles of a VAE.

    make_tiles.py        (writes beside itself)

Made with torch 2.13.0+cpu, diffusers 0.42.1. A simple function takes the decoder's place, which each tile sees differently: every latent
eight times along both axes, plus the mean of the tile. Latents are the formula of ../networks/make_networks.py. diffusers' own layout goes
on to a sliver at the end; what lies before it is what two tiles of one length give.
"""
import json, math, pathlib
import torch
from diffusers import AutoencoderKL


class Decoder(torch.nn.Module):
    def forward(self, z):
        return torch.nn.functional.interpolate(z, scale_factor=8, mode="nearest") + z.mean()


def noise(shape, salt):
    index = torch.arange(math.prod(shape), dtype=torch.int64)
    return (((index * 7919 + salt * 104729) % 4001).double() / 1000 - 2).float().reshape(shape)


vae = AutoencoderKL(use_post_quant_conv=False)
vae.decoder = Decoder()
vae.tile_latent_min_size, vae.tile_sample_min_size, vae.tile_overlap_factor = 8, 64, 0.25
cases = []
for height, width in ((8, 14), (14, 8)):
    with torch.no_grad():
        whole = vae.tiled_decode(noise((1, 1, height, width), 3)).sample
    # One line through the middle of the first latents, across the seam at pixels 48 to 63, to where the sliver begins.
    line = whole[0, 0, 4, :96] if width > height else whole[0, 0, :96, 4]
    cases.append({"height": height, "width": width, "line": [float(f"{v:.7g}") for v in line.tolist()]})
(pathlib.Path(__file__).parent / "expected.json").write_text(json.dumps(cases) + "\n")
