"""Writes source_pictures.json: the latents that come of pictures to begin with, by the demo checkpoint.

Made with torch 2.13.0+cpu, diffusers 0.42.1, transformers 5.23.0, Pillow 13.0.0, float32 throughout. The networks are diffusers'; the way
through them is A1111 1.10's and is written out here: the last steps of the schedule, from the mean of the encoder's distribution under the
seed's first noise; in each evaluation the estimate is put back where the mask is black, and once more at the end.
"""
import base64
import json
import os

import numpy
import torch
from diffusers import EulerDiscreteScheduler, StableDiffusionPipeline
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
PICTURE = os.path.join(HERE, "euler_batch_7.png")
BOX = (32, 40, 96, 104)
# Pixels for each of the latents.
SCALE = 4
BASE = {"prompt": "yellow star on a blue background", "steps": 8, "cfg_scale": 5.0, "seed": 11, "strength": 0.6}
CASES = [
    BASE | {"name": "plain"},
    BASE | {"name": "everything", "strength": 1.0},
    BASE | {"name": "almost nothing", "strength": 0.0},
    BASE | {"name": "fixed steps", "steps": 5, "fix_steps": True},
    BASE | {"name": "other noise", "noise_multiplier": 0.8, "extra_noise": 0.05},
    BASE | {"name": "two calls a step", "sampler": "Heun", "steps": 5},
    BASE | {"name": "stretched latents", "resize_mode": "latent", "width": 96, "height": 160},
    # diffusers' and SD.Next's order: the seed's first noise draws the latents, its second is what they are put under.
    BASE | {"name": "sampled", "posterior": "sample-first"},
    BASE | {"name": "sampled and stretched", "posterior": "sample-first", "resize_mode": "latent", "width": 96, "height": 160},
    # Latents of 34×18: no level of the UNet below the first halves evenly.
    BASE | {"name": "odd levels", "resize_mode": "latent", "width": 136, "height": 72},
    BASE | {"name": "inpaint", "masked_content": "original"},
    # A1111 fills the picture under the mask before it is encoded, which the latents around it feel: here the mask covers all.
    BASE | {"name": "inpaint noise", "masked_content": "noise", "only_masked": True},
    BASE | {"name": "inpaint nothing", "masked_content": "nothing", "only_masked": True},
    BASE | {"name": "inpaint around", "masked_content": "original", "invert_mask": True},
    BASE | {"name": "inpaint enlarged", "masked_content": "original", "only_masked": True},
    BASE | {"name": "inpaint softly", "masked_content": "original", "soft": {"bias": 1.0, "preservation": 0.5, "contrast": 4.0}},
    BASE | {"name": "inpaint more softly", "masked_content": "original", "soft": {"bias": 0.5, "preservation": 1.5, "contrast": 1.0}},
]


def planes(image):
    return torch.from_numpy(numpy.asarray(image).astype(numpy.float32) / 255 * 2 - 1).permute(2, 0, 1)[None]


def soft_blend(original, drawn, mask, sigma, soft):
    """A1111's soft inpainting: the blend of both has the length of the longer rather than of their mean."""
    share = mask ** (sigma ** soft["bias"] * soft["preservation"])
    mixed = original * (1 - share) + drawn * share
    length = lambda latents: latents.double().norm(dim=1, keepdim=True)
    powers = length(original) ** soft["contrast"] * (1 - share) + length(drawn) ** soft["contrast"] * share
    return mixed * (powers ** (1 / soft["contrast"]) / (length(mixed) + 1e-5)).float()


def draw(pipeline, case):
    width, height = case.get("width", 128), case.get("height", 128)
    image = Image.open(PICTURE).convert("RGB")
    shape = (1, 4, height // SCALE, width // SCALE)
    mask = None
    if "masked_content" in case:
        mask = torch.zeros(1, 1, *shape[2:])
        left, top, right, bottom = (side // SCALE for side in BOX)
        mask[..., top:bottom, left:right] = 1
        if case.get("invert_mask"):
            mask = 1 - mask
        if case.get("only_masked"):
            image = image.crop(BOX).resize((width, height), Image.LANCZOS)
            mask = torch.ones(1, 1, *shape[2:])
        if "soft" in case:
            # In between at the edges: the resampling reaches over them.
            pixels = Image.new("L", (width, height))
            pixels.paste(255, BOX)
            small = pixels.resize((shape[3], shape[2]), Image.BICUBIC)
            mask = torch.from_numpy(numpy.asarray(small).astype(numpy.float32) / 255)[None, None]
    posterior = pipeline.vae.encode(planes(image)).latent_dist
    generator = torch.Generator().manual_seed(case["seed"])
    mean = posterior.sample(generator) if case.get("posterior") == "sample-first" else posterior.mean
    mean = mean * pipeline.vae.config.scaling_factor
    if case.get("resize_mode") == "latent":
        mean = torch.nn.functional.interpolate(mean, shape[2:], mode="bilinear", align_corners=False)
    noise = torch.randn(shape, generator=generator)
    if case.get("masked_content") == "noise":
        mean = mean * (1 - mask) + noise * mask
    if case.get("masked_content") == "nothing":
        mean = mean * (1 - mask)

    texts = [pipeline.encode_prompt(text, "cpu", 1, False)[0] for text in (case["prompt"], "")]
    scheduler = EulerDiscreteScheduler.from_config(pipeline.scheduler.config, timestep_spacing="linspace")
    steps, share = case["steps"], min(case["strength"], 0.999)
    count = int(steps / share) if case.get("fix_steps") else steps
    scheduler.set_timesteps(count)
    done = steps if case.get("fix_steps") else int(share * steps) + 1
    sigmas = scheduler.sigmas.tolist()[count - done:]
    training = ((1 - scheduler.alphas_cumprod) / scheduler.alphas_cumprod) ** 0.5

    def estimate(x, sigma):
        timestep = float(numpy.interp(numpy.log(sigma), numpy.log(training.numpy()), numpy.arange(len(training))))
        scaled = x / (sigma**2 + 1) ** 0.5
        cond, uncond = (pipeline.unet(scaled, timestep, text).sample for text in texts)
        # The demo checkpoint predicts velocity.
        velocity = uncond + case["cfg_scale"] * (cond - uncond)
        clean = x / (sigma**2 + 1) - velocity * sigma / (sigma**2 + 1) ** 0.5
        if "soft" in case:
            return soft_blend(mean, clean, mask, sigma, case["soft"])
        return clean if mask is None else clean * mask + mean * (1 - mask)

    x = mean + noise * case.get("noise_multiplier", 1) * (sigmas[0] + case.get("extra_noise", 0))
    for sigma, following in zip(sigmas, sigmas[1:]):
        slope = (x - estimate(x, sigma)) / sigma
        moved = x + slope * (following - sigma)
        if case.get("sampler") == "Heun" and following > 0:
            slope = (slope + (moved - estimate(moved, following)) / following) / 2
            moved = x + slope * (following - sigma)
        x = moved
    if mask is not None and "soft" not in case:
        x = x * mask + mean * (1 - mask)
    return x


def main():
    pipeline = StableDiffusionPipeline.from_pretrained(os.path.join(HERE, "../../../Models/demo"), torch_dtype=torch.float32)
    for case in CASES:
        with torch.no_grad():
            latents = draw(pipeline, case)
        case["shape"] = list(latents.shape)
        # Half precision, base64: a picture is decoded from it to 70 dB and more.
        case["latents"] = base64.b64encode(latents.numpy().astype("<f2").tobytes()).decode()
    with open(os.path.join(HERE, "source_pictures.json"), "w") as file:
        file.write('{"box": %s, "cases": [\n%s\n]}\n' % (json.dumps(BOX), ",\n".join(json.dumps(case) for case in CASES)))


if __name__ == "__main__":
    main()
