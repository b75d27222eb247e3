"""Writes tiny_sd1.png, tiny_sd2.png and tiny_lcm.png: what diffusers draws with the random checkpoints of TinyCheckpoint.swift.

The networks are diffusers' and transformers' own; their weights are drawn by name as in TinyCheckpoint.swift, in f16.
Made with torch 2.13.0+cpu, diffusers 0.42.1, transformers 5.23.0 and numpy 2.4.6, float32 throughout. The request is in LayoutTests.swift.
"""
import os

import numpy as np
import torch
from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from PIL import Image
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

HERE = os.path.dirname(os.path.abspath(__file__))
BEGIN, END = 49406, 49407


def split_mix(state, count):
    """Steele, Lea and Flood's generator as numbers from -1 to 1."""
    with np.errstate(over="ignore"):
        z = np.uint64(state) + np.uint64(0x9E3779B97F4A7C15) * np.arange(1, count + 1, dtype=np.uint64)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return (z >> np.uint64(32)).astype(np.uint32).view(np.int32).astype(np.float32) / np.float32(2**31)


def weights(name, shape, seed=0):
    state = seed
    for byte in name.encode():
        state = (state ^ byte) * 0x00000100000001B3 % 2**64
    is_norm = len(shape) == 1 and name.endswith(".weight")
    fan_in = max(int(np.prod(shape[1:])), 1)
    scale = 0.1 if is_norm else 0.05 if len(shape) < 2 else 0.5 if "embedding.weight" in name else np.sqrt(np.float32(3) / np.float32(fan_in))
    count = int(np.prod(shape))
    values = np.float32(1 if is_norm else 0) + np.float32(scale) * split_mix(state, min(count, 4093))
    return torch.from_numpy(np.resize(values.astype(np.float16).astype(np.float32), count).reshape(shape))


def fill(network):
    network.load_state_dict({
        name: weights(name.removeprefix("text_model."), tuple(value.shape)) if value.is_floating_point() else value
        for name, value in network.state_dict().items()
    })
    return network.eval()


def networks(is_sd2, guidance_width):
    width = 128 if is_sd2 else 64
    text = CLIPTextModel(CLIPTextConfig(
        hidden_size=width, intermediate_size=2 * width, num_hidden_layers=2, num_attention_heads=width // 64,
        hidden_act="gelu" if is_sd2 else "quick_gelu", vocab_size=49408, max_position_embeddings=77))
    unet = UNet2DConditionModel(
        block_out_channels=(64, 128) if is_sd2 else (32, 64), layers_per_block=2, cross_attention_dim=width,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"), up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        attention_head_dim=(1, 2) if is_sd2 else 8, use_linear_projection=is_sd2, time_cond_proj_dim=guidance_width)
    vae = AutoencoderKL(
        block_out_channels=(32, 32, 64, 64), layers_per_block=2, latent_channels=4,
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4)
    return fill(text), fill(unet), fill(vae)


def draw(is_sd2, guidance_width, tokenizer):
    text, unet, vae = networks(is_sd2, guidance_width)
    scheduler = DDIMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False, set_alpha_to_one=False, steps_offset=1,
        prediction_type="v_prediction" if is_sd2 else "epsilon")

    def embeddings(prompt):
        ids = tokenizer(prompt, add_special_tokens=False).input_ids
        padding = [0 if is_sd2 else END] * (75 - len(ids))
        return text(torch.tensor([[BEGIN] + ids + [END] + padding])).last_hidden_state

    context = torch.cat([embeddings("dogs"), embeddings("a red apple on a table")])
    scheduler.set_timesteps(3)
    latents = torch.randn((1, 4, 8, 12), generator=torch.Generator().manual_seed(5))
    for timestep in scheduler.timesteps:
        if guidance_width:
            # As StableDiffusionPipeline does with such a UNet: it is told the scale, and nothing of the negative prompt.
            scale = StableDiffusionPipeline.get_guidance_scale_embedding(None, torch.tensor([5.0 - 1]), embedding_dim=guidance_width)
            noise = unet(latents, timestep, context[1:], timestep_cond=scale).sample
        else:
            without, with_prompt = unet(torch.cat([latents, latents]), timestep, context).sample.chunk(2)
            noise = without + 5 * (with_prompt - without)
        latents = scheduler.step(noise, timestep, latents).prev_sample
    image = (vae.decode(latents / vae.config.scaling_factor).sample / 2 + 0.5).clamp(0, 1)
    return (image[0].permute(1, 2, 0).numpy() * 255).round().astype("uint8")


if __name__ == "__main__":
    with torch.no_grad():
        tokenizer = CLIPTokenizer.from_pretrained(os.path.join(HERE, "../../../Models/demo/tokenizer"))
        for name, is_sd2, guidance_width in [("tiny_sd1", False, None), ("tiny_sd2", True, None), ("tiny_lcm", False, 17)]:
            Image.fromarray(draw(is_sd2, guidance_width, tokenizer)).save(os.path.join(HERE, name + ".png"), optimize=True)
