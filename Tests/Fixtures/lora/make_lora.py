#!/usr/bin/env python3
"""Writes deltas.safetensors: entries of LoRA files of every algorithm, and the change of a weight that each asks for.

    make_lora.py        (writes beside itself)
    make_lora.py FILE   (checks the formulas against another such file, and writes nothing)

Made with numpy 2.4.6, safetensors 0.8.0. Changes are computed in double precision and stored in single precision.

The formulas are those of LyCORIS 3 (`lycoris/modules`, `lycoris/functional`), PEFT 0.18 (`tuners/lora`, DoRA by output) and A1111 1.10
(`extensions-builtin/Lora`, GLoRA before LyCORIS 2). Tensors:

    weight.SHAPE                                the weight that is changed: linear [24, 20], conv1 [24, 12, 1, 1], conv3 [24, 6, 3, 3], norm [24]
    CASE.SHAPE/file/PART                        the entry's tensors, f16, by LyCORIS' names; `magnitude` is PEFT's
    CASE.SHAPE/delta, /delta_bias, /delta_dyn2  the change at strength 1, that of the bias, that with 2 ranks
"""
import pathlib
import sys

import numpy as np
from safetensors.numpy import load_file, save_file

HERE = pathlib.Path(__file__).parent
SHAPES = {"linear": (24, 20), "conv1": (24, 12, 1, 1), "conv3": (24, 6, 3, 3), "norm": (24,)}


def flat(w):
    return w.reshape(w.shape[0], -1)


def tucker(core, out, inner):
    """core [r, s, kh, kw], out [r, O], inner [s, I]: [O, I, kh, kw]"""
    return np.einsum("rskl,ro,si->oikl", core, out, inner)


def rotation(blocks, limit):
    """Cayley's transform of the blocks' skew parts, whose norm is one number."""
    q = blocks - blocks.swapaxes(-1, -2)
    norm = np.linalg.norm(q) + 1e-8
    if limit and norm > limit:
        q = q * (limit / norm)
    eye = np.eye(q.shape[-1])
    return (eye + q) @ np.linalg.inv(eye - q)


def butterfly(weight, rotations):
    size = rotations.shape[-1]
    for i, r in enumerate(rotations):
        k = 2 ** i * (size // 2)
        rest = weight.shape[1:]
        blocks = weight.reshape(-1, 2, k, *rest).swapaxes(1, 2).reshape(-1, size, *rest)
        blocks = np.einsum("bij,bj...->bi...", r, blocks)
        weight = blocks.reshape(-1, k, 2, *rest).swapaxes(1, 2).reshape(weight.shape)
    return weight


def delta(weight, t, ranks=None):
    """(change of the weight or None, change of the bias or None) at strength 1"""
    w = weight.astype(np.float64)
    t = {part: np.asarray(v, np.float64) for part, v in t.items()}
    alpha = float(t["alpha"]) if "alpha" in t else None
    scale = lambda rank: alpha / rank if alpha is not None and rank else 1.0
    out, change = w.shape[0], None
    if "w_norm" in t or "diff" in t:
        change = t.get("w_norm", t.get("diff")).reshape(w.shape)
    elif "set_weight" in t:
        change = t["set_weight"].reshape(w.shape) - w
    elif "lora_up.weight" in t:
        up, down = t["lora_up.weight"], t["lora_down.weight"]
        if "lora_mid.weight" in t:
            change = tucker(t["lora_mid.weight"], flat(up).T, flat(down))
        else:
            change = (flat(up)[:, :ranks] @ flat(down)[:ranks]).reshape(w.shape)
        change = change * scale(down.shape[0])
    elif "hada_w1_a" in t:
        def half(n):
            a, b = t[f"hada_w{n}_a"], t[f"hada_w{n}_b"]
            return tucker(t[f"hada_t{n}"], a, b) if f"hada_t{n}" in t else (a @ b).reshape(w.shape)
        change = half(1) * half(2) * scale(t["hada_w1_b"].shape[0])
    elif any(part.startswith("lokr_") for part in t):
        w1 = t["lokr_w1"] if "lokr_w1" in t else t["lokr_w1_a"] @ t["lokr_w1_b"]
        if "lokr_w2" in t:
            w2 = t["lokr_w2"]
        elif "lokr_t2" in t:
            w2 = tucker(t["lokr_t2"], t["lokr_w2_a"], t["lokr_w2_b"])
        else:
            w2 = t["lokr_w2_a"] @ t["lokr_w2_b"]
        kernel = w.shape[2:]
        w2 = w2.reshape(out // w1.shape[0], w.shape[1] // w1.shape[1], *kernel)
        rank = next((t[part].shape[0] for part in ("lokr_w2_b", "lokr_w1_b") if part in t), None)
        change = np.kron(w1.reshape(*w1.shape, *[1] * len(kernel)), w2) * scale(rank)
    elif "a1.weight" in t:
        a1, a2, b1, b2 = (flat(t[f"{name}.weight"]) for name in ("a1", "a2", "b1", "b2"))
        if a1.shape[0] < a1.shape[1] and b2.shape[0] == out:
            a1, a2, b1, b2 = a2, a1, b2, b1
        plus = tucker(t["bm.weight"], b1.T, b2) if "bm.weight" in t else (b1 @ b2).reshape(w.shape)
        change = (np.einsum("oi...,ij->oj...", w, a1 @ a2) + plus) * scale(a1.shape[1])
    elif "oft_blocks" in t or "oft_diag" in t:
        r = t["oft_diag"] if "oft_diag" in t else rotation(t["oft_blocks"], (alpha or 0) * out)
        if r.ndim == 3:
            new = np.einsum("knm,kn...->km...", r, w.reshape(r.shape[0], r.shape[1], *w.shape[1:])).reshape(w.shape)
        else:
            new = butterfly(w, r)
        if "rescale" in t:
            new = new * t["rescale"].reshape(out, *[1] * (w.ndim - 1))
        change = new - w
    elif "weight" in t:
        axes = [1, -1] if float(t["on_input"]) else [-1, 1]
        change = w * t["weight"].reshape(*axes, *[1] * (w.ndim - 2))
    length = t["magnitude"].reshape(out, 1) if "magnitude" in t else t.get("dora_scale")
    if change is not None and length is not None:
        new = w + change
        by_output = length.size == out and length.shape[0] == out
        norm = np.sqrt((new ** 2).sum(axis=tuple(a for a in range(w.ndim) if a != (0 if by_output else 1)), keepdims=True))
        change = new * (length.reshape(norm.shape) / norm) - w
    return change, t.get("diff_b", t.get("b_norm"))


def entry(case, shape, rng, rank=4, alpha=2.0):
    """The tensors of one entry."""
    r = lambda *extents: rng.standard_normal(extents)
    out, inner, kernel = shape[0], shape[1] if len(shape) > 1 else 1, shape[2:]
    ones, taps, big = (1,) * len(kernel), int(np.prod(kernel)), len(kernel) and kernel[0] > 1
    t = {"alpha": np.array(alpha)}
    name, _, length = case.partition("+")
    if name == "norm":
        return {"w_norm": 0.1 * r(out), "b_norm": 0.1 * r(out)}
    if name == "full":
        return {"diff": 0.1 * r(*shape), "diff_b": 0.1 * r(out)}
    if name == "set":
        return {"set_weight": 0.1 * r(*shape)}
    if name.startswith("ia3"):
        count = inner if name == "ia3-in" else out
        return {"weight": 0.3 * (r(1, count, *ones) if kernel else r(count)), "on_input": np.array(int(name == "ia3-in"))}
    if name == "lora":
        t |= {"lora_down.weight": r(rank, inner, *kernel), "lora_up.weight": 0.1 * r(out, rank, *ones)}
    elif name == "lora-cp":
        t |= {"lora_down.weight": r(rank, inner, *ones), "lora_mid.weight": r(rank, rank, *(kernel or (1, 1))), "lora_up.weight": 0.1 * r(out, rank, *ones)}
    elif name == "lora-plain":
        t = {"lora_down.weight": r(rank, inner * taps), "lora_up.weight": 0.1 * r(out, rank)}
    elif name == "loha" or name == "loha-cp" and not big:
        for i in (1, 2):
            t |= {f"hada_w{i}_a": 0.3 * r(out, rank), f"hada_w{i}_b": r(rank, inner * taps)}
    elif name == "loha-cp":
        for i in (1, 2):
            t |= {f"hada_t{i}": r(rank, rank, *kernel), f"hada_w{i}_a": 0.3 * r(rank, out), f"hada_w{i}_b": 0.3 * r(rank, inner)}
    elif name.startswith("lokr"):
        a, c = 8, 2
        b, d = out // a, inner // c
        if name == "lokr-full":
            t |= {"lokr_w1": r(a, c), "lokr_w2": 0.1 * r(b, d, *kernel)}
        elif name == "lokr-cp" and big:
            t |= {"lokr_w1_a": r(a, 2), "lokr_w1_b": r(2, c), "lokr_t2": r(rank, rank, *kernel), "lokr_w2_a": 0.1 * r(rank, b), "lokr_w2_b": r(rank, d)}
        elif name == "lokr-cp":
            t |= {"lokr_w1_a": r(a, 2), "lokr_w1_b": r(2, c), "lokr_w2": 0.1 * r(b, d, *kernel)}
        else:
            t |= {"lokr_w1": r(a, c), "lokr_w2_a": 0.1 * r(b, rank), "lokr_w2_b": r(rank, d * taps)}
    elif name.startswith("glora"):
        a1, a2, b1, b2 = r(inner, rank, *ones), 0.1 * r(rank, inner, *ones), 0.1 * r(out, rank, *ones), r(rank, inner, *kernel)
        if name == "glora-cp":
            b2, t["bm.weight"] = r(rank, inner, *ones), r(rank, rank, *(kernel or (1, 1)))
        if name == "glora-old":
            a1, a2, b1, b2 = a2, a1, b2, b1
        t |= {"a1.weight": a1, "a2.weight": a2, "b1.weight": b1, "b2.weight": b2}
    elif name.startswith("oft"):
        blocks = 0.2 * r(3, 8, 8)
        if name == "oft-diag":
            return {"oft_diag": rotation(blocks, 0)}
        t |= {"oft_blocks": blocks, "alpha": np.array(0.05 if name == "oft-limit" else 0.0)}
        if name == "oft-rescale":
            t["rescale"] = 1 + 0.1 * r(out, *[1] * (len(shape) - 1))
    elif name == "boft":
        t |= {"oft_blocks": 0.2 * r(2, 6, 4, 4), "alpha": np.array(0.0)}
    if length == "dora-in":
        t["dora_scale"] = np.abs(1 + 0.2 * r(1, inner, *ones))
    elif length == "dora-out":
        t["dora_scale"] = np.abs(1 + 0.2 * r(out, 1, *ones))
    elif length == "magnitude":
        t["magnitude"] = np.abs(1 + 0.2 * r(*((1, out) + ones if kernel else (out,))))
    return t


CASES = """lora lora-plain lora-cp loha loha-cp lokr lokr-full lokr-cp ia3 ia3-in glora glora-old glora-cp oft oft-limit oft-rescale oft-diag boft
full set lora+dora-in lora+dora-out lora+magnitude loha+dora-out lokr+dora-in""".split()


def check(path):
    tensors = load_file(path)
    for case in sorted({name.split("/")[0] for name in tensors}):
        prefix = f"{case}/file/"
        t = {name.removeprefix(prefix): v for name, v in tensors.items() if name.startswith(prefix)}
        change, bias = delta(tensors[f"{case}/weight"], t)
        for what, value in (("delta", change), ("delta_bias", bias)):
            if f"{case}/{what}" in tensors:
                expected = tensors[f"{case}/{what}"]
                difference = np.abs(value - expected).max() / np.abs(expected).max()
                print(f"{case:24} {what:10} {difference:.1e}")
                assert difference < 3e-6, case


def main():
    rng = np.random.default_rng(0)
    tensors = {f"weight.{name}": (0.2 * rng.standard_normal(shape)).astype(np.float16) for name, shape in SHAPES.items()}
    for case in ["norm"] + CASES:
        for name in ["norm"] if case == "norm" else ["linear", "conv1", "conv3"]:
            if "-cp" in case and case != "loha-cp" and name == "linear" and not case.startswith("lokr"):
                continue
            t = {part: v.astype(np.int64 if part == "on_input" else np.float16) for part, v in entry(case, SHAPES[name], rng).items()}
            weight = tensors[f"weight.{name}"]
            change, bias = delta(weight, t)
            tensors |= {f"{case}.{name}/file/{part}": v for part, v in t.items()}
            tensors[f"{case}.{name}/delta"] = change.astype(np.float32)
            if bias is not None:
                tensors[f"{case}.{name}/delta_bias"] = bias.astype(np.float32)
            if case == "lora":
                tensors[f"{case}.{name}/delta_dyn2"] = delta(weight, t, ranks=2)[0].astype(np.float32)
    save_file({name: np.ascontiguousarray(v) for name, v in tensors.items()}, HERE / "deltas.safetensors")


if __name__ == "__main__":
    check(sys.argv[1]) if len(sys.argv) > 1 else main()
