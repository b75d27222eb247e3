#!/usr/bin/env python3
"""Write the parameter names of Stable Diffusion 1.5 and 2.1 in true size: diffusers', and the original release's.

    make_names.py OUT_FOLDER

Needs torch 2.13, diffusers 0.42.1, transformers 5.23 (the versions that made the files here). No weights are allocated.

diffusers' own converter (`diffusers.loaders.single_file_utils`) is the reference: it is given a state dict in the original
names in which each tensor carries its own name, and what comes out tells which original tensor became which parameter.
The script fails unless every parameter of the diffusers model comes out.

Lines of the output, separated by tabs: component, diffusers' name, original key, slice ("-" or its number of three), shape
in diffusers, shape in the single file. Extra keys of single files have "-" as their diffusers name.
"""
import sys
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from diffusers.loaders.single_file_utils import convert_ldm_clip_checkpoint, convert_ldm_unet_checkpoint, convert_ldm_vae_checkpoint, convert_open_clip_checkpoint
from transformers import CLIPTextConfig, CLIPTextModel

DOWN = ("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",)
UP = ("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3


def models(family):
    sd2 = family == "sd2"
    with torch.device("meta"):
        unet = UNet2DConditionModel(
            down_block_types=DOWN, up_block_types=UP, block_out_channels=(320, 640, 1280, 1280), cross_attention_dim=1024 if sd2 else 768,
            attention_head_dim=(5, 10, 20, 20) if sd2 else 8, use_linear_projection=sd2)
        vae = AutoencoderKL(
            down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4, block_out_channels=(128, 256, 512, 512),
            layers_per_block=2)
        width, inner, layers, heads, act = (1024, 4096, 23, 16, "gelu") if sd2 else (768, 3072, 12, 12, "quick_gelu")
        text = CLIPTextModel(CLIPTextConfig(
            vocab_size=49408, hidden_size=width, intermediate_size=inner, num_hidden_layers=layers, num_attention_heads=heads,
            max_position_embeddings=77, hidden_act=act, projection_dim=width))
    return unet, vae, text


def original_unet(shapes):
    """Original keys and shapes, by the numbering that CompVis' UNetModel gives its modules."""
    out = {}
    inner = {"norm1": "in_layers.0", "conv1": "in_layers.2", "norm2": "out_layers.0", "conv2": "out_layers.3",
             "time_emb_proj": "emb_layers.1", "conv_shortcut": "skip_connection"}
    top = {"time_embedding.linear_1": "time_embed.0", "time_embedding.linear_2": "time_embed.2", "conv_in": "input_blocks.0.0",
           "conv_norm_out": "out.0", "conv_out": "out.2"}
    for name, shape in shapes.items():
        p = name.split(".")
        if p[0] in ("down_blocks", "up_blocks", "mid_block"):
            if p[0] == "mid_block":
                place, rest = ("middle_block.1" if p[1] == "attentions" else f"middle_block.{2 * int(p[2])}"), p[3:]
            else:
                block, kind, layer, rest = int(p[1]), p[2], int(p[3]), p[4:]
                if p[0] == "down_blocks":
                    place = f"input_blocks.{3 * (block + 1)}.0.op" if kind == "downsamplers" else f"input_blocks.{3 * block + layer + 1}.{int(kind == 'attentions')}"
                else:
                    place = f"output_blocks.{3 * block + 2}.{1 if block == 0 else 2}.conv" if kind == "upsamplers" else f"output_blocks.{3 * block + layer}.{int(kind == 'attentions')}"
                if "samplers" in kind:
                    rest = rest[1:]
            rest = [inner.get(rest[0], rest[0])] + rest[1:]
            key = ".".join([place] + rest)
        else:
            layer, _, leaf = name.rpartition(".")
            key = f"{top[layer]}.{leaf}"
        out["model.diffusion_model." + key] = shape
    return out


def original_vae(shapes):
    out = {}
    for name, shape in shapes.items():
        key = name
        for i in range(4):
            for j in range(3):
                key = key.replace(f"encoder.down_blocks.{i}.resnets.{j}.", f"encoder.down.{i}.block.{j}.")
                key = key.replace(f"decoder.up_blocks.{i}.resnets.{j}.", f"decoder.up.{3 - i}.block.{j}.")
            key = key.replace(f"encoder.down_blocks.{i}.downsamplers.0.", f"encoder.down.{i}.downsample.")
            key = key.replace(f"decoder.up_blocks.{i}.upsamplers.0.", f"decoder.up.{3 - i}.upsample.")
        for a, b in [("mid_block.resnets.0.", "mid.block_1."), ("mid_block.resnets.1.", "mid.block_2."), ("mid_block.attentions.0.", "mid.attn_1."),
                     ("conv_norm_out.", "norm_out."), ("conv_shortcut.", "nin_shortcut."), ("group_norm.", "norm."), ("to_q.", "q."), ("to_k.", "k."),
                     ("to_v.", "v."), ("to_out.0.", "proj_out.")]:
            key = key.replace(a, b)
        out["first_stage_model." + key] = tuple(shape) + (1, 1) if "attn_1" in key and len(shape) == 2 else shape
    return out


def original_clip(shapes):
    return {"cond_stage_model.transformer.text_model." + name: shape for name, shape in shapes.items()}


def original_open_clip(width, inner, layers):
    out = {"positional_embedding": (77, width), "text_projection": (width, width), "logit_scale": (), "token_embedding.weight": (49408, width),
           "ln_final.weight": (width,), "ln_final.bias": (width,)}
    for i in range(layers):
        p = f"transformer.resblocks.{i}."
        for layer, shape in [("ln_1", (width,)), ("ln_2", (width,)), ("attn.out_proj", (width, width)), ("mlp.c_fc", (inner, width)), ("mlp.c_proj", (width, inner))]:
            out[f"{p}{layer}.weight"], out[f"{p}{layer}.bias"] = shape, shape[:1]
        out[p + "attn.in_proj_weight"], out[p + "attn.in_proj_bias"] = (3 * width, width), (3 * width,)
    return {"cond_stage_model.model." + k: v for k, v in out.items()}


class Named:
    """Stands for a tensor: knows its key, its shape and which rows of it are meant."""

    def __init__(self, key, shape, part="-"):
        self.key, self.shape, self.part, self.ndim = key, tuple(shape), part, len(shape)

    def __getitem__(self, index):
        first = index[0] if isinstance(index, tuple) else index
        if isinstance(index, tuple) and 0 in index:  # [:, :, 0, 0]: a 1×1 convolution as a linear layer
            return Named(self.key, self.shape[:2], self.part)
        third = self.shape[0] // 3
        start = first.start or 0
        assert start % third == 0 and (first.stop or self.shape[0]) - start == third
        return Named(self.key, (third,) + self.shape[1:], str(start // third))

    def clone(self): return self
    def detach(self): return self
    def contiguous(self): return self
    @property
    def T(self): return self


def main(folder):
    for family in ("sd1", "sd2"):
        unet, vae, text = models(family)
        shapes = [{k: tuple(v.shape) for k, v in m.state_dict().items()} for m in (text, unet, vae)]
        text_shapes = {k.removeprefix("text_model."): v for k, v in shapes[0].items() if not k.endswith("position_ids")}
        if family == "sd2":
            text_keys = original_open_clip(1024, 4096, 24)
        else:
            text_keys = original_clip(text_shapes)
        single = {**text_keys, **original_unet(shapes[1]), **original_vae(shapes[2])}
        single = {k: Named(k, s) for k, s in single.items()}
        config = dict(layers_per_block=2, down_block_types=DOWN, up_block_types=UP, class_embed_type=None, addition_embed_type=None)
        converted = [
            convert_open_clip_checkpoint(text, single) if family == "sd2" else convert_ldm_clip_checkpoint(single),
            convert_ldm_unet_checkpoint(single, config),
            convert_ldm_vae_checkpoint(single, dict(down_block_types=DOWN, up_block_types=UP)),
        ]
        lines, used = [], set()
        for component, expected, got in zip(("text_encoder", "unet", "vae"), (text_shapes, shapes[1], shapes[2]), converted):
            got = {k.removeprefix("text_model."): v for k, v in got.items()}
            got.pop("text_projection.weight", None)
            assert set(got) == set(expected), (component, set(got) ^ set(expected))
            for name in sorted(expected):
                n = got[name]
                assert n.shape == expected[name], (name, n.shape, expected[name])
                used.add(n.key)
                lines.append("\t".join([component, name, n.key, n.part, "x".join(map(str, n.shape)), "x".join(map(str, single[n.key].shape))]))
        for key in sorted(set(single) - used):
            lines.append("\t".join(["-", "-", key, "-", "-", "x".join(map(str, single[key].shape))]))
        with open(f"{folder}/names_{family}.tsv", "w") as f:
            f.write("\n".join(lines) + "\n")
        print(family, len(lines), "lines")


if __name__ == "__main__":
    main(sys.argv[1])
