#!/usr/bin/env python3
"""One picture with openvino-genai's Text2ImagePipeline, from process start to a PNG on disk.

    genai_picture.py MODEL PROMPT OUT [--size 256] [--steps 4] [--seed 1] [--guidance 7.5] [--fixed-shape] [--torch-noise]

MODEL is an IR folder. All components compute in f32 on the CPU. `--fixed-shape` reshapes the networks
to this one request before they are compiled, as the samples of openvino-genai do. `--torch-noise` takes the
starting noise of torch's generator, for comparing pictures; it imports torch, so it is not for timing.
Prints one JSON object with the seconds taken by each part.
"""
import argparse
import json
import time

started = time.monotonic()

import openvino_genai  # noqa: E402  the import is part of what a user waits for
from PIL import Image  # noqa: E402

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("model")
parser.add_argument("prompt")
parser.add_argument("out")
parser.add_argument("--size", type=int, default=256)
parser.add_argument("--steps", type=int, default=4)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--guidance", type=float, default=7.5)
parser.add_argument("--fixed-shape", action="store_true")
parser.add_argument("--torch-noise", action="store_true")
arguments = parser.parse_args()

properties = {"INFERENCE_PRECISION_HINT": "f32"}
imported = time.monotonic()
if arguments.fixed_shape:
    pipeline = openvino_genai.Text2ImagePipeline(arguments.model)
    pipeline.reshape(1, arguments.size, arguments.size, arguments.guidance)
    pipeline.compile("CPU", **properties)
else:
    pipeline = openvino_genai.Text2ImagePipeline(arguments.model, "CPU", **properties)
compiled = time.monotonic()

request = dict(width=arguments.size, height=arguments.size, num_inference_steps=arguments.steps,
               guidance_scale=arguments.guidance, num_images_per_prompt=1)
if arguments.torch_noise:
    request["generator"] = openvino_genai.TorchGenerator(arguments.seed)
else:
    request["rng_seed"] = arguments.seed
picture = pipeline.generate(arguments.prompt, **request)
generated = time.monotonic()
Image.fromarray(picture.data[0]).save(arguments.out)
print(json.dumps({"import": imported - started, "load": compiled - imported, "generate": generated - compiled,
                  "save": time.monotonic() - generated}))
