#!/usr/bin/env python3
"""The picture that diffusers makes in f32 on the CPU, for judging another program's picture by.

    reference_picture.py MODEL PROMPT OUT [--size 256] [--steps 8] [--seed 1] [--guidance 7.5]

Writes the folder OUT: picture.png, and computed.npz with what was computed on the way, for finding the stage at
which two programs part: the hidden states of prompt and negative prompt, the starting noise, the latents after
each step and the decoded picture before rounding.

MODEL is a diffusers folder. The prompt may have any length: it is cut into chunks of 75 tokens, each
encoded by itself between its own start and end tokens and joined along the token axis; the empty negative
prompt is one chunk, and each attends only to its own positions. diffusers' own pipeline stops at 75 tokens;
below that this loop makes its picture bit for bit, and `--check` proves it.
"""
import argparse
import json
from pathlib import Path

import numpy
import torch
from diffusers import EulerDiscreteScheduler, StableDiffusionPipeline
from PIL import Image

CHUNK = 75


@torch.no_grad()
def encode(pipeline, text):
    """The hidden states `[1, chunks · 77, width]` of a plain text."""
    tokenizer = pipeline.tokenizer
    tokens = tokenizer(text, add_special_tokens=False, truncation=False).input_ids
    states = []
    for start in range(0, max(len(tokens), 1), CHUNK):
        chunk = tokens[start:start + CHUNK]
        padding = [tokenizer.pad_token_id] * (CHUNK - len(chunk))
        row = [tokenizer.bos_token_id, *chunk, tokenizer.eos_token_id, *padding]
        states.append(pipeline.text_encoder(torch.tensor([row])).last_hidden_state)
    return torch.cat(states, dim=1)


@torch.no_grad()
def render(pipeline, prompt, size, steps, seed, guidance):
    """Everything computed on the way to the picture, by name."""
    scheduler = pipeline.scheduler
    positive, negative = encode(pipeline, prompt), encode(pipeline, "")
    scheduler.set_timesteps(steps)
    shape = (1, pipeline.unet.config.in_channels, size // pipeline.vae_scale_factor, size // pipeline.vae_scale_factor)
    noise = torch.randn(shape, generator=torch.Generator("cpu").manual_seed(seed))
    latents, trajectory = noise * scheduler.init_noise_sigma, []
    for timestep in scheduler.timesteps:
        scaled = scheduler.scale_model_input(latents, timestep)
        if positive.shape == negative.shape:
            both = torch.cat([negative, positive])
            unconditional, conditional = pipeline.unet(torch.cat([scaled] * 2), timestep, both).sample.chunk(2)
        else:
            unconditional = pipeline.unet(scaled, timestep, negative).sample
            conditional = pipeline.unet(scaled, timestep, positive).sample
        guided = unconditional + guidance * (conditional - unconditional)
        latents = scheduler.step(guided, timestep, latents).prev_sample
        trajectory.append(latents)
    decoded = pipeline.vae.decode(latents / pipeline.vae.config.scaling_factor).sample
    return {
        "positive": positive.numpy(), "negative": negative.numpy(), "noise": noise.numpy(), "timesteps": scheduler.timesteps.numpy(),
        "sigmas": scheduler.sigmas.numpy(), "latents": torch.stack(trajectory).numpy(), "decoded": decoded.numpy(),
    }


def pixels(decoded):
    """The picture's bytes `[height, width, 3]`, rounded as diffusers rounds."""
    unit = (decoded[0].transpose(1, 2, 0) / 2 + 0.5).clip(0, 1)
    return (unit * 255).round().astype("uint8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("prompt")
    parser.add_argument("out", type=Path)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--guidance", type=float, default=7.5)
    parser.add_argument("--check", action="store_true", help="also make the picture with diffusers' own pipeline, and fail if it differs")
    arguments = parser.parse_args()

    pipeline = StableDiffusionPipeline.from_pretrained(arguments.model, torch_dtype=torch.float32, safety_checker=None)
    pipeline.scheduler = EulerDiscreteScheduler.from_config(pipeline.scheduler.config, timestep_spacing="linspace")
    pipeline.set_progress_bar_config(disable=True)
    computed = render(pipeline, arguments.prompt, arguments.size, arguments.steps, arguments.seed, arguments.guidance)
    picture = pixels(computed["decoded"])
    arguments.out.mkdir(parents=True)
    numpy.savez(arguments.out / "computed.npz", **computed)
    Image.fromarray(picture).save(arguments.out / "picture.png")

    report = {"tokens": computed["positive"].shape[1], "mean": float(picture.mean()), "std": float(picture.std()),
              "black": float((picture == 0).mean()), "white": float((picture == 255).mean())}
    if arguments.check:
        theirs = pipeline(arguments.prompt, width=arguments.size, height=arguments.size, num_inference_steps=arguments.steps,
                          guidance_scale=arguments.guidance, generator=torch.Generator("cpu").manual_seed(arguments.seed)).images[0]
        difference = numpy.abs(numpy.asarray(theirs).astype(int) - picture.astype(int))
        report["largest_difference_from_pipeline"] = int(difference.max())
        if difference.max() > 0:
            raise SystemExit(f"This loop and diffusers' pipeline differ by up to {difference.max()} of 255.")
    print(json.dumps(report))


if __name__ == "__main__":
    main()
