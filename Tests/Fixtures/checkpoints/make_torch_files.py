#!/usr/bin/env python3
"""Writes torch/: files of torch.save in every form that people have, and torch/expected.json with what is in them.

    make_torch_files.py        (writes beside itself)

Made with torch 2.13.0+cpu, numpy 2.4.6. Numbers are small whole ones, which every element type holds exactly; expected.json has
their bytes in row-major order, in hexadecimal. The legacy files differ every time: their keys are addresses in memory.
"""
import argparse, collections, json, pathlib, struct, sys, types
import numpy
import torch

FOLDER = pathlib.Path(__file__).parent / "torch"
FOLDER.mkdir(exist_ok=True)
NAMES = {torch.float32: "f32", torch.float16: "f16", torch.bfloat16: "bf16", torch.float64: "f64", torch.int64: "i64", torch.int32: "i32",
         torch.int16: "i16", torch.int8: "i8", torch.uint8: "u8", torch.bool: "boolean", torch.float8_e4m3fn: "f8e4m3",
         torch.float8_e5m2: "f8e5m2"}
expected = {}


def numbers(*shape, first=0, type=torch.float32):
    count = torch.Size(shape).numel()
    return ((torch.arange(count) + first) % 7).to(type).reshape(shape)


def save(name, value, tensors, **options):
    torch.save(value, FOLDER / name, **options)
    expected[name] = {
        key: {"type": NAMES[t.dtype], "shape": list(t.shape),
              "bytes": t.detach().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes().hex() if t.numel() else ""}
        for key, t in tensors.items()}


plain = collections.OrderedDict({"a.weight": numbers(2, 3), "a.bias": numbers(2, first=3).half(), "scale": torch.tensor(5.0)})
save("plain.pth", plain, plain)
save("protocol4.pth", plain, plain, pickle_protocol=4)
save("legacy.pth", plain, plain, _use_new_zipfile_serialization=False)
save("legacy4.pth", plain, plain, _use_new_zipfile_serialization=False, pickle_protocol=4)

every = {NAMES[t]: numbers(3, first=1, type=t) for t in NAMES}
save("types.pth", every, every)

base = numbers(4, 6)
views = {"base": base, "rows": base[1:3], "columns": base[:, 1:4], "every": base[::2, ::3], "transposed": base.T,
         "expanded": base[:1].expand(3, 6), "permuted": numbers(2, 3, 2).permute(2, 0, 1), "empty": torch.zeros(0, 3),
         "one": base[2:3, 5:6], "five": numbers(1, 2, 1, 2, 1)}
save("views.pt", views, views)

last = numbers(2, 2, first=1)
save("average.pth", {"params": {"w": numbers(2, 2)}, "params_ema": {"module.w": last}}, {"w": last})
save("parallel.pth", {"epoch": 3, "model_state_dict": {"module.w": last, "module.v.bias": numbers(2)}}, {"w": last, "v.bias": numbers(2)})
# "model" stands before each name of ESRGAN's first release, and is no wrapper then.
esrgan = {"model.0.weight": last, "model.1.sub.0.weight": numbers(2)}
save("esrgan.pth", esrgan, esrgan)
save("nested.pth", {"net": {"g": {3: last, True: None, (1, 2): numbers(1), "lists are left out": [numbers(1)]}}}, {"net.g.3": last})
dictionary = torch.nn.ParameterDict({"*": torch.nn.Parameter(last)})
save("parameters.pt", {"p": torch.nn.Parameter(last), "d": dictionary}, {"p": last, "d.*": last})


def foreign(module, name):
    """A class under a name that this machine has no package for."""
    parts = module.split(".")
    for count in range(1, len(parts) + 1):
        sys.modules.setdefault(".".join(parts[:count]), types.ModuleType(".".join(parts[:count])))
    made = type(name, (), {"__module__": module})
    setattr(sys.modules[module], name, made)
    return made


callback = foreign("pytorch_lightning.callbacks.model_checkpoint", "ModelCheckpoint")
configuration = foreign("omegaconf.dictconfig", "DictConfig")()
configuration.content = {"a": [1, 2.5, None]}
baggage = {
    "state_dict": {"w": last}, "callbacks": {callback: {"best": numpy.float64(2.5), "array": numpy.arange(3)}},
    "hyper_parameters": configuration, "arguments": argparse.Namespace(a=1), "path": pathlib.PurePosixPath("/a/b"),
    "size": torch.Size([1, 2]), "kind": torch.float16,
    "device": torch.device("cpu"), "set": {1, 2}, "long": 1 << 80, "bytes": b"\1\2\3", "complete": True, "negative": -5, "float": 1e-3,
    "optimizer": {"state": {0: {"step": torch.tensor(3.0), "exp_avg": numbers(2, 2)}}, "param_groups": [{"lr": 1e-4, "params": [0]}]}}
save("lightning.ckpt", baggage, {"w": last})
save("lightning4.ckpt", baggage, {"w": last}, pickle_protocol=4)


def wide(archive):
    """The same archive with every number of its list in a zip64 field."""
    end = archive.rindex(b"PK\5\6")
    count, size, place = struct.unpack("<10xHII2x", archive[end:end + 22])
    out, position = b"", place
    for _ in range(count):
        entry = archive[position:position + 46]
        packed, full, name, extra, comment, offset = struct.unpack("<20xIIHHH8xI", entry)
        numbers = struct.pack("<HHQQQ", 1, 24, full, packed, offset)
        head = entry[:20] + b"\xff" * 8 + struct.pack("<HH", name, len(numbers)) + entry[32:42] + b"\xff" * 4
        names_end, next_entry = position + 46 + name, position + 46 + name + extra + comment
        out += head + archive[position + 46:names_end] + numbers + archive[names_end + extra:next_entry]
        position = next_entry
    record = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, count, count, len(out), place)
    locator = struct.pack("<IIQI", 0x07064B50, 0, place + len(out), 1)
    return archive[:place] + out + record + locator + b"PK\5\6" + b"\0" * 4 + b"\xff" * 12 + b"\0\0"


(FOLDER / "zip64.pth").write_bytes(wide((FOLDER / "plain.pth").read_bytes()))
expected["zip64.pth"] = expected["plain.pth"]

(FOLDER / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
print(sum(f.stat().st_size for f in FOLDER.iterdir()), "bytes")
