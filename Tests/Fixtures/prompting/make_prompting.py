#!/usr/bin/env python3
"""Write tokens.json: what transformers' CLIPTokenizer makes of text.

    make_prompting.py VOCABULARY_FOLDER [STRINGS]

Made with transformers 5.23.0 and tokenizers 0.23.3, seed 2026. VOCABULARY_FOLDER holds vocab.json and merges.txt.
With STRINGS, only that many pairs of text and ids are written, to standard output: a longer comparison than the one kept here.
"""
import json, os, random, sys

from transformers import CLIPTokenizer

SCRIPTS = [  # first and last code point
    (0x20, 0x7E), (0xA0, 0x24F), (0x250, 0x2FF), (0x370, 0x3FF), (0x400, 0x52F), (0x531, 0x58F), (0x591, 0x5F4), (0x600, 0x6FF),
    (0x700, 0x74F), (0x780, 0x7BF), (0x900, 0x97F), (0x980, 0x9FF), (0xA00, 0xA7F), (0xB80, 0xBFF), (0xD00, 0xD7F), (0xE00, 0xE7F),
    (0xE80, 0xEFF), (0xF00, 0xFFF), (0x1000, 0x109F), (0x10A0, 0x10FF), (0x1100, 0x11FF), (0x1200, 0x137F), (0x13A0, 0x13FF),
    (0x1780, 0x17FF), (0x1800, 0x18AF), (0x1E00, 0x1EFF), (0x1F00, 0x1FFF), (0x2070, 0x218F), (0x2C00, 0x2DDF), (0x3040, 0x30FF),
    (0x3130, 0x318F), (0x4E00, 0x9FFF), (0xA640, 0xA69F), (0xAB70, 0xABBF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFB00, 0xFDFF),
    (0xFF00, 0xFFEF), (0x10400, 0x1044F), (0x1D400, 0x1D7FF), (0x1E900, 0x1E95F), (0x20000, 0x2A6DF), (0x2F800, 0x2FA1F),
]
EMOJI = [chr(c) for a, b in [(0x1F300, 0x1F64F), (0x1F680, 0x1F6FF), (0x1F900, 0x1F9FF), (0x2600, 0x27BF)] for c in range(a, b + 1)]
MARKS = [chr(c) for a, b in [(0x300, 0x36F), (0x591, 0x5BD), (0x64B, 0x65F), (0x93C, 0x94D), (0x1AB0, 0x1ACE), (0x20D0, 0x20F0),
                             (0x302A, 0x302F), (0x1D165, 0x1D169), (0x1E8D0, 0x1E8D6)] for c in range(a, b + 1)]
ODD = [chr(c) for c in [*range(0, 33), *range(0x7F, 0xA1), 0xAD, 0x34F, 0x61C, 0xF73, 0xF75, 0xF81, 0x180E, *range(0x2000, 0x2010),
                        *range(0x2028, 0x2030), *range(0x205F, 0x2070), 0x3000, 0xE000, 0xF8FF, *range(0xFDD0, 0xFDD4), 0xFEFF,
                        *range(0xFFF9, 0x10000), 0xE0001, 0xE0041, 0xF0000, 0x10FFFD, 0x10FFFF]]
SPECIAL = ["<|startoftext|>", "<|endoftext|>", "<|STARTOFTEXT|>", "<|EndOfText|>", "<|endoftext", "endoftext|>", "</w>", "<|", "|>"]
WORDS = """a photo of an astronaut riding horse on mars highly detailed masterpiece best quality 8k uhd cinematic lighting by greg
rutkowski trending artstation portrait landscape oil painting café naïve supercalifragilistic antidisestablishmentarianism 1girl solo
red-hair half-elf f/1.8 50mm 16:9 :3 #tag @home 100% don't it's I'M WE'LL they've you're he'd O'NEIL 'tis rock'n'roll Ünïcödé STRASSE
straße İstanbul ISPARTA ıIiİ ΣΊΣΥΦΟΣ ὈΔΥΣΣΕΎΣ Привет мир こんにちは 世界 猫 안녕하세요 مرحبا שלום สวัสดี नमस्ते ½ ² Ⅷ ⅻ ① ٣ ﬁ Ǆ ŉ ẞ Ω Å""".split()
SIGNS = list(",.!?:;-_()[]{}\"'`~@#$%^&*+=/\\|<>") + ["...", "--", "((", "))", "''", "'s", "'S", "’s", "!'s", "___", "==="]
JOINERS = [" ", " ", " ", " ", ", ", ",", "", "  ", "\n", "\t", "\r\n", "\u3000", "\u00a0"]


def emoji(r):
    kind = r.randrange(5)
    if kind == 0: return r.choice(EMOJI)
    if kind == 1: return r.choice(EMOJI) + chr(0x1F3FB + r.randrange(5))
    if kind == 2: return "\u200d".join(r.choice(EMOJI) for _ in range(r.randint(2, 4))) + r.choice(["", "\ufe0f"])
    if kind == 3: return "".join(chr(0x1F1E6 + r.randrange(26)) for _ in range(r.randint(1, 4)))
    return r.choice("0123456789#*") + "\ufe0f\u20e3"


def text(r):
    def script():
        low, high = r.choice(SCRIPTS)
        return "".join(chr(r.randint(low, high)) for _ in range(r.randint(1, 8)))
    makers = [lambda: r.choice(WORDS), lambda: r.choice(WORDS), script, lambda: emoji(r), lambda: r.choice(SIGNS),
              lambda: r.choice(WORDS) + "".join(r.choice(MARKS) for _ in range(r.randint(1, 4))), lambda: r.choice(ODD),
              lambda: r.choice(SPECIAL), lambda: str(r.randrange(10 ** r.randint(1, 7))),
              lambda: "".join(chr(c) for c in (r.randrange(0x10FFFF) for _ in range(3)) if not 0xD800 <= c < 0xE000)]
    weights = r.choice([[6, 0, 0, 0, 2, 0, 0, 0, 1, 0], [1] * 10, [0, 0, 6, 0, 0, 1, 0, 0, 0, 0], [0, 0, 0, 4, 1, 0, 1, 0, 0, 0],
                        [1, 0, 1, 0, 0, 6, 1, 0, 0, 0]])
    parts = []
    for _ in range(r.randint(1, 7)):
        parts += [r.choices(makers, weights)[0](), r.choice(JOINERS)]
    return "".join(parts[:-1])


def fnv(ids):
    value = 0xCBF29CE484222325
    for i in ids:
        for byte in i.to_bytes(4, "little"):
            value = (value ^ byte) * 0x100000001B3 % (1 << 64)
    return f"{value:016x}"


def block(first):
    """Every code point of 256: between letters, and among combining marks of a low and a high class."""
    codes = (chr(c) for c in range(first, first + 256) if not 0xD800 <= c < 0xE000)
    return "".join(f"q{c}Q \u0345{c}\u0334 " for c in codes)


def main(folder, count=None):
    tokenizer = CLIPTokenizer.from_pretrained(folder)
    reserving = CLIPTokenizer.from_pretrained(folder, pad_token="!")
    encode = lambda s, t=tokenizer: t(s, add_special_tokens=False).input_ids
    r = random.Random(2026)
    strings = ["", " ", "\n\n", "\x00", "'", "'s", "s's'", "<|endoftext|>", "\u0301", "!", "a" * 300, "é" * 100, "🐱" * 60, ODD[0] * 40]
    strings += ["".join(ODD), "".join(SPECIAL), " ".join(SPECIAL), " ".join(WORDS), "".join(SIGNS), " ".join(WORDS).upper()]
    wanted = int(count or 3000)
    while len(strings) < wanted:
        strings.append(text(r))
    if count:
        return json.dump([[s, encode(s)] for s in strings], sys.stdout)
    long = [("a", 100_000), ("ab,", 40_000), ("A photograph of an astronaut riding a horse. ", 2000), ("猫", 30_000), ("\u0301", 30_000)]
    # Every block, but one in 16 where all are alike: ideographs, Hangul, private use, unassigned.
    alike = [(0x3500, 0x9F00), (0xAD00, 0xD700), (0xE100, 0xF800), (0x13500, 0x16000), (0x17000, 0x18A00), (0x20000, 0x110000)]
    firsts = [b for b in range(0, 0x110000, 256) if b % 4096 == 0 or not any(low <= b < high for low, high in alike)]
    firsts = [b for b in firsts if b < 0x40000 or b in (0xE0000, 0xE0100, 0xF0000, 0x10FF00)]
    blocks = {f"{b:x}": fnv(encode(block(b))) for b in firsts if not 0xD800 <= b < 0xE000}
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "tokens.json"), "w") as f:
        json.dump({
            "strings": [[s, encode(s)] for s in strings],
            "reserving": [[s, encode(s, reserving)] for s in ["!", "wow!", "hello! wow!!", "a!b ! c", "!!!<|endoftext|>!", "no sign"]],
            "long": [{"unit": u, "times": n, "count": len(encode(u * n)), "hash": fnv(encode(u * n))} for u, n in long],
            "blocks": blocks,
        }, f, separators=(",", ":"))


if __name__ == "__main__":
    main(*sys.argv[1:])
