#!/usr/bin/env python3
"""One picture with diffusers' StableDiffusionPipeline in f32 on the CPU, from process start to a PNG on disk.

    diffusers_picture.py MODEL PROMPT OUT [--size 256] [--steps 4] [--seed 1] [--guidance 7.5]

MODEL is a diffusers folder. Prints one JSON object with the seconds taken by each part.
"""
import argparse
import json
import time

started = time.monotonic()

import torch  # noqa: E402  the imports are part of what a user waits for
from diffusers import EulerDiscreteScheduler, StableDiffusionPipeline  # noqa: E402

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("model")
parser.add_argument("prompt")
parser.add_argument("out")
parser.add_argument("--size", type=int, default=256)
parser.add_argument("--steps", type=int, default=4)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--guidance", type=float, default=7.5)
arguments = parser.parse_args()

imported = time.monotonic()
pipeline = StableDiffusionPipeline.from_pretrained(arguments.model, torch_dtype=torch.float32, safety_checker=None)
pipeline.scheduler = EulerDiscreteScheduler.from_config(pipeline.scheduler.config, timestep_spacing="linspace")
pipeline.set_progress_bar_config(disable=True)
loaded = time.monotonic()
picture = pipeline(arguments.prompt, width=arguments.size, height=arguments.size, num_inference_steps=arguments.steps,
                   guidance_scale=arguments.guidance, generator=torch.Generator("cpu").manual_seed(arguments.seed)).images[0]
generated = time.monotonic()
picture.save(arguments.out)
print(json.dumps({"import": imported - started, "load": loaded - imported, "generate": generated - loaded,
                  "save": time.monotonic() - generated}))
