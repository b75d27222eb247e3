#!/usr/bin/env python3
"""Writes what diffusers and transformers compute with tiny models of Stable Diffusion XL.

    make_sdxl.py        (writes sdxl/expected.json beside itself)

Made with torch 2.13.0+cpu, diffusers 0.42.1, transformers 5.23.0.

Neither weights nor inputs are stored: both sides compute them. The weights are those of TestSupport's `TinyCheckpoint.sdxl` and `.ssd1b` with
400 tokens, f16, seed 0: numbers of SplitMix64, seeded by each parameter's name.
"""
import json, pathlib
import numpy as np
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

HERE = pathlib.Path(__file__).parent
VOCABULARY = 400
MASK = (1 << 64) - 1
torch.set_grad_enabled(False)


def noise(shape, salt):
    """The inputs of make_networks.py."""
    index = torch.arange(torch.Size(shape).numel(), dtype=torch.int64)
    return (((index * 7919 + salt * 104729) % 4001).double() / 1000 - 2).float().reshape(shape)


def numbers(key, shape):
    """`TinyCheckpoint.random`."""
    state = 0
    for byte in key.encode():
        state = ((state ^ byte) * 0x100000001B3) & MASK
    count = int(np.prod(shape))
    drawn = []
    for _ in range(min(count, 4093)):
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        drawn.append((z ^ (z >> 31)) >> 32)
    symmetric = np.array(drawn, np.uint32).view(np.int32).astype(np.float32) / np.float32(2147483648)
    is_norm = len(shape) == 1 and key.endswith(".weight")
    fan_in = max(int(np.prod(shape[1:])), 1)
    scale = np.float32(0.1 if is_norm else 0.05 if len(shape) < 2 else 0.5 if "embedding.weight" in key else np.sqrt(np.float32(3) / np.float32(fan_in)))
    values = (np.float32(1 if is_norm else 0) + scale * symmetric).astype(np.float16).astype(np.float32)
    return torch.from_numpy(np.resize(values, count).reshape(shape))


def fill(model, prefix=""):
    for name, p in model.named_parameters():
        p.copy_(numbers(prefix + name.removeprefix("text_model."), tuple(p.shape)))
    return model.eval()


def output(v, stride=1):
    return {"shape": list(v.shape), "stride": stride, "values": [float(f"{x:.8g}") for x in v.flatten()[::stride].tolist()]}


def case(outputs, stride=1, **inputs):
    return inputs | {"outputs": {name: output(v, stride) for name, v in outputs.items()}}


def unet(**irregular):
    model = UNet2DConditionModel(**(dict(
        sample_size=8, block_out_channels=(64, 64, 128), layers_per_block=2, norm_num_groups=32, cross_attention_dim=192, attention_head_dim=(1, 1, 2),
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"), transformer_layers_per_block=(1, 1, 2),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"), use_linear_projection=True,
        addition_embed_type="text_time", addition_time_embed_dim=256, projection_class_embeddings_input_dim=128 + 6 * 256) | irregular))
    cases = []
    for batch, height, width, tokens, timesteps, sizes in [
        (1, 8, 8, 77, [999.0], [[1024, 1024, 0, 0, 1024, 1024]]), (2, 8, 12, 7, [3.25, 981.0], [[832, 1216, 0, 8, 832, 1216], [512, 768, 16, 0, 1536, 640]]),
        (2, 5, 7, 7, [500.5], [[64, 64, 0, 0, 64, 64], [2048, 1, 3, 5, 999, 77]])]:
        t = torch.tensor(timesteps).expand(batch) if len(timesteps) == 1 else torch.tensor(timesteps)
        added = {"text_embeds": noise((batch, 128), 5), "time_ids": torch.tensor(sizes, dtype=torch.float32)}
        out = fill(model)(noise((batch, 4, height, width), 1), t, noise((batch, tokens, 192), 2), added_cond_kwargs=added).sample
        cases.append(case({"noise": out}, batch=batch, height=height, width=width, tokens=tokens, timesteps=timesteps, sizes=sizes))
    return cases


def text_encoder(kind, prefix, width, layers, activation):
    model = fill(kind(CLIPTextConfig(
        vocab_size=VOCABULARY, hidden_size=width, intermediate_size=2 * width, num_hidden_layers=layers, num_attention_heads=width // 64,
        max_position_embeddings=77, hidden_act=activation, projection_dim=width, bos_token_id=398, eos_token_id=399)), prefix)
    ids = (torch.arange(77) * 37 % VOCABULARY).reshape(1, 77)
    out = model(ids, output_hidden_states=True)
    outputs = {f"hidden_states.{layers - 1}": out.hidden_states[-2], "last_hidden_state": out.last_hidden_state}
    if prefix:
        outputs["projected"] = model.text_projection(out.last_hidden_state)
    return [case(outputs, stride=7, batch=1)]


def vae():
    model = fill(AutoencoderKL(
        in_channels=3, out_channels=3, down_block_types=["DownEncoderBlock2D"] * 4, up_block_types=["UpDecoderBlock2D"] * 4,
        block_out_channels=(32, 32, 64, 64), layers_per_block=2, latent_channels=4, norm_num_groups=32, scaling_factor=0.13025))
    image = model.decode(noise((1, 4, 3, 2), 3) / 0.13025).sample
    latents = model.encode(noise((1, 3, 24, 16), 4)).latent_dist
    return (
        [case({"image": image}, stride=3, batch=1, height=3, width=2)],
        [case({"mean": latents.mean * 0.13025, "deviation": latents.std * 0.13025}, batch=1, height=24, width=16)])


if __name__ == "__main__":
    decoder, encoder = vae()
    expected = {
        "unet": unet(),
        "ssd1b": unet(
            transformer_layers_per_block=[1, [2, 2], [2, 2]], reverse_transformer_layers_per_block=[[2, 2, 3], [2, 1, 1], 1], mid_block_type="UNetMidBlock2D"),
        "textEncoder": text_encoder(CLIPTextModel, "", 64, 2, "quick_gelu"),
        "textEncoder2": text_encoder(CLIPTextModelWithProjection, "1.", 128, 3, "gelu"),
        "vaeDecoder": decoder, "vaeEncoder": encoder,
    }
    (HERE / "sdxl").mkdir(exist_ok=True)
    (HERE / "sdxl" / "expected.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")
