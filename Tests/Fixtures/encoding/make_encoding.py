#!/usr/bin/env python3
"""Writes sd1.safetensors and sd2.safetensors: prompts of five chunks, encoded by transformers with weights, clip skip and a textual inversion.

    make_encoding.py        (writes beside itself)

Made with torch 2.13.0+cpu, transformers 5.23.0, numpy 2.4.6, safetensors 0.8.0, float32 throughout.

The encoders have the weights that TinyCheckpoint.swift draws by name. Tokens, weights and the inversion's vectors are formulas, which
WeightedEncodingTests.swift repeats. Each file holds `<clip skip>.<emphasis>`: [5, 77, 8]. Chunks do not depend on each other, which
this script checks, so that the first n rows are a prompt of n chunks.
"""
import pathlib
import sys

import torch
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "diffusion"))
from make_tiny import weights as drawn  # noqa: E402

VOCABULARY, WIDTH, LAYERS, HEADS = 400, 8, 6, 2
BEGIN, END = 398, 399
# As many tokens as each chunk holds, and the word's place: three vectors within chunk 1, at the end of chunk 3.
LENGTHS = [75, 75, 20, 75, 0]
INSERTIONS = {(1, 10): 0, (1, 11): 1, (1, 12): 2, (3, 73): 0, (3, 74): 1, (3, 75): 2}
ROWS = 3
# Of the seeds to 40 the one for which no chunk has a mean near zero, where restoring it would only show rounding.
SEED = 22
torch.set_grad_enabled(False)


def noise(shape, salt):
    """As in ../networks/make_networks.py."""
    index = torch.arange(torch.Size(shape).numel(), dtype=torch.int64)
    return (((index * 7919 + salt * 104729) % 4001).double() / 1000 - 2).float().reshape(shape)


def encoder(activation):
    text = CLIPTextModel(CLIPTextConfig(
        vocab_size=VOCABULARY, hidden_size=WIDTH, intermediate_size=2 * WIDTH, num_hidden_layers=LAYERS, num_attention_heads=HEADS,
        max_position_embeddings=77, hidden_act=activation, bos_token_id=BEGIN, eos_token_id=END))
    text.load_state_dict({
        name: drawn(name.removeprefix("text_model."), tuple(value.shape), SEED) if value.is_floating_point() else value
        for name, value in text.state_dict().items()
    })
    # Textual inversion as transformers does it: the vectors are further rows of the token table.
    text.resize_token_embeddings(VOCABULARY + ROWS, mean_resizing=False)
    text.get_input_embeddings().weight[VOCABULARY:] = noise((ROWS, WIDTH), 5)
    return text.eval()


def prompt(padding):
    """Token ids and their weights, [5, 77] each."""
    ids, weights = [], []
    for chunk, length in enumerate(LENGTHS):
        row = [(chunk * 75 + i) * 37 % BEGIN for i in range(length)]
        ids.append([BEGIN] + row + [END] + [padding] * (75 - length))
        weights.append([1.0] + [0.4 + ((chunk + i) * 7 % 13) / 10 for i in range(length)] + [1.0] * (76 - length))
    for (chunk, position), row in INSERTIONS.items():
        ids[chunk][position] = VOCABULARY + row
    return torch.tensor(ids), torch.tensor(weights)


def weigh(states, weights, emphasis):
    """What A1111 1.10's modules/sd_emphasis.py defines, for one chunk."""
    if emphasis == "ignore":
        return states
    weighted = states * weights.unsqueeze(-1)
    if emphasis == "no_norm":
        return weighted
    before, after = states.mean(), weighted.mean()
    assert abs(after) > 0.015, f"a mean of {after} would only show rounding"
    return weighted * (before / after)


def make(name, activation, padding):
    text = encoder(activation)
    ids, weights = prompt(padding)
    tensors = {}
    for clip_skip in range(1, 5):
        hidden = text(ids, output_hidden_states=True).hidden_states
        norm = getattr(text, "text_model", text).final_layer_norm
        states = norm(hidden[-clip_skip])
        for chunk in range(5):
            alone = norm(text(ids[chunk:chunk + 1], output_hidden_states=True).hidden_states[-clip_skip])
            assert torch.allclose(alone[0], states[chunk], rtol=0, atol=2e-6)
        for emphasis in ("original", "no_norm", "ignore"):
            tensors[f"{clip_skip}.{emphasis}"] = torch.stack([weigh(states[c], weights[c], emphasis) for c in range(5)])
    save_file(tensors, HERE / f"{name}.safetensors")


make("sd1", "quick_gelu", END)
make("sd2", "gelu", 0)
