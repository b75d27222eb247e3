#!/usr/bin/env python3
"""Writes the latents that diffusers' own Stable Diffusion XL pipeline ends with when LoRAs are added to its weights.

    make_lora_pictures.py        (writes lora_pictures.json beside itself)

Made with torch 2.13.0+cpu, diffusers 0.42.1, transformers 5.23.0. The model is that of make_sdxl_pictures.py. The LoRAs are TestSupport's
`TinyLoRA`: their numbers are computed as those of the model, from their keys. Each change is added by its formula, strength · alpha / rank · up · down,
without diffusers' own reader of LoRAs.
"""
import json, pathlib
import torch
import make_sdxl_pictures as M
from make_sdxl import numbers

HERE = pathlib.Path(__file__).parent
RANK, ALPHA = 4, 2.0
pipeline = M.pipeline
NETS = {"lora_unet": pipeline.unet, "lora_te1": pipeline.text_encoder, "lora_te2": pipeline.text_encoder_2}
BASE = {(prefix, name): p.clone() for prefix, net in NETS.items() for name, p in net.named_parameters()}


def is_wanted(prefix, name, kernels):
    if not name.endswith(".weight") or BASE[prefix, name].ndim < 2 or "embedding" in name or "text_projection" in name:
        return False
    if prefix != "lora_unet":
        return not kernels
    return BASE[prefix, name].ndim == 4 if kernels else ".attentions." in name


def change(prefix, name, salt):
    """The change of a weight at strength 1."""
    w = BASE[prefix, name]
    module = name.removesuffix(".weight")
    if prefix != "lora_unet":
        module = "text_model." + module.removeprefix("text_model.")
    key = f"{salt}{prefix}_{module.replace('.', '_')}"
    down = numbers(f"{key}.lora_down.weight", (RANK, *w.shape[1:]))
    up = numbers(f"{key}.lora_up.weight", (w.shape[0], RANK))
    return (up @ down.flatten(1)).reshape(w.shape) * (ALPHA / RANK)


CHANGES = {kernels: {place: change(*place, "b" if kernels else "") for place in BASE if is_wanted(*place, kernels)} for kernels in (False, True)}


def apply(te, unet, kernels=0.0):
    """`te` and `unet` are the strengths of the LoRA of linear layers, `kernels` that of the LoRA of convolutions."""
    for (prefix, name), w in BASE.items():
        strength = unet if prefix == "lora_unet" else te
        new = w + strength * CHANGES[False].get((prefix, name), 0) + kernels * CHANGES[True].get((prefix, name), 0)
        NETS[prefix].get_parameter(name).copy_(new)


def draw(at_step=None):
    def after(_, step, __, tensors):
        if at_step:
            at_step(step + 1)
        return tensors
    return pipeline(
        M.PROMPT, negative_prompt=M.NEGATIVE, guidance_scale=7, height=64, width=96, num_inference_steps=4,
        generator=torch.Generator().manual_seed(5), output_type="latent", callback_on_step_end=after).images


cases = []
for name, strengths in {
    "UNet": dict(te=0, unet=0.3), "text encoders": dict(te=0.4, unet=0), "both": dict(te=0.3, unet=0.3),
    "two files": dict(te=0.3, unet=0.3, kernels=-0.2), "by step": None,
}.items():
    if strengths:
        apply(**strengths)
        latents = draw()
    else:
        # 0.5 at the first of four steps, 0 at the last.
        apply(te=0, unet=0.5)
        latents = draw(lambda step: apply(te=0, unet=0.5 * (1 - step / 3)))
    cases.append({"name": name, "shape": list(latents.shape), "values": [float(f"{x:.8g}") for x in latents.flatten().tolist()]})
apply(te=0, unet=0)
(HERE / "lora_pictures.json").write_text(json.dumps({"prompt": M.PROMPT, "negative": M.NEGATIVE, "cases": cases}, indent=1) + "\n")
