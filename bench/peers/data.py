"""Makes the inputs of a row, seeded, as raw files that every program reads.

usage: data.py ROW FOLDER [NAME=VALUE ...]

FOLDER/manifest.txt holds lines `param NAME VALUE` and `array NAME DTYPE DIMS...`; the array is FOLDER/NAME.bin,
row-major, little-endian. Arrays called w.* are differentiated, the others are data. definitions.md says what is what.
"""

import math
import pathlib
import sys

import numpy as np

from gates import gates


class Inputs:
    def __init__(self, params):
        self.params = params
        self.arrays = {}

    def put(self, name, array):
        self.arrays[name] = np.asarray(array, order="C")

    def save(self, folder):
        folder = pathlib.Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        lines = [f"param {name} {value}" for name, value in self.params.items()]
        for name, array in self.arrays.items():
            array.tofile(folder / f"{name}.bin")
            kind = {"float32": "f32", "float64": "f64", "int64": "i64"}[array.dtype.name]
            lines.append(" ".join(["array", name, kind, *map(str, array.shape)]))
        (folder / "manifest.txt").write_text("\n".join(lines) + "\n")


def normal(rng, shape, scale, dtype=np.float32):
    return (rng.standard_normal(shape) * scale).astype(dtype)


def dense(rng, out, widths):
    """Weights [in, out] by He, biases small and not zero."""
    for i, (a, b) in enumerate(zip(widths, widths[1:])):
        out.put(f"w.{2 * i:02}.weight", normal(rng, (a, b), math.sqrt(2 / a)))
        out.put(f"w.{2 * i + 1:02}.bias", normal(rng, (b,), 0.01))


def neuron(rng, out):
    # Names sort as they are listed: JAX sorts the keys of a dictionary.
    for name, value in zip(["0.w0", "1.x0", "2.w1", "3.x1", "4.w2"], [2, -1, -3, -2, -3]):
        out.put(f"w.{name}", np.array(value, np.float32))


def moons(rng, out):
    n = out.params["points"]
    angle = np.linspace(0, math.pi, n // 2)
    upper = np.stack([np.cos(angle), np.sin(angle)], 1)
    angle = np.linspace(0, math.pi, n - n // 2)
    lower = np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], 1)
    x = np.concatenate([upper, lower]) + rng.standard_normal((n, 2)) * 0.1
    y = np.concatenate([-np.ones(n // 2), np.ones(n - n // 2)])
    width = out.params["width"]
    dense(rng, out, [2, width, width, 1])
    out.put("x", x.astype(np.float32))
    out.put("y", y.astype(np.float32)[:, None])


def mlp(rng, out):
    p = out.params
    widths = [int(w) for w in str(p["widths"]).split("-")]
    dense(rng, out, widths)
    out.put("x", rng.random((p["batch"], widths[0]), np.float32))
    out.put("y", rng.integers(0, widths[-1], p["batch"]))


def cnn(rng, out):
    p = out.params
    side, c = p["side"], p["channels"]
    shapes = [(c, 3, 3, 3), (c, c, 3, 3), (2 * c, c, 3, 3)]
    for i, shape in enumerate(shapes):
        out.put(f"w.{2 * i:02}.weight", normal(rng, shape, math.sqrt(2 / math.prod(shape[1:]))))
        out.put(f"w.{2 * i + 1:02}.bias", normal(rng, shape[:1], 0.01))
    flat = 2 * c * (side // 2 // 2) ** 2
    for i, (a, b) in zip([6, 8], [(flat, 256), (256, 10)]):
        out.put(f"w.{i:02}.weight", normal(rng, (a, b), math.sqrt(2 / a)))
        out.put(f"w.{i + 1:02}.bias", normal(rng, (b,), 0.01))
    out.put("x", normal(rng, (p["batch"], 3, side, side), 1))
    out.put("y", rng.integers(0, 10, p["batch"]))


def gpt(rng, out):
    p = out.params
    d, layers, vocabulary = p["width"], p["layers"], p["vocabulary"]
    out.put("w.00.token", normal(rng, (vocabulary, d), 0.02))
    out.put("w.01.place", normal(rng, (p["context"], d), 0.02))
    ones = np.ones(d, np.float32)
    for i in range(layers):
        name = f"w.{i + 2:02}"
        out.put(f"{name}.a_norm", ones)
        out.put(f"{name}.b_qkv", normal(rng, (d, 3 * d), 0.02))
        out.put(f"{name}.c_out", normal(rng, (d, d), 0.02 / math.sqrt(2 * layers)))
        out.put(f"{name}.d_norm", ones)
        out.put(f"{name}.e_up", normal(rng, (d, 4 * d), 0.02))
        out.put(f"{name}.f_down", normal(rng, (4 * d, d), 0.02 / math.sqrt(2 * layers)))
    out.put("w.99.norm", ones)
    out.put("x", rng.integers(0, vocabulary, (p["batch"], p["context"])))
    out.put("y", rng.integers(0, vocabulary, (p["batch"], p["context"])))


def lstm(rng, out):
    p = out.params
    n, h = p["inputs"], p["width"]
    bound = 1 / math.sqrt(h)
    for name, shape in [("w.0.input", (n, 4 * h)), ("w.1.hidden", (h, 4 * h)), ("w.2.bias", (4 * h,))]:
        out.put(name, rng.uniform(-bound, bound, shape).astype(np.float32))
    out.put("x", normal(rng, (p["steps"], p["batch"], n), 1))


def chain(rng, out):
    out.put("w.x", normal(rng, out.params["n"], 1, np.dtype(out.params["dtype"])))


def logreg(rng, out):
    n, d = out.params["n"], out.params["d"]
    x = rng.standard_normal((n, d))
    truth = rng.standard_normal(d)
    out.put("w.weights", rng.standard_normal(d) * 0.1)
    out.put("x", x)
    out.put("y", (x @ truth + rng.standard_normal(n) > 0).astype(np.float64))
    out.put("v", rng.standard_normal(d))


MAKERS = {
    "neuron": (neuron, {}),
    "moons": (moons, dict(points=100, width=16)),
    "mlp64": (mlp, dict(batch=64, widths="784-256-128-10")),
    "mlp512": (mlp, dict(batch=512, widths="784-256-128-10")),
    "cnn": (cnn, dict(batch=64, side=32, channels=32)),
    "gpt": (gpt, dict(batch=12, context=64, layers=4, width=128, heads=4, vocabulary=65)),
    "lstm": (lstm, dict(steps=64, batch=32, inputs=64, width=128)),
    "chain1e4f32": (chain, dict(n=10_000, dtype="float32")),
    "chain1e4f64": (chain, dict(n=10_000, dtype="float64")),
    "chain1e6f32": (chain, dict(n=1_000_000, dtype="float32")),
    "chain1e6f64": (chain, dict(n=1_000_000, dtype="float64")),
    "chain1e7f32": (chain, dict(n=10_000_000, dtype="float32")),
    "chain1e7f64": (chain, dict(n=10_000_000, dtype="float64")),
    "logreg_grad": (logreg, dict(n=10_000, d=50)),
    "logreg_hvp": (logreg, dict(n=10_000, d=50)),
    "logreg_hess": (logreg, dict(n=10_000, d=50)),
    "gates": (gates, dict(n=1_000_000, inputs=100, window=0)),
}


def make(row, folder, changes=()):
    maker, defaults = MAKERS[row]
    params = dict(defaults)
    for change in changes:
        name, value = change.split("=")
        if name not in params:
            raise SystemExit(f"{row} has no parameter {name}; it has {', '.join(params) or 'none'}")
        params[name] = type(params[name])(value)
    out = Inputs(params)
    maker(np.random.default_rng(1234), out)
    out.params = {"row": row, **params}
    out.save(folder)


if __name__ == "__main__":
    make(sys.argv[1], sys.argv[2], sys.argv[3:])
