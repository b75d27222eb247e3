#!/usr/bin/env python3
"""Write the CLIP tokenizer's vocab.json, merges.txt and tokenizer_config.json (49,408 entries).

    clip_vocab.py FOLDER

The merges come from `bpe_simple_vocab_16e6.txt.gz` inside the PyPI package open_clip_torch (MIT), which
carries OpenAI CLIP's vocabulary. The package is downloaded, opened as an archive and thrown away.
"""
import gzip
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

START, END = "<|startoftext|>", "<|endoftext|>"
ENTRIES = 49408


def byte_alphabet():
    """A printable character for each byte value, in the order of the vocabulary's first 256 entries."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    stand_ins = range(256, 256 + 256 - len(printable))
    return [chr(code) for code in (*printable, *stand_ins)]


def published_merges():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, "open_clip_torch"], check=True)
        wheel = next(Path(folder).glob("*.whl"))
        lines = gzip.decompress(zipfile.ZipFile(wheel).read("open_clip/bpe_simple_vocab_16e6.txt.gz")).decode().split("\n")
    # The first line names the format's version. The file holds more merges than CLIP uses.
    return lines[1:ENTRIES - 2 * 256 - 2 + 1]


def write(folder):
    merges, alphabet = published_merges(), byte_alphabet()
    vocabulary = [*alphabet, *(c + "</w>" for c in alphabet), *("".join(merge.split()) for merge in merges), START, END]
    if len(vocabulary) != ENTRIES:
        sys.exit(f"The vocabulary has {len(vocabulary)} entries instead of {ENTRIES}: open_clip_torch holds another one now.")
    settings = {
        "tokenizer_class": "CLIPTokenizer", "model_max_length": 77, "bos_token": START, "eos_token": END, "unk_token": END,
        "pad_token": END, "do_lower_case": True, "errors": "replace", "add_prefix_space": False,
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n")
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=1) + "\n")
    (folder / "vocab.json").write_text(json.dumps({token: i for i, token in enumerate(vocabulary)}, ensure_ascii=False))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    write(Path(sys.argv[1]))
    print(sys.argv[1])
