#!/usr/bin/env python3
"""Write a Stable Diffusion checkpoint with random weights, in the layouts that users have.

    make_random_checkpoint.py OUT --family tiny|sd15|sd21 --vocab FOLDER
                              [--layout diffusers|single] [--dtype f16|f32|bf16] [--seed 0]

Speed, memory and agreement do not depend on what the weights mean, so a random checkpoint of the true
architecture serves for measuring, and can be made anywhere. The same family and seed give the same weights in
every layout. `--vocab` names the folder that clip_vocab.py wrote.

diffusers   a folder: model_index.json, unet/, vae/, text_encoder/, tokenizer/, scheduler/
single      one .safetensors with the key names of the original release, as CivitAI files have; not for sd21
"""
import argparse

import torch
from diffusers import AutoencoderKL, EulerDiscreteScheduler, StableDiffusionPipeline, UNet2DConditionModel
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

import original_names

# `attention_head_dim` is diffusers' name for the number of heads.
FAMILIES = {
    "tiny": dict(
        unet=dict(block_out_channels=(32, 64, 64, 64), cross_attention_dim=32, attention_head_dim=4),
        vae=dict(block_out_channels=(32, 32, 64, 64)),
        text=dict(hidden_size=32, intermediate_size=64, num_hidden_layers=3, num_attention_heads=4, hidden_act="quick_gelu"),
        prediction="epsilon"),
    "sd15": dict(
        unet=dict(block_out_channels=(320, 640, 1280, 1280), cross_attention_dim=768, attention_head_dim=8),
        vae=dict(block_out_channels=(128, 256, 512, 512)),
        text=dict(hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12, hidden_act="quick_gelu"),
        prediction="epsilon"),
    "sd21": dict(
        unet=dict(block_out_channels=(320, 640, 1280, 1280), cross_attention_dim=1024, attention_head_dim=(5, 10, 20, 20),
                  use_linear_projection=True),
        vae=dict(block_out_channels=(128, 256, 512, 512)),
        text=dict(hidden_size=1024, intermediate_size=4096, num_hidden_layers=23, num_attention_heads=16, hidden_act="gelu"),
        prediction="v_prediction"),
}


@torch.no_grad()
def lively(model):
    """Gives norms and biases random values too: left at 1 and 0, a mistake in them would not show."""
    for name, parameter in model.named_parameters():
        if "norm" in name and name.endswith("weight"):
            parameter.copy_(1 + 0.1 * torch.randn_like(parameter))
        elif name.endswith("bias"):
            parameter.copy_(0.05 * torch.randn_like(parameter))
    return model


def build(family, seed):
    torch.manual_seed(seed)
    unet = lively(UNet2DConditionModel(
        sample_size=64, in_channels=4, out_channels=4, layers_per_block=2,
        down_block_types=("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",),
        up_block_types=("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3, **family["unet"]))
    vae = lively(AutoencoderKL(
        sample_size=512, in_channels=3, out_channels=3, latent_channels=4, layers_per_block=2,
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4, **family["vae"]))
    text_encoder = lively(CLIPTextModel(CLIPTextConfig(
        vocab_size=49408, max_position_embeddings=77, projection_dim=family["text"]["hidden_size"],
        bos_token_id=49406, eos_token_id=49407, **family["text"])))
    return unet, vae, text_encoder


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    parser.add_argument("--family", choices=sorted(FAMILIES), required=True)
    parser.add_argument("--vocab", required=True)
    parser.add_argument("--layout", choices=("diffusers", "single"), default="diffusers")
    parser.add_argument("--dtype", choices=("f16", "f32", "bf16"), default="f16")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    if (arguments.family, arguments.layout) == ("sd21", "single"):
        parser.error("single files of sd21 have OpenCLIP's text encoder, which this script does not write")

    family = FAMILIES[arguments.family]
    dtype = {"f16": torch.float16, "f32": torch.float32, "bf16": torch.bfloat16}[arguments.dtype]
    unet, vae, text_encoder = (model.to(dtype) for model in build(family, arguments.seed))
    if arguments.layout == "single":
        weights = original_names.unet(unet.state_dict()) | original_names.vae(vae.state_dict()) | original_names.text_encoder(text_encoder.state_dict())
        save_file({name: tensor.contiguous() for name, tensor in weights.items()}, arguments.out, metadata={"format": "pt"})
    else:
        scheduler = EulerDiscreteScheduler(
            beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", num_train_timesteps=1000,
            steps_offset=1, timestep_spacing="leading", prediction_type=family["prediction"])
        StableDiffusionPipeline(
            vae=vae, text_encoder=text_encoder, tokenizer=CLIPTokenizer.from_pretrained(arguments.vocab), unet=unet, scheduler=scheduler,
            safety_checker=None, feature_extractor=None, requires_safety_checker=False).save_pretrained(arguments.out, safe_serialization=True)
    print(arguments.out)


if __name__ == "__main__":
    main()
