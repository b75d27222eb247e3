#!/usr/bin/env python3
"""Writes the latents that diffusers' own Stable Diffusion XL pipeline ends with, on a tiny model with two text encoders.

    make_sdxl_pictures.py        (writes sdxl_pictures.json beside itself)

Made with torch 2.13.0+cpu, diffusers 0.42.1, transformers 5.23.0. The model is TestSupport's `TinyCheckpoint.sdxl` with CLIP's whole vocabulary;
its weights are computed as in ../networks/make_sdxl.py. The scheduler is set up to be k-diffusion's Euler on the schedule "normal".
"""
import json, pathlib, sys
import torch
from diffusers import AutoencoderKL, EulerDiscreteScheduler, StableDiffusionXLPipeline, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "networks"))
from make_sdxl import fill

VOCABULARY = 49_408
PROMPT, NEGATIVE = "a lighthouse at dusk, oil painting", "blurry, grey"


def text_encoder(kind, prefix, width, layers, activation):
    return fill(kind(CLIPTextConfig(
        vocab_size=VOCABULARY, hidden_size=width, intermediate_size=2 * width, num_hidden_layers=layers, num_attention_heads=width // 64,
        max_position_embeddings=77, hidden_act=activation, projection_dim=width, bos_token_id=49406, eos_token_id=49407)), prefix)


def tokenizer(pad):
    return CLIPTokenizer.from_pretrained(HERE.parent.parent.parent / "Models/demo/tokenizer", pad_token=pad)


pipeline = StableDiffusionXLPipeline(
    vae=fill(AutoencoderKL(
        in_channels=3, out_channels=3, down_block_types=["DownEncoderBlock2D"] * 4, up_block_types=["UpDecoderBlock2D"] * 4,
        block_out_channels=(32, 32, 64, 64), layers_per_block=2, latent_channels=4, norm_num_groups=32, scaling_factor=0.13025)),
    text_encoder=text_encoder(CLIPTextModel, "", 64, 2, "quick_gelu"),
    text_encoder_2=text_encoder(CLIPTextModelWithProjection, "1.", 128, 3, "gelu"),
    tokenizer=tokenizer("<|endoftext|>"), tokenizer_2=tokenizer("!"),
    unet=fill(UNet2DConditionModel(
        sample_size=8, block_out_channels=(64, 64, 128), layers_per_block=2, norm_num_groups=32, cross_attention_dim=192,
        attention_head_dim=(1, 1, 2), down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        transformer_layers_per_block=(1, 1, 2), up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        use_linear_projection=True, addition_embed_type="text_time", addition_time_embed_dim=256,
        projection_class_embeddings_input_dim=128 + 6 * 256)),
    scheduler=EulerDiscreteScheduler(
        num_train_timesteps=1000, beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", timestep_spacing="linspace"),
    force_zeros_for_empty_prompt=True, add_watermarker=False)
pipeline.set_progress_bar_config(disable=True)
assert pipeline.tokenizer_2.pad_token_id == 0, pipeline.tokenizer_2.pad_token_id


def main():
    cases = []
    for name, options in {
        "plain": dict(negative_prompt=NEGATIVE),
        "empty negative": {},
        "sizes": dict(negative_prompt=NEGATIVE, original_size=(768, 512), crops_coords_top_left=(16, 32), target_size=(320, 640)),
        "without guidance": dict(guidance_scale=1),
    }.items():
        options = {"guidance_scale": 7} | options
        latents = pipeline(
            PROMPT, height=64, width=96, num_inference_steps=4, generator=torch.Generator().manual_seed(5), output_type="latent", **options).images
        cases.append({"name": name, "shape": list(latents.shape), "values": [float(f"{x:.8g}") for x in latents.flatten().tolist()]})
    (HERE / "sdxl_pictures.json").write_text(json.dumps({"prompt": PROMPT, "negative": NEGATIVE, "cases": cases}, indent=1) + "\n")


if __name__ == "__main__":
    main()
