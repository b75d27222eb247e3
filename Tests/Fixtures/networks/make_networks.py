#!/usr/bin/env python3
"""Writes tiny random checkpoints and what diffusers and transformers compute with them.

    make_networks.py        (writes beside itself)

Made with torch 2.13.0+cpu, diffusers 0.42.1, transformers 5.23.0, seed 0.

Each folder (`sd1`, `sd2`) is a checkpoint in the diffusers layout with f16 weights, and expected.json beside it
holds outputs in f32. Inputs are not stored: both sides compute them, see `noise`.
"""
import json, pathlib
import torch
from diffusers import AutoencoderKL, EulerDiscreteScheduler, UNet2DConditionModel
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel

HERE = pathlib.Path(__file__).parent
VOCABULARY = 500
torch.set_grad_enabled(False)


def noise(shape, salt):
    """Numbers between -2 and 2 that any language can compute: thousandths from a remainder."""
    count = torch.Size(shape).numel()
    index = torch.arange(count, dtype=torch.int64)
    return (((index * 7919 + salt * 104729) % 4001).double() / 1000 - 2).float().reshape(shape)


def lively(model):
    """Random initialisation leaves norms at 1 and biases near 0; make every parameter matter. Rounded to f16, as stored."""
    for name, p in model.named_parameters():
        if "norm" in name and name.endswith("weight"):
            p.copy_(1 + 0.2 * torch.randn_like(p))
        elif name.endswith("bias"):
            p.copy_(0.1 * torch.randn_like(p))
        p.copy_(p.half().float())
    return model.eval()


def save(folder, name, model, file):
    target = folder / name
    target.mkdir(parents=True, exist_ok=True)
    save_file({k: v.half().contiguous() for k, v in model.state_dict().items() if v.is_floating_point()}, target / file, metadata={"format": "pt"})
    config = model.config.to_diff_dict() if hasattr(model.config, "to_diff_dict") else dict(model.config)
    config = {k: v for k, v in config.items() if not k.startswith("_") or k == "_class_name"}
    if name != "text_encoder":
        config["_class_name"] = type(model).__name__
    (target / "config.json").write_text(json.dumps(config, indent=1, default=str) + "\n")


def case(outputs, **inputs):
    return inputs | {"outputs": {name: {"shape": list(v.shape), "values": [float(f"{x:.8g}") for x in v.flatten().tolist()]} for name, v in outputs.items()}}


def make(name, seed, channels, down, layers, heads, linear, activation, vae_channels):
    torch.manual_seed(seed)
    folder = HERE / name
    cross = 8
    unet = lively(UNet2DConditionModel(
        sample_size=8, in_channels=4, out_channels=4, block_out_channels=channels, layers_per_block=layers, norm_num_groups=4,
        down_block_types=["CrossAttnDownBlock2D" if d else "DownBlock2D" for d in down],
        up_block_types=["CrossAttnUpBlock2D" if d else "UpBlock2D" for d in reversed(down)],
        cross_attention_dim=cross, attention_head_dim=heads, use_linear_projection=linear))
    vae = lively(AutoencoderKL(
        in_channels=3, out_channels=3, down_block_types=["DownEncoderBlock2D"] * len(vae_channels),
        up_block_types=["UpDecoderBlock2D"] * len(vae_channels), block_out_channels=vae_channels, layers_per_block=1,
        latent_channels=4, norm_num_groups=4, sample_size=16))
    text = lively(CLIPTextModel(CLIPTextConfig(
        vocab_size=VOCABULARY, hidden_size=cross, intermediate_size=4 * cross, num_hidden_layers=2, num_attention_heads=2,
        max_position_embeddings=77, hidden_act=activation, projection_dim=cross, bos_token_id=498, eos_token_id=499)))
    save(folder, "unet", unet, "diffusion_pytorch_model.safetensors")
    save(folder, "vae", vae, "diffusion_pytorch_model.safetensors")
    save(folder, "text_encoder", text, "model.safetensors")
    EulerDiscreteScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear").save_pretrained(folder / "scheduler")
    (folder / "model_index.json").write_text(json.dumps({"_class_name": "StableDiffusionPipeline"}) + "\n")

    expected = {"unet": [], "textEncoder": [], "vaeDecoder": [], "vaeEncoder": []}
    for batch, height, width, tokens, timesteps in [
        (1, 8, 8, 77, [999.0]), (2, 8, 13, 77, [500.5]), (2, 5, 3, 154, [1.0]), (1, 16, 8, 231, [0.0]), (2, 4, 8, 7, [3.25, 981.0])]:
        t = torch.tensor(timesteps).expand(batch) if len(timesteps) == 1 else torch.tensor(timesteps)
        out = unet(noise((batch, 4, height, width), 1), t, noise((batch, tokens, cross), 2)).sample
        expected["unet"].append(case({"noise": out}, batch=batch, height=height, width=width, tokens=tokens, timesteps=timesteps))
    for batch in (2,):
        ids = (torch.arange(batch * 77) * 37 % VOCABULARY).reshape(batch, 77)
        out = text(ids, output_hidden_states=True)
        states = {f"hidden_states.{i}": h for i, h in enumerate(out.hidden_states)}
        expected["textEncoder"].append(case(states | {"last_hidden_state": out.last_hidden_state}, batch=batch))
    scale, factor = vae.config.scaling_factor, 2 ** (len(vae_channels) - 1)
    for batch, height, width in [(1, 5, 7), (2, 3, 4)]:
        image = vae.decode(noise((batch, 4, height, width), 3) / scale).sample
        expected["vaeDecoder"].append(case({"image": image}, batch=batch, height=height, width=width))
        latents = vae.encode(noise((batch, 3, height * factor, width * factor), 4)).latent_dist
        outputs = {"mean": latents.mean * scale, "deviation": latents.std * scale}
        expected["vaeEncoder"].append(case(outputs, batch=batch, height=height * factor, width=width * factor))
    (folder / "expected.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")


make("sd1", 0, (8, 8, 8, 16), (True, True, True, False), 2, 2, False, "quick_gelu", (8, 8, 16))
make("sd2", 1, (8, 16, 16), (True, True, False), 1, (2, 4, 2), True, "gelu", (8, 16))
