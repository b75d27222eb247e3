#!/usr/bin/env python3
"""Convert a diffusers folder to OpenVINO IR, in the folder layout that openvino-genai loads.

    export_openvino.py CHECKPOINT OUT

The weights are stored as f16, as in the models that OpenVINO's makers publish. A checkpoint whose
weights are f16 passes through f32 without loss, so both sides of a comparison hold the same numbers.
"""
import argparse
import gc
import shutil
from pathlib import Path

import openvino as ov
import openvino_tokenizers
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTokenizer


class TextEncoder(torch.nn.Module):
    """Token ids `[b, 77]` to the last hidden state `[b, 77, width]`."""

    def __init__(self, checkpoint):
        super().__init__()
        # The fused attention kernels build their causal mask in ways that tracing cannot follow.
        self.encoder = CLIPTextModel.from_pretrained(checkpoint / "text_encoder", dtype=torch.float32, attn_implementation="eager")
        self.config_file = checkpoint / "text_encoder" / "config.json"

    def forward(self, input_ids):
        return self.encoder(input_ids=input_ids).last_hidden_state

    def convert(self):
        return traced(self, ["input_ids"], [torch.ones(2, 77, dtype=torch.int64)], [[-1, 77]], "last_hidden_state")


class UNet(torch.nn.Module):
    """Latents `[b, 4, h, w]`, a whole-numbered timestep `[1]` and hidden states `[b, tokens, width]` to the predicted noise."""

    def __init__(self, checkpoint):
        super().__init__()
        self.unet = UNet2DConditionModel.from_pretrained(checkpoint / "unet", torch_dtype=torch.float32)
        self.config_file = checkpoint / "unet" / "config.json"

    def forward(self, sample, timestep, encoder_hidden_states):
        return self.unet(sample, timestep, encoder_hidden_states, return_dict=False)[0]

    def convert(self):
        width = self.unet.config.cross_attention_dim
        examples = [torch.zeros(2, 4, 16, 16), torch.ones(1, dtype=torch.int64), torch.zeros(2, 77, width)]
        shapes = [[-1, 4, -1, -1], [1], [-1, -1, width]]
        return traced(self, ["sample", "timestep", "encoder_hidden_states"], examples, shapes, "out_sample")


class Decoder(torch.nn.Module):
    """Latents, already divided by the scaling factor, to a picture in -1 ... 1."""

    def __init__(self, checkpoint):
        super().__init__()
        self.vae = AutoencoderKL.from_pretrained(checkpoint / "vae", torch_dtype=torch.float32)
        self.config_file = checkpoint / "vae" / "config.json"

    def forward(self, latent_sample):
        return self.vae.decode(latent_sample, return_dict=False)[0]

    def convert(self):
        channels = self.vae.config.latent_channels
        return traced(self, ["latent_sample"], [torch.zeros(1, channels, 16, 16)], [[-1, channels, -1, -1]], "sample")


def traced(module, names, examples, shapes, output):
    """The module's graph with named inputs of the given shapes (-1 is any size)."""
    with torch.no_grad():
        model = ov.convert_model(module.eval(), example_input=dict(zip(names, examples)),
                                 input=[(name, shape) for name, shape in zip(names, shapes)])
    model.output(0).get_tensor().set_names({output})
    return model


def export(checkpoint, out):
    for name, module in (("text_encoder", TextEncoder), ("unet", UNet), ("vae_decoder", Decoder)):
        folder = out / name
        folder.mkdir(parents=True)
        built = module(checkpoint)
        ov.save_model(built.convert(), folder / "openvino_model.xml", compress_to_fp16=True)
        shutil.copy(built.config_file, folder / "config.json")
        del built
        gc.collect()

    tokenizer = CLIPTokenizer.from_pretrained(checkpoint / "tokenizer")
    (out / "tokenizer").mkdir()
    ov.save_model(openvino_tokenizers.convert_tokenizer(tokenizer), out / "tokenizer" / "openvino_tokenizer.xml")
    tokenizer.save_pretrained(out / "tokenizer")
    shutil.copytree(checkpoint / "scheduler", out / "scheduler")

    shutil.copy(checkpoint / "model_index.json", out / "model_index.json")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    export(arguments.checkpoint, arguments.out)
    print(arguments.out)
