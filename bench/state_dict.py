#!/usr/bin/env python3
"""State dicts there and back: PyTorch writes one, Chainrule reads it and writes it again, PyTorch loads that strictly; and networks
that are random in Chainrule are loaded by PyTorch. Names, shapes and values must be equal to the bit, outputs to 1e-4 of their largest.
Needs torch and safetensors; exit code 1 if anything differs."""

import pathlib
import subprocess
import sys
import tempfile

import torch
from safetensors.torch import load_file, save_file
from torch import nn

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "crates/nn/tests/fixtures"))
import nets


def fresh():
    """Of the sizes that bench/rust/src/bin/state_dict.rs has."""
    layer = nn.TransformerEncoderLayer(64, 4, 256, 0.1, "gelu", batch_first=True, norm_first=True)
    return nn.ModuleDict({
        "gpt": nets.NanoGpt(65, 64, 4, 128, 4),
        "encoder": nn.TransformerEncoder(layer, 3, nn.LayerNorm(64), enable_nested_tensor=False),
        "block": nets.Residual(16, 32, 2, nn.BatchNorm2d),
        "lstm": nets.CharLstm(65, 32, 128),
    })


def outputs(model, inputs):
    tokens, x, images = (inputs[name] for name in ["tokens", "x", "images"])
    with torch.no_grad():
        parts = {"gpt": tokens, "encoder": x, "block": images, "lstm": tokens}
        return {name: model[name](given) for name, given in parts.items()}


def equal(a, b):
    return a.keys() == b.keys() and all(a[n].dtype == b[n].dtype and torch.equal(a[n], b[n]) for n in a)


def main():
    torch.manual_seed(0)
    model = fresh()
    for p in model.parameters():
        p.data = torch.randn_like(p) * 0.1
    model["block"](torch.randn(8, 16, 12, 12) * 2 + 1)  # the batch norms have seen a batch
    model.eval()
    inputs = {"tokens": torch.randint(65, (3, 64)), "x": torch.randn(3, 10, 64), "images": torch.randn(3, 16, 12, 12)}
    with tempfile.TemporaryDirectory() as folder:
        path = lambda name: f"{folder}/{name}.safetensors"
        save_file(inputs, path("inputs"))
        save_file({name: t.clone() for name, t in model.state_dict().items()}, path("theirs"))
        command = ["cargo", "run", "--release", "--quiet", "-p", "chainrule-bench", "--bin", "state_dict", folder]
        subprocess.run(command, cwd=ROOT, check=True)
        theirs, ours, made = (load_file(path(name)) for name in ["theirs", "ours", "fresh"])
        verdicts = {f"{len(ours)} entries of PyTorch come back to the bit": equal(theirs, ours)}
        other = fresh()
        for name, state in [("ours", ours), ("fresh", made)]:
            other.load_state_dict(state, strict=True)
            other.eval()
            verdicts[f"{name}: loaded strictly, and equal to the bit"] = equal(dict(other.state_dict()), state)
            found = load_file(path(f"{name}-outputs"))
            for part, wanted in outputs(other, inputs).items():
                off = ((found[part] - wanted).abs().max() / wanted.abs().max()).item()
                verdicts[f"{name}: outputs of {part} differ by {off:.1e} of the largest"] = off < 1e-4
    for what, holds in verdicts.items():
        print("ok   " if holds else "FAILS", what)
    sys.exit(0 if all(verdicts.values()) else 1)


if __name__ == "__main__":
    main()
