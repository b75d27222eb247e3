"""Writes references.json and the pictures that it names: what diffusers draws with the demo checkpoint.

Made with torch 2.13.0+cpu, diffusers 0.42.1, transformers 5.23.0, float32 throughout. Prompts that fit into one chunk go through
StableDiffusionPipeline as users call it; the long prompt through a loop here, for the pipeline cuts prompts at 75 tokens.
"""
import json
import os

import diffusers
import torch
import transformers
from diffusers import DDIMScheduler, EulerDiscreteScheduler, LCMScheduler, StableDiffusionPipeline
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
MODEL = os.path.join(HERE, "../../../Models/demo")

SCHEDULERS = {
    "Euler": lambda config: EulerDiscreteScheduler.from_config(config, timestep_spacing="linspace"),
    "DDIM": lambda config: DDIMScheduler.from_config(config),
    "LCM": lambda config: LCMScheduler.from_config(config),
}

LONG_PROMPT = " ".join(
    ["a small red house with a green door and two round windows stands on a hill under a big yellow sun"]
    + ["while a brown dog runs after a white cat past the old tree where blue birds sing of summer"] * 5
)

APPLE = {"prompt": "red apple on a white background", "seed": 7, "steps": 8, "cfg_scale": 5.0, "sampler": "Euler"}
CASES = [
    APPLE | {"name": "euler_batch", "batch_size": 2},
    APPLE | {"name": "euler_no_guidance", "cfg_scale": 1.0, "negative_prompt": "not looked at"},
    APPLE | {"name": "euler_wide", "width": 160, "height": 96, "negative_prompt": "green grass"},
    APPLE | {"name": "euler_long", "prompt": LONG_PROMPT, "negative_prompt": "blue", "seed": 3},
    APPLE | {"name": "ddim", "prompt": "yellow star on a blue background", "sampler": "DDIM", "seed": 2**32 + 1},
    APPLE | {"name": "lcm", "sampler": "LCM", "steps": 4, "cfg_scale": 1.5},
]


def generators(case):
    return [torch.Generator().manual_seed(case["seed"] + index) for index in range(case["batch_size"])]


def with_pipeline(pipeline, case):
    return pipeline(
        case["prompt"], negative_prompt=case["negative_prompt"], width=case["width"], height=case["height"],
        num_inference_steps=case["steps"], guidance_scale=case["cfg_scale"], num_images_per_prompt=case["batch_size"],
        generator=generators(case), output_type="np",
    ).images


def chunks(tokenizer, text):
    """Begin, 75 tokens, end; the last chunk filled up with the end token."""
    ids = tokenizer(text, add_special_tokens=False, truncation=False).input_ids
    parts = [ids[start:start + 75] for start in range(0, len(ids), 75)] or [[]]
    return [[tokenizer.bos_token_id] + part + [tokenizer.eos_token_id] * (76 - len(part)) for part in parts], len(ids)


def by_chunks(pipeline, case):
    def embeddings(text):
        encoded = pipeline.text_encoder(torch.tensor(chunks(pipeline.tokenizer, text)[0])).last_hidden_state
        return encoded.reshape(1, -1, encoded.shape[-1])

    scheduler = pipeline.scheduler
    positive, negative = embeddings(case["prompt"]), embeddings(case["negative_prompt"])
    scheduler.set_timesteps(case["steps"])
    shape = (1, 4, case["height"] // pipeline.vae_scale_factor, case["width"] // pipeline.vae_scale_factor)
    latents = torch.randn(shape, generator=generators(case)[0]) * scheduler.init_noise_sigma
    for timestep in scheduler.timesteps:
        scaled = scheduler.scale_model_input(latents, timestep)
        without = pipeline.unet(scaled, timestep, negative).sample
        with_prompt = pipeline.unet(scaled, timestep, positive).sample
        latents = scheduler.step(without + case["cfg_scale"] * (with_prompt - without), timestep, latents).prev_sample
    decoded = pipeline.vae.decode(latents / pipeline.vae.config.scaling_factor).sample
    return (decoded / 2 + 0.5).clamp(0, 1).permute(0, 2, 3, 1).numpy()


@torch.no_grad()
def main():
    pipeline = StableDiffusionPipeline.from_pretrained(MODEL, torch_dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    config = pipeline.scheduler.config
    entries = []
    for case in CASES:
        case = {"negative_prompt": "", "width": 128, "height": 128, "batch_size": 1} | case
        pipeline.scheduler = SCHEDULERS[case["sampler"]](config)
        parts, case["tokens"] = chunks(pipeline.tokenizer, case["prompt"])
        case["chunks"] = len(parts)
        images = (by_chunks if len(parts) > 1 else with_pipeline)(pipeline, case)
        case["pictures"] = [f"{case['name']}_{case['seed'] + index}.png" for index in range(case["batch_size"])]
        for image, name in zip(images, case["pictures"]):
            # As diffusers' numpy_to_pil does.
            Image.fromarray((image * 255).round().astype("uint8")).save(os.path.join(HERE, name), optimize=True)
        entries.append(case)
    versions = {"torch": torch.__version__, "diffusers": diffusers.__version__, "transformers": transformers.__version__}
    with open(os.path.join(HERE, "references.json"), "w") as file:
        json.dump(versions | {"cases": entries}, file, indent=1)
        file.write("\n")


main()
