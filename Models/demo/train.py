#!/usr/bin/env python3
"""Train, from nothing, a small text-to-image model with the architecture of Stable Diffusion 1.x.

    train.py all                     everything, from the font to the contact sheet
    train.py export sample           one or more stages again
    train.py diffusion --diffusion-steps 8000,10000,14000       goes on from where the last run stopped

It draws the emoji in WORLD on 14 background colours, larger or smaller by the weight of its name, as in
"(red apple:1.25) on a blue background". The result is a checkpoint in the diffusers layout
(text_encoder = CLIPTextModel, unet = UNet2DConditionModel, vae = AutoencoderKL, scheduler, CLIP tokenizer) in f16.

Needs
  Debian  fonts-noto-color-emoji (the drawings), unicode-cldr-core (their names and keywords)
  PyPI    torch diffusers transformers safetensors numpy pillow fonttools matplotlib
  --tokenizer FOLDER with CLIP's vocab.json and merges.txt; the checkpoint's own tokenizer/ is one

Stages, in the order of `all`
  data       cuts the drawings out of the font, draws the held-out combinations and the 64 test prompts
  vae        trains the AutoencoderKL on all drawings of the font but the held-out ones
  latents    encodes the world once (each emoji x view x weight x colour), so that the UNet's training never runs the VAE
  text       trains the text encoder, as a classifier of (emoji, colour); after that it stays as it is
  diffusion  trains the UNet on the latents
  export     writes the checkpoint, with averaged weights
  sample     draws the test prompts, and some of them with weights
  evaluate   measures colours, weights and the VAE's round trip; draws the loss curves

Every long stage counts steps, not time, draws its random numbers from (seed, step), saves its state every
--save-every steps and goes on from the saved state: stopping it, or pausing it with SIGSTOP, changes nothing.
The learning rate is constant until the last quarter of the steps and then falls. The UNet's then rises and falls once more.
"""
import argparse
import io
import json
import math
import os
import random
import re
import shutil
import time
import xml.etree.ElementTree as ET
import zlib
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

# ------------------------------------------------------------------------------------------------ the world

SIZE = 128      # pixels, width and height
VIEWS = 4       # ways to place each emoji: seeds then differ by more than noise

# CLDR's name of each emoji, and other words for it that captions use.
WORLD = {
    "red apple": ["apple"], "green apple": [], "banana": [], "strawberry": [], "watermelon": ["melon slice"],
    "pizza": ["slice of pizza"], "hamburger": ["burger"], "doughnut": ["donut"], "hot beverage": ["cup of coffee", "coffee"],
    "birthday cake": ["cake"], "cat face": ["cat", "kitten"], "dog face": ["dog", "puppy"], "panda": ["panda bear"],
    "frog": ["frog face"], "pig face": ["pig"], "fox": ["fox face"], "penguin": [], "octopus": [], "butterfly": [],
    "tropical fish": ["fish"], "cactus": [], "sunflower": ["yellow flower"], "evergreen tree": ["tree", "fir tree"],
    "mushroom": ["red mushroom"], "red heart": ["heart"], "blue heart": [], "star": ["yellow star"], "sun": ["shining sun"],
    "snowman": [], "fire": ["flame"], "grinning face": ["happy face", "smiley"],
    "smiling face with sunglasses": ["face with sunglasses", "cool face"], "ghost": [], "robot": ["robot face"],
    "rocket": ["space rocket"], "automobile": ["car", "red car"], "sailboat": ["boat"], "house": ["home"],
    "soccer ball": ["football", "ball"], "balloon": ["red balloon"],
}
NAMES = list(WORLD)
COLOURS = {
    "white": (255, 255, 255), "black": (24, 24, 28), "gray": (150, 152, 156), "red": (190, 36, 48), "pink": (255, 178, 204),
    "orange": (250, 150, 56), "yellow": (255, 232, 110), "green": (44, 136, 76), "light green": (190, 236, 170),
    "blue": (48, 92, 206), "light blue": (170, 216, 250), "turquoise": (60, 196, 190), "purple": (140, 84, 196),
    "brown": (132, 88, 60),
}
COLOUR_NAMES = list(COLOURS)
WEIGHTS = [1, 0.5, 0.75, 1.25, 1.5]     # of an emoji's name: its drawing covers so many times the area; first that of a plain name
PALETTE = torch.tensor(list(COLOURS.values()), dtype=torch.float32)
UNNAMED_WHITE = 0.75      # share of white where the caption names no colour

STYLE = ["emoji", "icon", "clip art", "simple", "colorful", "cartoon", "cute", "flat design", "high quality", "best quality",
         "masterpiece", "centered", "sticker", "vector art", "clean", "glossy", "smooth shading", "digital art", "detailed",
         "sharp", "bright", "isolated", "illustration", "symbol", "drawing", "picture", "vivid colors", "single object",
         "beautiful", "highly detailed", "professional", "4k", "trending", "soft light", "minimalist", "happy", "fun"]

PLAIN = ["{n}", "{a}", "the {n}", "{n} emoji", "an emoji of {a}", "a picture of {a}", "a drawing of {a}", "a photo of {a}"]
COLOURED = ["{n} on {b} background", "{a} on {b} background", "{n}, {c} background", "{c} background, {n}",
            "{n} emoji, {c} background", "an emoji of {a} on {b} background", "a picture of {a}, {c} background",
            "a drawing of {a} on {b} background", "{n} on {c}", "{a} in front of {b} background"]


def weighed(name, weight):
    """`name` as prompts in A1111's language give it a weight."""
    return name if weight == 1 else f"({name}:{weight})"


def with_article(name, weight=1):
    return ("an " if name[:1] in tuple("aeiou") else "a ") + weighed(name, weight)


def caption(rng, emoji, colour, keywords, weights=(1, 1)):
    """One of many wordings. `colour` is None where the caption shall not name one. `weights` are of emoji and colour."""
    other = WORLD[NAMES[emoji]]
    name = rng.choice(other) if other and rng.random() < 0.25 else NAMES[emoji]
    form = rng.choice(PLAIN if colour is None else COLOURED)
    if colour is None and rng.random() < 0.3:
        form = "{n}"
    named = "" if colour is None else COLOUR_NAMES[colour]
    text = form.format(n=weighed(name, weights[0]), a=with_article(name, weights[0]), c=weighed(named, weights[1]), b=with_article(named, weights[1]))
    if rng.random() < 0.25:
        extra = rng.sample(STYLE, rng.randint(1, 4))
        text = ", ".join(extra + [text] if rng.random() < 0.25 else [text] + extra)
    elif rng.random() < 0.1:
        text = ", ".join([text] + rng.sample(keywords[emoji], min(2, len(keywords[emoji]))))
    return text


def long_caption(rng, emoji, colour, keywords, weights=(1, 1)):
    """A caption of about 80 to 170 words, mostly more than 75 tokens: the subject first, or now and then last."""
    words, rest = rng.choice([60, 90, 130]), []
    while sum(len(part.split()) + 1 for part in rest) < words:
        rest += rng.sample(STYLE, 8) + rng.sample(keywords[emoji], min(3, len(keywords[emoji])))
    text = caption(rng, emoji, colour, keywords, weights)
    return ", ".join(rest + [text] if rng.random() < 0.2 else [text] + rest)


# ------------------------------------------------------------------------------------------------ data


def stage_data(options):
    """Writes tiles.npz (premultiplied RGBA, uint8; the world's are `[emoji, view, weight, h, w, 4]`) and world.json (keywords,
    held-out combinations, test prompts)."""
    from fontTools.ttLib import TTFont
    from PIL import Image

    font = TTFont(options.font)
    characters, strike = font.getBestCmap(), font["CBDT"].strikeData[0]
    names, keywords = {}, {}
    for entry in ET.parse(options.cldr / "annotations" / "en.xml").iter("annotation"):
        if entry.get("type") == "tts":
            names[entry.get("cp")] = entry.text.lower()
        else:
            keywords[entry.get("cp")] = [word.strip().lower() for word in entry.text.split("|")]

    def drawing(character):
        image = Image.open(io.BytesIO(strike[characters[ord(character)]].imageData)).convert("RGBA")
        return image.crop(image.getchannel("A").getbbox()).convert("RGBa")      # premultiplied, for resizing

    def tile(image, weight, side=100, shift=(0, 0), angle=0.0, mirrored=False):
        """`image` on a transparent square of SIZE, its longer side `side` pixels at weight 1, turned, then moved by `shift`."""
        image = image.transpose(Image.FLIP_LEFT_RIGHT) if mirrored else image
        room = int(max(image.size) * 1.5)
        canvas = Image.new("RGBa", (room, room))
        canvas.paste(image, ((room - image.width) // 2, (room - image.height) // 2))
        canvas = canvas.rotate(angle, Image.BICUBIC)
        scaled = canvas.resize((round(room * side * weight ** 0.5 / max(image.size)),) * 2, Image.LANCZOS)
        offset = (SIZE - scaled.width) // 2
        result = Image.new("RGBa", (SIZE, SIZE))
        result.paste(scaled, (offset + shift[0], offset + shift[1]))
        return np.asarray(result)

    known = {name: character for character, name in names.items() if name in WORLD and ord(character[0]) in characters}
    rng = random.Random(options.seed)
    world = []
    for name in NAMES:
        image = drawing(known[name][0])
        views = [()] + [(rng.randint(84, 104), (rng.randint(-6, 6), rng.randint(-6, 6)), rng.uniform(-10, 10), view % 2 == 1)
                        for view in range(1, VIEWS)]
        world.append([[tile(image, weight, *view) for weight in WEIGHTS] for view in views])
    others = [tile(drawing(character), 1) for character, name in sorted(names.items()) if len(character) == 1
              and name not in WORLD and characters.get(ord(character)) in strike]
    random.Random(options.seed).shuffle(others)

    words = [[w for w in keywords[known[name]] if w not in WORLD][:12] for name in NAMES]
    np.savez(options.work / "tiles.npz", world=np.array(world), train=np.stack(others[64:]), test=np.stack(others[:64]))
    (options.work / "world.json").write_text(json.dumps(dict(keywords=words, **draw_prompts(options.seed, words)), indent=1))
    print(f"{len(NAMES)} emoji x {VIEWS} views; {len(others)} other drawings, 64 of them kept from training")


def draw_prompts(seed, keywords):
    """Combinations of emoji and colour that training never sees, and 64 prompts: 32 of them are such combinations."""
    rng = random.Random(seed)
    pairs = [(e, c) for e in range(len(NAMES)) for c in range(len(COLOURS))]
    held_out = set(rng.sample([pair for pair in pairs if pair[1] != 0], len(pairs) // 10))
    chosen = rng.sample(sorted(held_out), 32) + rng.sample([pair for pair in pairs if pair not in held_out], 32)
    prompts = [dict(emoji=NAMES[e], colour=COLOUR_NAMES[c], held_out=(e, c) in held_out,
                    prompt=(long_caption if k % 8 == 7 else caption)(rng, e, c, keywords)) for k, (e, c) in enumerate(chosen)]
    rng.shuffle(prompts)
    return dict(held_out=sorted(held_out), prompts=prompts)


def load_tiles(options, *parts):
    tiles = np.load(options.work / "tiles.npz")
    return [torch.from_numpy(tiles[part]) for part in parts]


def load_world(options):
    return json.loads((options.work / "world.json").read_text())


def compose(tiles, rgb):
    """Premultiplied RGBA tiles `[n, h, w, 4]`, uint8, over colours `[n, 3]`, 0...255: pictures `[n, 3, h, w]`, -1...1."""
    tiles = tiles.permute(0, 3, 1, 2).float() / 255
    return ((tiles[:, :3] + rgb[:, :, None, None] / 255 * (1 - tiles[:, 3:])).clamp(0, 1) * 2 - 1).contiguous(memory_format=torch.channels_last)


# ------------------------------------------------------------------------------------------------ training loops


def spawn(worker, options):
    """Runs `worker(rank, options)` in --procs processes of one thread each, which share every batch.

    Faster than threads on a busy CPU: processes wait for each other once a step, threads in every layer."""
    if options.procs == 1:
        worker(0, options)
    else:
        torch.multiprocessing.spawn(worker, (options,), nprocs=options.procs)


def set_up(rank, options):
    torch.set_num_threads(options.threads)
    if options.procs > 1:
        os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(options.port), GLOO_SOCKET_IFNAME="lo")
        torch.distributed.init_process_group("gloo", rank=rank, world_size=options.procs)


def seed_step(options, rank, stage, step):
    """All randomness of a step comes from here, so that a resumed run goes on as if it had never stopped."""
    number = zlib.crc32(repr((options.seed, stage, step, rank)).encode())
    torch.manual_seed(number)
    return random.Random(number)


def average(tensors, options):
    """Replaces each tensor by its mean over the processes, in one message."""
    if options.procs == 1:
        return
    flat = torch.cat([tensor.reshape(-1) for tensor in tensors])
    torch.distributed.all_reduce(flat)
    for tensor, mean in zip(tensors, (flat / options.procs).split([tensor.numel() for tensor in tensors])):
        tensor.copy_(mean.view_as(tensor))


def learning_rate(peak, step, total, warm_up=100):
    remaining = (total - step) / (0.25 * total)
    return peak * min(1, (step + 1) / warm_up, max(0.02, remaining))


class Log:
    """Every `every` steps, the means of the figures given since: a line on the terminal and in work/log.jsonl."""

    def __init__(self, options, rank, stage, every):
        self.path, self.rank, self.stage, self.every = options.work / "log.jsonl", rank, stage, every
        self.values, self.start = {}, time.process_time()

    def add(self, step, **figures):
        for key, value in figures.items():
            self.values.setdefault(key, []).append(float(value))
        if step % self.every == 0 and self.rank == 0:
            now = time.process_time()
            means = {key: round(sum(values) / len(values), 5) for key, values in self.values.items()}
            line = json.dumps(dict(stage=self.stage, step=step, **means, cpu_seconds=round(now - self.start, 1)))
            print(line, flush=True)
            with open(self.path, "a") as file:
                print(line, file=file)
            self.values, self.start = {}, now


def save(state, path):
    """Whole or not at all: a process that is stopped while it writes leaves the older file."""
    torch.save(state, f"{path}.part")
    os.replace(f"{path}.part", path)


def precision(options):
    return torch.autocast(options.device, torch.bfloat16, enabled=options.bf16)


# ------------------------------------------------------------------------------------------------ VAE


def make_vae(options):
    from diffusers import AutoencoderKL
    widths = options.vae_channels
    return AutoencoderKL(down_block_types=("DownEncoderBlock2D",) * len(widths), up_block_types=("UpDecoderBlock2D",) * len(widths),
                         block_out_channels=widths, layers_per_block=1, latent_channels=4, norm_num_groups=8, sample_size=SIZE)


@torch.no_grad()
def start_linear(vae):
    """Starts near a linear codec: residual branches at zero, resampling at identity, hardly any noise in the latents.
    From torch's own start the same training needs many times the steps until colours are right."""
    for name, module in vae.named_modules():
        if name.endswith(("conv2", "to_out.0")):
            module.weight.zero_()
            module.bias.zero_()
        elif "samplers" in name and name.endswith("conv"):
            channels = module.weight.shape[0]
            taps = torch.tensor([1.0, 2, 1]) / 4 if "up" in name else torch.tensor([1.0, 1, 0]) / 2
            module.weight.mul_(0.1)
            module.bias.zero_()
            module.weight[range(channels), range(channels)] += torch.outer(taps, taps)
        elif name.endswith("conv_shortcut"):
            torch.nn.init.orthogonal_(module.weight.view(module.weight.shape[:2]))
    for module in (vae.encoder.conv_in, vae.decoder.conv_in, vae.encoder.conv_out, vae.decoder.conv_out):
        outputs, inputs = module.weight.shape[:2]
        module.weight.mul_(0.2)
        module.weight[:, :, 1, 1] += torch.randn(outputs, inputs) * inputs ** -0.5
    for module, size in ((vae.quant_conv, 4), (vae.post_quant_conv, 4)):
        module.weight.zero_()
        module.bias.zero_()
        module.weight[range(size), range(size), 0, 0] = 1
    vae.quant_conv.bias[4:] = -6        # log variance
    return vae


def vae_batch(world, train, count, crop):
    """Pictures, or crops of `crop` pixels: a third from the world, moved at random, on colours near the palette's."""
    tiles = torch.stack([source[k] for source in (world if torch.rand(()) < 0.35 else train for _ in range(count))
                         for k in [torch.randint(len(source), ())]])
    moved = []
    for tile in tiles:
        tile = torch.roll(tile, torch.randint(-10, 11, (2,)).tolist(), (0, 1))
        tile = tile.flip(1) if torch.rand(()) < 0.5 else tile
        border = 16 if crop < SIZE else 0       # nothing to learn there
        y, x = torch.randint(border, SIZE - crop - border + 1, (2,)).tolist()
        moved.append(tile[y:y + crop, x:x + crop])
    rgb = PALETTE[torch.randint(len(PALETTE), (count,))] + torch.randn(count, 3) * 8
    return compose(torch.stack(moved), rgb.clamp(0, 255))


def picture_loss(made, true):
    """2 MSE + L1 + 0.1 gradients at three scales + L1 at a quarter of the size, which gets flat colours right."""
    def slopes(x):
        return x[..., 1:] - x[..., :-1], x[..., 1:, :] - x[..., :-1, :]

    loss = 2 * F.mse_loss(made, true) + F.l1_loss(made, true)
    for scale in range(3):
        loss = loss + 0.1 * sum(F.l1_loss(u, v) for u, v in zip(slopes(made), slopes(true)))
        if scale < 2:
            made, true = F.avg_pool2d(made, 2), F.avg_pool2d(true, 2)
    return loss + F.l1_loss(made, true)


def train_vae(rank, options):
    set_up(rank, options)
    world, train, test = load_tiles(options, "world", "train", "test")
    world = world.flatten(0, 2)
    torch.manual_seed(options.seed)
    vae = start_linear(make_vae(options)).to(options.device, memory_format=torch.channels_last)
    parameters = list(vae.parameters())
    optimizer = torch.optim.AdamW(parameters, lr=0, betas=(0.9, 0.98), weight_decay=1e-4, fused=True)
    path, first, total = options.work / "vae.pt", 0, options.vae_steps
    if path.exists():
        state = torch.load(path, map_location=options.device)
        vae.load_state_dict(state["vae"])
        optimizer.load_state_dict(state["optimizer"])
        first = state["step"]
    log = Log(options, rank, "vae", 50)
    for step in range(first, total):
        seed_step(options, rank, "vae", step)
        # many small crops first: early on the number of steps counts
        crop = 32 if step < 0.5 * total else 64 if step < 0.85 * total else SIZE
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(options.vae_lr, step, total)
        true = vae_batch(world, train, options.vae_batch // options.procs * 32 // crop, crop).to(options.device)
        with precision(options):
            posterior = vae.encode(true).latent_dist
            made = vae.decode(posterior.sample()).sample
        divergence = 0.5 * (posterior.mean.float() ** 2 + posterior.var - 1 - posterior.logvar).mean()
        loss = picture_loss(made.float(), true) + options.kl * divergence
        optimizer.zero_grad()
        loss.backward()
        average([p.grad for p in parameters], options)
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        log.add(step + 1, loss=loss.item(), l1=F.l1_loss(made.float(), true).item(), divergence=divergence.item())
        if rank == 0 and ((step + 1) % options.save_every == 0 or step + 1 == total):
            save(dict(vae=vae.state_dict(), optimizer=optimizer.state_dict(), step=step + 1), path)
            print(f"vae {step + 1}: {round_trip(vae, test[:32], options).mean():.2f} dB on drawings kept from training", flush=True)


@torch.no_grad()
def round_trip(vae, tiles, options):
    """PSNR in dB of each tile, on the palette's colours in turn, encoded (without noise) and decoded."""
    result = []
    for start in range(0, len(tiles), 8):
        part = tiles[start:start + 8]
        true = compose(part, PALETTE[(torch.arange(len(part)) + start) % len(PALETTE)]).to(options.device)
        with precision(options):
            made = vae.decode(vae.encode(true).latent_dist.mean).sample
        result.append(-10 * (((made.float().clamp(-1, 1) - true) / 2) ** 2).mean((1, 2, 3)).log10())
    return torch.cat(result)


# ------------------------------------------------------------------------------------------------ latents


@torch.no_grad()
def stage_latents(options):
    """Writes latents.pt, f16 `[emoji, view, weight, colour, 4, h, w]`, and vae_whitened.pt.

    SD 1.x has one scaling_factor and no shift. Its own factor is right for latents whose channels have mean 0 and
    standard deviation 1/0.18215; the VAE's two 1x1 convolutions beside the latents can make them so."""
    torch.set_num_threads(options.threads)
    weights = torch.load(options.work / "vae.pt", map_location="cpu")["vae"]
    vae = make_vae(options).to(options.device, memory_format=torch.channels_last)
    vae.load_state_dict(weights)
    (world,) = load_tiles(options, "world")
    world = world[:, :options.views]
    latents = []
    for tile in world.flatten(0, 2):
        pictures = compose(tile.expand(len(PALETTE), -1, -1, -1), PALETTE)
        with precision(options):
            latents.append(vae.encode(pictures.to(options.device)).latent_dist.mean.float().cpu())
    latents = torch.cat(latents)
    mean, scale = latents.mean((0, 2, 3)), latents.std((0, 2, 3)) * 0.18215
    latents = (latents - mean.view(1, 4, 1, 1)) / scale.view(1, 4, 1, 1)
    weights["quant_conv.weight"][:4] /= scale.view(4, 1, 1, 1)
    weights["quant_conv.bias"][:4] = (weights["quant_conv.bias"][:4] - mean) / scale
    weights["quant_conv.bias"][4:] -= 2 * scale.log()
    weights["post_quant_conv.bias"] += weights["post_quant_conv.weight"][:, :, 0, 0] @ mean
    weights["post_quant_conv.weight"] *= scale.view(1, 4, 1, 1)
    save(weights, options.work / "vae_whitened.pt")
    save(latents.half().view(*world.shape[:3], len(COLOURS), *latents.shape[1:]), options.work / "latents.pt")
    print(f"{len(latents)} latents; before whitening, means {mean.tolist()} and deviations {(scale / 0.18215).tolist()}")


# ------------------------------------------------------------------------------------------------ text

BOS, EOS = 49406, 49407     # SD 1.x pads with EOS


def chunks(values, first, last):
    """75 values at a time, each chunk between its own `first` and `last`, padded to 77; of an empty prompt, one empty chunk."""
    parts = [values[start:start + 75] for start in range(0, len(values), 75)] or [[]]
    return [[first] + part + [last] * (76 - len(part)) for part in parts]


def read(tokenizer, text):
    """Chunks of tokens and of their weights. A stretch with a weight, `(red apple:1.25)`, is turned into tokens by itself."""
    tokens, weights = [], []
    for words, weight, plain in re.findall(r"\(([^():]+):([\d.]+)\)|([^()]+)", text):
        found = tokenizer(words or plain, add_special_tokens=False, verbose=False).input_ids
        tokens += found
        weights += [float(weight or 1)] * len(found)
    return chunks(tokens, BOS, EOS), chunks(weights, 1.0, 1.0)


EMPTY = chunks([], BOS, EOS), chunks([], 1.0, 1.0)


def tensors(prompts, count):
    """Tokens and weights, `[prompts, count, 77]`: `count` chunks of each prompt that was read; shorter ones get empty chunks."""
    return [torch.tensor([(prompt[k] + EMPTY[k] * count)[:count] for prompt in prompts]) for k in range(2)]


class Words:
    """CLIP's tokenizer, and the tokens that captions can hold.

    Training knows only those, and one more that stands for all others: a table of 49,408 rows would cost more than the
    UNet. Export fills the whole table. Captions have tokens replaced by the unknown one at random, so that it says nothing."""

    def __init__(self, options):
        from transformers import CLIPTokenizer
        self.keywords = load_world(options)["keywords"]
        self.tokenizer = CLIPTokenizer.from_pretrained(options.tokenizer)
        texts = NAMES + COLOUR_NAMES + STYLE + PLAIN + COLOURED + ["a an the , .", "left right and with small big"]
        texts += sum(WORLD.values(), []) + sum(self.keywords, [])
        known = {BOS, EOS}.union(*(chunk for text in texts for end in ("", ",") for chunk in read(self.tokenizer, text + end)[0]))
        self.known = sorted(known)
        self.unknown = len(self.known)
        self.rows = torch.full((49408,), self.unknown)
        self.rows[torch.tensor(self.known)] = torch.arange(len(self.known))

    def batch(self, texts, count):
        """Rows of the small table and weights, both `[captions, count, 77]`: the first `count` chunks of each caption."""
        tokens, weights = tensors([read(self.tokenizer, text) for text in texts], count)
        rows = self.rows[tokens]
        noise = torch.rand(rows.shape)
        ends = (rows == self.rows[BOS]) | (rows == self.rows[EOS])
        return torch.where((noise < 0.03) & ~ends, self.unknown, rows), weights


def make_text_encoder(options, vocabulary):
    """CLIP's text encoder in small. The bias of its last norm starts above 0: A1111's emphasis restores the mean of the
    hidden states, a quotient that is only tame when the mean is far from 0."""
    from transformers import CLIPTextConfig, CLIPTextModel
    begin, end = (BOS, EOS) if vocabulary == 49408 else (0, 0)      # read for the pooled state alone, which SD 1.x does not use
    encoder = CLIPTextModel(CLIPTextConfig(vocab_size=vocabulary, hidden_size=options.text_width, intermediate_size=4 * options.text_width,
                                           projection_dim=options.text_width, num_hidden_layers=options.text_layers, num_attention_heads=4,
                                           max_position_embeddings=77, hidden_act="quick_gelu", bos_token_id=begin, eos_token_id=end,
                                           pad_token_id=end))
    [norm] = [module for name, module in encoder.named_modules() if name.endswith("final_layer_norm")]
    torch.nn.init.constant_(norm.bias, 0.25)
    return encoder


def encode(encoder, rows, weights):
    """Hidden states of all chunks, joined along the token axis: `[captions, chunks * 77, width]`. What a weight multiplies,
    and that a chunk's mean is restored after it, is A1111's way."""
    captions, count, length = rows.shape
    hidden = encoder(input_ids=rows.flatten(0, 1)).last_hidden_state
    scaled = hidden * weights.flatten(0, 1)[..., None]
    scaled = scaled * (hidden.mean((1, 2), keepdim=True) / scaled.mean((1, 2), keepdim=True))
    return scaled.view(captions, count * length, -1)


def stage_text(options):
    """Reading (emoji, colour) off any position behind the end of the caption, for a minute.

    The UNet's loss is no teacher for this: until the UNet reads captions, it only wears their differences away. Trained
    together, the hidden states of two emoji came to differ half as much within 400 steps, and the UNet ignored them."""
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    words = Words(options)
    encoder = make_text_encoder(options, words.unknown + 1)
    head = torch.nn.Linear(options.text_width, len(NAMES) + len(COLOURS) + 2)
    parameters = [*encoder.parameters(), *head.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=0, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
    log = Log(options, 0, "text", 50)
    for step in range(options.text_steps):
        rng = seed_step(options, 0, "text", step)
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(2e-3, step, options.text_steps)
        emoji = torch.randint(len(NAMES) + 1, (32,))            # the last of both: not named
        colour = torch.randint(len(COLOURS) + 1, (32,)).where(emoji < len(NAMES), len(COLOURS))
        texts = [caption(rng, e, c if c < len(COLOURS) else None, words.keywords) if e < len(NAMES)
                 else ", ".join(rng.sample(STYLE, rng.randint(0, 25))) for e, c in zip(emoji.tolist(), colour.tolist())]
        rows, weights = words.batch(texts, 1)
        hidden = encode(encoder, rows, weights)
        end = (rows[:, 0] == words.rows[EOS]).int().argmax(1)
        place = torch.stack([end, end + (torch.rand(32) * (77 - end)).long()], 1)
        guess = head(hidden[torch.arange(32)[:, None], place])
        loss = sum(F.cross_entropy(guess[:, k, :len(NAMES) + 1], emoji) + F.cross_entropy(guess[:, k, len(NAMES) + 1:], colour) for k in range(2))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        log.add(step + 1, loss=loss.item(), right=(guess[:, 0, :len(NAMES) + 1].argmax(1) == emoji).float().mean())
    save(encoder.state_dict(), options.work / "text.pt")


# ------------------------------------------------------------------------------------------------ diffusion

AVERAGE_EVERY = 5
SCHEDULE = dict(num_train_timesteps=1000, beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", prediction_type="v_prediction")


def twice_as_large(_, arguments):
    """What F.interpolate does before an upsampler's convolution. torch.compile's gradient of that is 0 in bf16 on CPUs (2.13.0)."""
    hidden, *rest = arguments
    batch, channels, height, width = hidden.shape
    return hidden[:, :, :, None, :, None].expand(-1, -1, -1, 2, -1, 2).reshape(batch, channels, 2 * height, 2 * width), *rest


def make_unet(options):
    from diffusers import UNet2DConditionModel
    from diffusers.models.attention_processor import AttnProcessor
    levels = len(options.unet_channels)
    attention = [level >= options.first_attention for level in range(levels)]
    unet = UNet2DConditionModel(sample_size=SIZE >> (len(options.vae_channels) - 1), block_out_channels=options.unet_channels,
                                layers_per_block=options.unet_layers, cross_attention_dim=options.text_width, attention_head_dim=4,
                                down_block_types=tuple("CrossAttnDownBlock2D" if a else "DownBlock2D" for a in attention),
                                up_block_types=tuple("CrossAttnUpBlock2D" if a else "UpBlock2D" for a in attention[::-1]), norm_num_groups=16)
    if options.device == "cpu":
        unet.set_attn_processor(AttnProcessor())    # torch's fused attention is slower on CPUs, its gradient above all
    for name, module in unet.named_modules():
        if name.endswith("upsamplers.0"):
            module.interpolate = False
            module.register_forward_pre_hook(twice_as_large)
        elif name.endswith((".conv2", "proj_out")) or name == "conv_out":      # as Stable Diffusion's own code starts: every branch adds nothing
            torch.nn.init.zeros_(module.weight)
            torch.nn.init.zeros_(module.bias)
    return unet


def draw_batch(rng, count, world, latents, views, long):
    """`count` captions and their latents. One in ten captions is empty, for guidance. Held-out combinations never come.

    Half of the emoji have a weight drawn by lot, and one in eight colours, where it changes nothing."""
    def draw_weight(share):
        """An index of WEIGHTS."""
        return rng.randrange(len(WEIGHTS)) if rng.random() < share else 0

    texts, chosen = [], []
    while len(texts) < count:
        emoji, colour = rng.randrange(len(NAMES)), rng.randrange(len(COLOURS))
        named = rng.random() < 0.75
        if not named and rng.random() < UNNAMED_WHITE:
            colour = 0
        if [emoji, colour] in world["held_out"]:
            continue
        words = long_caption if long and rng.random() < 0.85 else caption
        weight = draw_weight(0.5)
        if rng.random() < 0.1:
            texts.append("")
        else:
            texts.append(words(rng, emoji, colour if named else None, world["keywords"], (WEIGHTS[weight], WEIGHTS[draw_weight(0.125)])))
        chosen.append(latents[emoji, rng.randrange(views), weight, colour])
    return texts, torch.stack(chosen).float() * 0.18215


def train_diffusion(rank, options):
    from diffusers import DDPMScheduler
    set_up(rank, options)
    torch.manual_seed(options.seed)
    words, world, latents = Words(options), load_world(options), torch.load(options.work / "latents.pt")
    encoder = make_text_encoder(options, words.unknown + 1).to(options.device)
    encoder.load_state_dict(torch.load(options.work / "text.pt", map_location=options.device))
    encoder.requires_grad_(False)
    unet = make_unet(options).to(options.device, memory_format=torch.channels_last)
    parameters = list(unet.parameters())
    averaged = [p.detach().clone() for p in parameters]
    optimizer = torch.optim.AdamW(parameters, lr=0, betas=(0.9, 0.98), eps=1e-7, weight_decay=0.01, fused=True)
    path, first = options.work / "diffusion.pt", 0
    if path.exists():
        state = torch.load(path, map_location=options.device)
        unet.load_state_dict(state["unet"])
        optimizer.load_state_dict(state["optimizer"])
        averaged, first = state["averaged"], state["step"]
    elif rank == 0:
        print(f"UNet {sum(p.numel() for p in unet.parameters()) / 1e6:.2f} M, text encoder {sum(p.numel() for p in encoder.parameters()) / 1e6:.2f} M", flush=True)
    fast = torch.compile(unet, dynamic=False) if options.compile else unet      # compiles once for each number of chunks
    kept = DDPMScheduler(**SCHEDULE).alphas_cumprod.to(options.device)
    log = Log(options, rank, "diffusion", 50)

    def velocity(clean, noise, t, hidden, unet=unet):
        """The UNet's error in predicting v at timesteps `t`, one number a picture."""
        a = kept[t].view(-1, 1, 1, 1)
        noisy = (a.sqrt() * clean + (1 - a).sqrt() * noise).contiguous(memory_format=torch.channels_last)
        with precision(options):
            made = unet(noisy, t, encoder_hidden_states=hidden).sample
        return (made.float() - (a.sqrt() * noise - (1 - a).sqrt() * clean)).pow(2).mean((1, 2, 3))

    for step in range(first, options.diffusion_steps[-1]):
        rng = seed_step(options, rank, "diffusion", step)
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(options.lr, step, next(total for total in options.diffusion_steps if step < total))
        long = step % 12 == 5
        parts = 2 + step // 12 % 2 if long else 1       # chunks of 75 tokens
        count = options.batch // options.procs // (2 if long else 1)
        texts, clean = draw_batch(rng, count, world, latents, options.views, long)
        clean = clean.to(options.device)
        hidden = encode(encoder, *(part.to(options.device) for part in words.batch(texts, parts)))
        # One timestep from each of `count` parts, which are narrower where noise is strong. At first half of them are above
        # 840, where only the caption can tell what to draw: so the UNet reads captions early. Later half are above 660:
        # samplers spread their steps evenly, and what the last ones leave is grain.
        power = 0.25 if step < options.reading_steps else 0.6
        t = (((torch.randperm(count) + torch.rand(count)) / count) ** power * 1000).long().clamp(max=999).to(options.device)
        error = velocity(clean, torch.randn_like(clean), t, hidden, fast)
        # unweighted: with min-SNR weights the noisiest timesteps would hardly count
        loss = error.mean()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        if (step + 1) % AVERAGE_EVERY == 0:
            # The processes train on different batches and meet now and then: gradients, as many numbers as weights,
            # would take as long to add up at each step as a small batch takes to compute.
            weights = [p.detach() for p in parameters]
            average(weights, options)
            torch._foreach_lerp_(averaged, weights, 1 - min(options.ema ** AVERAGE_EVERY, (1 + step) / (10 + step)))
        figures = dict(error=loss.item())
        if (step + 1) % 50 == 0:
            # 0 if captions are ignored: how much worse another picture's caption is, where nothing of the picture is left to see
            with torch.no_grad():
                last = torch.full((count,), 999, device=options.device)
                noise = torch.randn_like(clean)
                gap = velocity(clean, noise, last, hidden.roll(1, 0)).mean() - velocity(clean, noise, last, hidden).mean()
            figures["gap"] = gap.item()
        log.add(step + 1, **figures)
        if rank == 0 and ((step + 1) % options.save_every == 0 or step + 1 == options.diffusion_steps[-1]):
            save(dict(unet=unet.state_dict(), averaged=averaged, optimizer=optimizer.state_dict(), step=step + 1), path)


# ------------------------------------------------------------------------------------------------ export


def stage_export(options):
    """Writes the checkpoint's folders into --out, in f16, with the averaged weights and the whole vocabulary."""
    from diffusers import DDIMScheduler, StableDiffusionPipeline
    from safetensors.torch import load_file, save_file
    words = Words(options)
    state = torch.load(options.work / "diffusion.pt", map_location="cpu")
    unet, small = make_unet(options), make_text_encoder(options, words.unknown + 1)
    with torch.no_grad():
        for parameter, mean in zip(unet.parameters(), state["averaged"]):
            parameter.copy_(mean)
    small.load_state_dict(torch.load(options.work / "text.pt", map_location="cpu"))
    encoder, weights = make_text_encoder(options, 49408), small.state_dict()
    [table] = [name for name in weights if name.endswith("token_embedding.weight")]
    weights[table] = weights[table][words.rows]
    encoder.load_state_dict(weights)
    vae = make_vae(options)
    vae.load_state_dict(torch.load(options.work / "vae_whitened.pt", map_location="cpu"))
    vae.register_to_config(scaling_factor=0.18215)
    scheduler = DDIMScheduler(**SCHEDULE, clip_sample=False, set_alpha_to_one=False, steps_offset=1)
    StableDiffusionPipeline(vae=vae, text_encoder=encoder, tokenizer=words.tokenizer, unet=unet, scheduler=scheduler, safety_checker=None,
                            feature_extractor=None, requires_safety_checker=False).to(torch.float16).save_pretrained(options.out)
    # transformers 5 leaves "text_model." out of the names; SD 1.x files have it
    path = options.out / "text_encoder" / "model.safetensors"
    save_file({name if name.startswith("text_model.") else f"text_model.{name}": tensor for name, tensor in load_file(path).items()}, path, metadata={"format": "pt"})
    (options.out / "tokenizer" / "tokenizer.json").unlink(missing_ok=True)      # says again what the two files below say
    for name in ("vocab.json", "merges.txt"):
        if options.tokenizer.resolve() != (options.out / "tokenizer").resolve():
            shutil.copyfile(options.tokenizer / name, options.out / "tokenizer" / name)
    files = [f for folder in ("scheduler", "text_encoder", "tokenizer", "unet", "vae") for f in (options.out / folder).iterdir()]
    print(f"{options.out}: {sum(f.stat().st_size for f in files) / 1e6:.1f} MB after {state['step']} steps")


# ------------------------------------------------------------------------------------------------ sample, evaluate


WEIGHED_PROMPTS = 16        # of the test prompts, with all weights


class Painter:
    """The checkpoint in --out, in diffusers' pipeline."""

    def __init__(self, options):
        from diffusers import EulerDiscreteScheduler, StableDiffusionPipeline
        torch.set_num_threads(options.threads)
        self.options = options
        self.pipe = StableDiffusionPipeline.from_pretrained(options.out, torch_dtype=torch.float32).to(options.device)
        self.pipe.scheduler = EulerDiscreteScheduler.from_config(self.pipe.scheduler.config, timestep_spacing="linspace")
        self.pipe.set_progress_bar_config(disable=True)

    @torch.no_grad()
    def draw(self, prompt, seed):
        """`prompt` may be of any length, and have weights."""
        parts = read(self.pipe.tokenizer, prompt)
        both = (part.to(self.options.device) for part in tensors([parts, EMPTY], len(parts[0])))
        positive, negative = encode(self.pipe.text_encoder, *both).split(1)
        return self.pipe(prompt_embeds=positive, negative_prompt_embeds=negative, height=SIZE, width=SIZE,
                         num_inference_steps=self.options.sample_steps, guidance_scale=self.options.guidance,
                         generator=torch.Generator().manual_seed(seed)).images[0]


def sheet(pictures, captions, columns):
    from PIL import Image, ImageDraw
    cell = (SIZE + 4, SIZE + (32 if captions else 4))
    page = Image.new("RGB", (columns * cell[0], math.ceil(len(pictures) / columns) * cell[1]), "white")
    for k, picture in enumerate(pictures):
        x, y = k % columns * cell[0], k // columns * cell[1]
        page.paste(picture, (x + 2, y + 2))
        if captions:
            for line in range(2):
                ImageDraw.Draw(page).text((x + 3, y + SIZE + 4 + 12 * line), captions[k][22 * line:22 * line + 22], fill="black")
    return page


def stage_sample(options):
    """Draws the 64 test prompts, seeds 1 to 64, and the drawings of the first of them once for each weight, all with one seed:
    --work/test/NN.png and NN-WEIGHT.png, contact sheets with captions, one without."""
    painter, prompts = Painter(options), load_world(options)["prompts"]
    folder = options.work / "test"
    folder.mkdir(exist_ok=True)
    pictures = []
    for k, prompt in enumerate(prompts[:options.count]):
        pictures.append(painter.draw(prompt["prompt"], k + 1))
        pictures[-1].save(folder / f"{k:02}.png")
    sheet(pictures, [f"{k} {p['prompt']}" for k, p in enumerate(prompts)], 8).save(options.out / "contact-sheet.webp", quality=88)
    sheet(pictures, None, 8).save(options.work / "contact-sheet-blind.png")
    pictures, captions = [], []
    for k, prompt in enumerate(prompts[:WEIGHED_PROMPTS]):
        for weight in sorted(WEIGHTS):
            captions.append(f"{weighed(prompt['emoji'], weight)} on {with_article(prompt['colour'])} background")
            pictures.append(painter.draw(captions[-1], k + 1))
            pictures[-1].save(folder / f"{k:02}-{weight}.png")
    sheet(pictures, captions, 10).save(options.out / "weights.webp", quality=88)


def background(picture):
    """The median colour of the outermost 5 pixels, which the drawing leaves free but for its tips."""
    frame = np.ones((SIZE, SIZE), bool)
    frame[5:-5, 5:-5] = False
    return np.median(np.asarray(picture, np.float32)[frame], 0)


def nearest_colour(picture):
    """The palette's name for the background."""
    return COLOUR_NAMES[int(((PALETTE.numpy() - background(picture)) ** 2).sum(1).argmin())]


def drawn_area(picture):
    """The share of pixels that are not of the background's colour."""
    return (np.abs(np.asarray(picture, np.float32) - background(picture)).max(2) > 32).mean()


def nearest_emoji(picture, world):
    """The name of the drawing, in whatever view and on whatever colour, that differs least from the picture."""
    picture = torch.from_numpy(np.asarray(picture)).permute(2, 0, 1)[None].float() / 127.5 - 1
    picture = F.avg_pool2d(picture, 2)      # edges may be off by a pixel
    errors = [(F.avg_pool2d(compose(tile.expand(len(PALETTE), -1, -1, -1), PALETTE), 2) - picture).pow(2).mean((1, 2, 3)).min() for tile in world]
    return NAMES[int(torch.stack(errors).argmin()) // VIEWS]


def stage_evaluate(options):
    """Prints the figures, and draws losses.png from work/log.jsonl."""
    from PIL import Image
    from diffusers import AutoencoderKL
    prompts, (world, test) = load_world(options)["prompts"], load_tiles(options, "world", "test")
    world = world[:, :, 0].flatten(0, 1)

    def drawn(name):
        return Image.open(options.work / "test" / f"{name}.png").convert("RGB")

    pictures = [drawn(f"{k:02}") for k in range(len(prompts))]
    for key, found in (("colour", [nearest_colour(picture) for picture in pictures]), ("emoji", [nearest_emoji(picture, world) for picture in pictures])):
        wrong = [f"{k} ({name} for {prompt[key]})" for k, (name, prompt) in enumerate(zip(found, prompts)) if name != prompt[key]]
        print(f"{key} right in {len(prompts) - len(wrong)} of {len(prompts)}; wrong: {', '.join(wrong) or 'none'}")
    weights = sorted(WEIGHTS)
    areas = np.array([[drawn_area(drawn(f"{k:02}-{weight}")) for weight in weights] for k in range(WEIGHED_PROMPTS)])
    ratios = (areas / areas[:, [weights.index(1)]]).mean(0)
    print(f"area by weight, of that at weight 1: {', '.join(f'{w}: {r:.2f}' for w, r in zip(weights, ratios))}; "
          f"grows with each weight in {(np.diff(areas) > 0).all(1).sum()} of {WEIGHED_PROMPTS}")
    vae = AutoencoderKL.from_pretrained(options.out / "vae", torch_dtype=torch.float32).to(options.device)
    decibel = round_trip(vae, test, options)
    print(f"VAE round trip on 64 drawings kept from training: mean {decibel.mean():.2f} dB, least {decibel.min():.2f} dB")
    if (options.work / "log.jsonl").exists():       # not after a run of less than 50 steps
        draw_losses(options)


def draw_losses(options):
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plot
    lines = [json.loads(line) for line in open(options.work / "log.jsonl")]
    panels = [("vae", "l1", "VAE: L1"), ("text", "loss", "text encoder: cross-entropy"),
              ("diffusion", "error", "UNet: squared error of v"), ("diffusion", "gap", "UNet: gap at t = 999, wrong caption - right caption")]
    figure, axes = plot.subplots(1, len(panels), figsize=(4 * len(panels), 3))
    for axis, (stage, key, title) in zip(axes, panels):
        points = {line["step"]: line[key] for line in lines if line["stage"] == stage and key in line}
        axis.plot(list(points), list(points.values()), linewidth=1)
        axis.set(title=title, xlabel="step")
        axis.title.set_fontsize(9)
        axis.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(options.out / "losses.png", dpi=80)


# ------------------------------------------------------------------------------------------------ command line

STAGES = {
    "data": stage_data,
    "vae": lambda options: spawn(train_vae, options),
    "latents": stage_latents,
    "text": stage_text,
    "diffusion": lambda options: spawn(train_diffusion, options),
    "export": stage_export,
    "sample": stage_sample,
    "evaluate": stage_evaluate,
}


def numbers(text):
    return tuple(map(int, text.split(",")))


def main():
    here = Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("stages", nargs="+", choices=[*STAGES, "all"], metavar="stage", help="one or more of the stages above, or all")
    add("--font", default="/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf")
    add("--cldr", type=Path, default=Path("/usr/share/unicode/cldr/common"))
    add("--tokenizer", type=Path, default=here / "tokenizer", help="folder with CLIP's vocab.json and merges.txt")
    add("--work", type=Path, default=Path("demo-work"), help="everything that is not the checkpoint")
    add("--out", type=Path, default=here, help="where the checkpoint goes")
    add("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    add("--seed", type=int, default=7)
    add("--procs", type=int, default=2, help="processes that share each batch; 1 with CUDA")
    add("--threads", type=int, default=1, help="threads of each process")
    add("--port", type=int, default=29511, help="where the processes meet on this machine")
    add("--bf16", action=argparse.BooleanOptionalAction, default=True, help="train in bf16 where torch.autocast allows")
    add("--compile", action=argparse.BooleanOptionalAction, default=shutil.which("g++") is not None,
        help="torch.compile the UNet: some minutes once, then faster steps; needs a C++ compiler")
    add("--save-every", type=int, default=100, help="steps between saved states")
    add("--vae-channels", type=numbers, default=(32, 48, 64), help="of the VAE's blocks: three make latents of 1/4 of the size, four 1/8")
    add("--vae-steps", type=int, default=6000)
    add("--vae-batch", type=int, default=16, help="crops of 32 pixels, of all processes together; half as many of 64, a quarter as many whole pictures")
    add("--vae-lr", type=float, default=2e-3)
    add("--kl", type=float, default=1e-4, help="weight of the latents' divergence from a normal distribution")
    add("--views", type=int, default=2, help=f"how many of the {VIEWS} ways to place an emoji the UNet learns")
    add("--text-width", type=int, default=96)
    add("--text-layers", type=int, default=2)
    add("--text-steps", type=int, default=1500)
    add("--unet-channels", type=numbers, default=(32, 64, 128, 192), help="of the UNet's levels")
    add("--unet-layers", type=int, default=1, help="residual blocks of each level")
    add("--first-attention", type=int, default=2, help="the first level with attention")
    add("--diffusion-steps", type=numbers, default=(8000, 10000), help="of the UNet; at each of these numbers the learning rate has fallen")
    add("--reading-steps", type=int, default=1000, help="first steps of the UNet, mostly on strong noise")
    add("--batch", type=int, default=32, help="captions, of all processes together; half as many where they are long")
    add("--lr", type=float, default=1e-3)
    add("--ema", type=float, default=0.995, help="how slowly the exported average follows the weights")
    add("--sample-steps", type=int, default=12)
    add("--guidance", type=float, default=4.0)
    add("--count", type=int, default=64, help="how many of the test prompts `sample` draws")
    options = parser.parse_args()
    if options.device == "cuda":
        options.procs = 1
    options.work.mkdir(parents=True, exist_ok=True)
    for stage in STAGES if "all" in options.stages else options.stages:
        STAGES[stage](options)


if __name__ == "__main__":
    main()
