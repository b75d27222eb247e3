"""The tensor names of Stable Diffusion 1's original release, from the names that diffusers uses.

Each table pairs the beginning of a diffusers name with what stands there in the original.
"""
RESNET = [
    ("norm1.", "in_layers.0."), ("conv1.", "in_layers.2."), ("time_emb_proj.", "emb_layers.1."),
    ("norm2.", "out_layers.0."), ("conv2.", "out_layers.3."), ("conv_shortcut.", "skip_connection."),
]

VAE_ATTENTION = [("group_norm.", "norm."), ("to_q.", "q."), ("to_k.", "k."), ("to_v.", "v."), ("to_out.0.", "proj_out.")]


def unet_blocks():
    """The original numbers its blocks in one row: the way down is `input_blocks`, the way up `output_blocks`."""
    table = [
        ("conv_in.", "input_blocks.0.0."), ("time_embedding.linear_1.", "time_embed.0."), ("time_embedding.linear_2.", "time_embed.2."),
        ("mid_block.resnets.0.", "middle_block.0."), ("mid_block.attentions.0.", "middle_block.1."), ("mid_block.resnets.1.", "middle_block.2."),
        ("conv_norm_out.", "out.0."), ("conv_out.", "out.2."),
    ]
    for level in range(4):
        for i in range(2):
            table.append((f"down_blocks.{level}.resnets.{i}.", f"input_blocks.{3 * level + i + 1}.0."))
            table.append((f"down_blocks.{level}.attentions.{i}.", f"input_blocks.{3 * level + i + 1}.1."))
        for i in range(3):
            table.append((f"up_blocks.{level}.resnets.{i}.", f"output_blocks.{3 * level + i}.0."))
            table.append((f"up_blocks.{level}.attentions.{i}.", f"output_blocks.{3 * level + i}.1."))
        table.append((f"down_blocks.{level}.downsamplers.0.conv.", f"input_blocks.{3 * (level + 1)}.0.op."))
        # The topmost level has no attention, so its upsampler stands one place earlier.
        table.append((f"up_blocks.{level}.upsamplers.0.conv.", f"output_blocks.{3 * level + 2}.{1 if level == 0 else 2}.conv."))
    return table


def vae_blocks():
    """The original counts the decoder's levels from the picture down, diffusers from the latents up."""
    table = []
    for side in ("encoder", "decoder"):
        table += [
            (f"{side}.mid_block.resnets.0.", f"{side}.mid.block_1."), (f"{side}.mid_block.attentions.0.", f"{side}.mid.attn_1."),
            (f"{side}.mid_block.resnets.1.", f"{side}.mid.block_2."), (f"{side}.conv_norm_out.", f"{side}.norm_out."),
        ]
    for level in range(4):
        for i in range(2):
            table.append((f"encoder.down_blocks.{level}.resnets.{i}.", f"encoder.down.{level}.block.{i}."))
        for i in range(3):
            table.append((f"decoder.up_blocks.{level}.resnets.{i}.", f"decoder.up.{3 - level}.block.{i}."))
        table.append((f"encoder.down_blocks.{level}.downsamplers.0.", f"encoder.down.{level}.downsample."))
        table.append((f"decoder.up_blocks.{level}.upsamplers.0.", f"decoder.up.{3 - level}.upsample."))
    return table


def replaced(name, table):
    """The name with its beginning replaced, and whether the table knew it."""
    for ours, theirs in table:
        if name.startswith(ours):
            return theirs + name[len(ours):], True
    return name, False


def unet(weights):
    blocks, renamed = unet_blocks(), {}
    for name, tensor in weights.items():
        original, known = replaced(name, blocks)
        if not known:
            raise KeyError(f"no original name for {name}")
        if ".resnets." in name:
            block, layer = name.split(".resnets.")[0], name.split(".resnets.")[1].split(".", 1)[1]
            original = original[:len(original) - len(layer)] + replaced(layer, RESNET)[0]
        renamed["model.diffusion_model." + original] = tensor
    return renamed


def vae(weights):
    blocks, renamed = vae_blocks(), {}
    for name, tensor in weights.items():
        original = replaced(name, blocks)[0].replace("conv_shortcut.", "nin_shortcut.")
        if ".attn_1." in original:
            front, layer = original.split(".attn_1.")
            original = f"{front}.attn_1.{replaced(layer, VAE_ATTENTION)[0]}"
            # The original's attention projections are 1×1 convolutions.
            if tensor.ndim == 2:
                tensor = tensor.reshape(*tensor.shape, 1, 1)
        renamed["first_stage_model." + original] = tensor
    return renamed


def text_encoder(weights):
    prefix = "cond_stage_model.transformer.text_model."
    return {prefix + name.removeprefix("text_model."): tensor for name, tensor in weights.items()}
