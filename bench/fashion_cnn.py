"""Fashion-MNIST with a small CNN: Chainrule beside PyTorch, the same network, batch, epochs and optimiser, one thread each.

Run it where torch is installed, for instance in the environment of bench/run:

    cargo build --release
    target/bench-venv/bin/python bench/fashion_cnn.py --epochs 8

It prints accuracy on the test set and the time of the training steps of both, the validation left out, and their ratio.
"""

import argparse
import gzip
import json
import math
import pathlib
import subprocess
import time

import numpy as np
import torch
from torch import nn

ROOT = pathlib.Path(__file__).resolve().parent.parent


def idx(path, offset):
    with gzip.open(path) as file:
        return np.frombuffer(file.read(), np.uint8, offset=offset)


def data(folder):
    def part(name):
        x = idx(folder / f"{name}-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28).astype(np.float32)
        y = idx(folder / f"{name}-labels-idx1-ubyte.gz", 8).astype(np.int64)
        return x, y

    (x, y), (tx, ty) = part("train"), part("t10k")
    mean, deviation = x.mean(dtype=np.float64), x.std(dtype=np.float64)
    scaled = [torch.from_numpy(((v - mean) / deviation).astype(np.float32)) for v in (x, tx)]
    return scaled[0], torch.from_numpy(y), scaled[1], torch.from_numpy(ty)


def network(channels, hidden):
    layers, inputs, side = [], 1, 28
    for outputs in channels:
        layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
        inputs, side = outputs, side // 2
    layers += [nn.Flatten(), nn.Linear(inputs * side * side, hidden), nn.ReLU(), nn.Linear(hidden, 10)]
    return nn.Sequential(*layers)


def pytorch(given, seed):
    torch.set_num_threads(given.threads)
    torch.manual_seed(seed)
    x, y, tx, ty = data(given.folder)
    net = network(given.channels, given.hidden).to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(net.parameters(), lr=given.rate, weight_decay=given.decay, fused=True)
    steps = given.epochs * math.ceil(len(x) / given.batch)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    loss_of = nn.CrossEntropyLoss()
    begun = time.perf_counter()
    for _ in range(given.epochs):
        order = torch.randperm(len(x))
        for rows in order.split(given.batch):
            batch = x[rows].to(memory_format=torch.channels_last)
            loss = loss_of(net(batch), y[rows])
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            schedule.step()
    seconds = time.perf_counter() - begun
    with torch.no_grad():
        right = sum((net(tx[i : i + 500]).argmax(1) == ty[i : i + 500]).sum().item() for i in range(0, len(tx), 500))
    return right / len(tx), seconds


def chainrule(given, seed):
    channels = ",".join(map(str, given.channels))
    words = [str(ROOT / "target/release/chainrule"), "train", "fashion-mnist", "--folder", str(given.folder)]
    words += ["--channels", channels, "--layers", str(given.hidden), "--epochs", str(given.epochs)]
    words += ["--batch", str(given.batch), "--rate", str(given.rate), "--decay", str(given.decay), "--no-shifts"]
    words += ["--schedule", "cosine"]
    words += ["--threads", str(given.threads), "--seed", str(seed), "--log", "json"]
    told = subprocess.run(words, check=True, capture_output=True, text=True).stdout.splitlines()
    end = json.loads(told[-1])
    return end["metrics"]["accuracy"], end["seconds"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path("/usr/share/datasets/fashion-mnist"))
    parser.add_argument("--channels", type=int, nargs="+", default=[32, 64])
    parser.add_argument("--hidden", type=int, default=128)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=0.002)
    parser.add_argument("--decay", type=float, default=0.1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=1)
    given = parser.parse_args()
    ratios = []
    for seed in range(given.seeds):
        ours, theirs = chainrule(given, seed), pytorch(given, seed)
        ratios.append(ours[1] / theirs[1])
        print(
            f"seed {seed}: chainrule {100 * ours[0]:.2f} % in {ours[1]:.1f} s, "
            f"PyTorch {100 * theirs[0]:.2f} % in {theirs[1]:.1f} s, ratio {ratios[-1]:.2f}"
        )
    print(f"median ratio {np.median(ratios):.2f}")


if __name__ == "__main__":
    main()
