"""Writes prompts.json and the pictures that it names: the demo checkpoint with weights, schedules, AND and clip skip.

Made with torch 2.13.0+cpu, diffusers 0.42.1, transformers 5.23.0, float32 throughout. What each prompt means is written out by hand
below; networks and scheduler are diffusers' and transformers', the loop and the weights' formula A1111's.
"""
import json
import os

import diffusers
import torch
import transformers
from diffusers import EulerDiscreteScheduler, StableDiffusionPipeline
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
MODEL = os.path.join(HERE, "../../../Models/demo")
COMMON = {"seed": 7, "steps": 4, "cfg_scale": 5.0, "width": 64, "height": 64, "clip_skip": 1, "emphasis": "original", "negative_prompt": ""}

# Weights whose mean is not 1, so that restoring the mean shows.
APPLE = [["red apple", 2], [" on a ", 1], ["white", 0.5], [" background", 1]]
RED, BLUE = [["a red apple", 1]], [["a blue apple", 1]]
# Parts: a weight, and for each step the pieces of its text with their weights.
CASES = [
    {"name": "weights", "prompt": "(red apple:2) on a (white:0.5) background", "parts": [[1, [APPLE] * 4]]},
    {"name": "no_norm", "prompt": "(red apple:2) on a (white:0.5) background", "emphasis": "no_norm", "parts": [[1, [APPLE] * 4]]},
    {"name": "clip_skip", "prompt": "(red apple:2) on a (white:0.5) background", "clip_skip": 2, "parts": [[1, [APPLE] * 4]]},
    {"name": "schedule", "prompt": "a [red:blue:0.5] apple", "parts": [[1, [RED, RED, BLUE, BLUE]]]},
    {"name": "alternation", "prompt": "a [red|blue] apple", "parts": [[1, [RED, BLUE, RED, BLUE]]]},
    {"name": "and", "prompt": "a red apple :0.9 AND a (green:1.3) tree AND night :-0.4", "negative_prompt": "snow", "parts": [
        [0.9, [RED] * 4], [1, [[["a ", 1], ["green", 1.3], [" tree", 1]]] * 4], [-0.4, [[["night", 1]]] * 4]]},
]


def embeddings(pipeline, pieces, case):
    tokens, weights = [pipeline.tokenizer.bos_token_id], [1.0]
    for text, weight in pieces:
        ids = pipeline.tokenizer(text, add_special_tokens=False).input_ids
        tokens, weights = tokens + ids, weights + [weight] * len(ids)
    fill = 77 - len(tokens)
    tokens, weights = tokens + [pipeline.tokenizer.eos_token_id] * fill, torch.tensor(weights + [1.0] * fill)
    states = pipeline.text_encoder(torch.tensor([tokens]), output_hidden_states=True).hidden_states
    encoded = pipeline.text_encoder.final_layer_norm(states[-case["clip_skip"]])
    weighted = encoded * weights[None, :, None]
    return weighted if case["emphasis"] == "no_norm" else weighted * (encoded.mean() / weighted.mean())


def draw(pipeline, case):
    scheduler = pipeline.scheduler
    negative = embeddings(pipeline, [[case["negative_prompt"], 1]], case)
    scheduler.set_timesteps(case["steps"])
    shape = (1, 4, case["height"] // pipeline.vae_scale_factor, case["width"] // pipeline.vae_scale_factor)
    latents = torch.randn(shape, generator=torch.Generator().manual_seed(case["seed"])) * scheduler.init_noise_sigma
    for step, timestep in enumerate(scheduler.timesteps):
        scaled = scheduler.scale_model_input(latents, timestep)
        without = pipeline.unet(scaled, timestep, negative).sample
        guided = without.clone()
        for weight, texts in case["parts"]:
            answer = pipeline.unet(scaled, timestep, embeddings(pipeline, texts[step], case)).sample
            guided += weight * case["cfg_scale"] * (answer - without)
        latents = scheduler.step(guided, timestep, latents).prev_sample
    decoded = pipeline.vae.decode(latents / pipeline.vae.config.scaling_factor).sample
    return (decoded / 2 + 0.5).clamp(0, 1).permute(0, 2, 3, 1).numpy()[0]


@torch.no_grad()
def main():
    pipeline = StableDiffusionPipeline.from_pretrained(MODEL, torch_dtype=torch.float32)
    pipeline.scheduler = EulerDiscreteScheduler.from_config(pipeline.scheduler.config, timestep_spacing="linspace")
    entries = []
    for case in CASES:
        case = COMMON | case | {"picture": f"prompt_{case['name']}.png"}
        image = draw(pipeline, case)
        Image.fromarray((image * 255).round().astype("uint8")).save(os.path.join(HERE, case["picture"]), optimize=True)
        del case["parts"]
        entries.append(case)
    versions = {"torch": torch.__version__, "diffusers": diffusers.__version__, "transformers": transformers.__version__}
    with open(os.path.join(HERE, "prompts.json"), "w") as file:
        json.dump(versions | {"cases": entries}, file, indent=1)
        file.write("\n")


main()
