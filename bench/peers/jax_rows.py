"""The rows in JAX, jitted. usage: jax_rows.py ROW VARIANT THREADS FOLDER, see common.serve."""

import os
import sys

if sys.argv[3] == "1":
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import jax
import jax.numpy as jnp
import numpy as np

import jax_networks as nets
from common import serve, weights

jax.config.update("jax_enable_x64", True)
if "sync" in sys.argv[2]:
    jax.config.update("jax_cpu_enable_async_dispatch", False)


def turned(name, array):
    """[o, i, h, w] to [h, w, i, o]."""
    return array.transpose(2, 3, 1, 0) if array.ndim == 4 else array


def back(array):
    return array.transpose(3, 2, 0, 1) if array.ndim == 4 else array


def adam(rate):
    def update(w, state, g):
        m, v, t = state
        t = t + 1
        m = {k: 0.9 * m[k] + 0.1 * g[k] for k in w}
        v = {k: 0.999 * v[k] + 0.001 * g[k] * g[k] for k in w}
        step, root = rate / (1 - 0.9**t), 1 / jnp.sqrt(1 - 0.999**t)
        w = {k: w[k] - step * m[k] / (root * jnp.sqrt(v[k]) + 1e-8) for k in w}
        return w, (m, v, t)

    def start(w):
        zeros = {k: jnp.zeros_like(p) for k, p in w.items()}
        return zeros, {k: jnp.zeros_like(p) for k, p in w.items()}, jnp.float32(0)

    return start, update


def momentum(rate, decay):
    def update(w, m, g):
        m = {k: decay * m[k] + g[k] for k in w}
        return {k: w[k] - rate * m[k] for k in w}, m

    return lambda w: {k: jnp.zeros_like(p) for k, p in w.items()}, update


def descent(rate):
    return lambda w: (), lambda w, _, g: ({k: w[k] - rate * g[k] for k in w}, ())


class Training:
    """A step of an optimiser on one batch; weights and moments are donated."""

    def __init__(self, loss, optimiser, w, data, turn):
        self.first, self.data, self.turn = w, data, turn
        self.start, update = optimiser
        self.gradient = jax.jit(jax.value_and_grad(loss))

        def step(w, state, *data):
            value, g = jax.value_and_grad(loss)(w, *data)
            return value, *update(w, state, g)

        self.step = jax.jit(step, donate_argnums=(0, 1))

    def reset(self):
        self.w = {k: jnp.array(turned(k, p) if self.turn else p) for k, p in self.first.items()}
        self.state = self.start(self.w)
        self.wait((self.w, self.state))

    def call(self):
        loss, self.w, self.state = self.step(self.w, self.state, *self.data)
        return loss

    def wait(self, result):
        jax.block_until_ready((result, self.w, self.state) if hasattr(self, "w") else result)

    def outputs(self):
        _, g = self.gradient(self.w, *self.data)
        found = {
            "grad." + k[2:]: back(np.asarray(p)) if self.turn else np.asarray(p) for k, p in g.items()
        }
        found["losses"] = np.array([float(self.call()) for _ in range(4)], np.float32)
        return found


class Pure:
    def __init__(self, f, w, data, name=None):
        self.f = jax.jit(f)
        self.w, self.data, self.name = {k: jnp.array(p) for k, p in w.items()}, data, name

    def reset(self):
        pass

    def call(self):
        return jax.block_until_ready(self.f(self.w, *self.data))

    def wait(self, result):
        pass

    def outputs(self):
        if self.name:
            return {self.name: np.asarray(self.call())}
        loss, g = self.call()
        return {"loss": np.asarray(loss), **{"grad." + k[2:]: np.asarray(p) for k, p in g.items()}}


def logistic(row, w, arrays):
    data = [jnp.array(arrays[name]) for name in "xy"]
    if row == "logreg_grad":
        return Pure(jax.value_and_grad(nets.logistic), w, data)
    (name,) = w
    if row == "logreg_hvp":

        def hvp(w, x, y, v):
            gradient = lambda w: jax.grad(nets.logistic)(w, x, y)
            return jax.jvp(gradient, (w,), ({name: v},))[1][name]

        return Pure(hvp, w, [*data, jnp.array(arrays["v"])], "hvp")
    hessian = lambda w, x, y: jax.hessian(nets.logistic)(w, x, y)[name][name]
    return Pure(hessian, w, data, "hessian")


def make(row, variant, threads, params, arrays):
    w = weights(arrays)
    if row.startswith("chain"):
        return Pure(jax.value_and_grad(nets.chain), w, [])
    if row.startswith("logreg"):
        return logistic(row, w, arrays)
    if row == "neuron":
        return Pure(jax.value_and_grad(nets.neuron), w, [])
    if row == "lstm":
        unroll = 8 if "unroll" in variant else 1
        return Pure(jax.value_and_grad(lambda w, x: nets.lstm(w, x, unroll)), w, [jnp.array(arrays["x"])])
    x, y = arrays["x"], arrays["y"]
    if row == "moons":
        return Training(nets.moons, descent(0.1), w, [jnp.array(x), jnp.array(y)], False)
    if row == "cnn":
        nhwc = "nhwc" in variant
        data = [jnp.array(x.transpose(0, 2, 3, 1) if nhwc else x), jnp.array(y)]
        return Training(lambda w, x, y: nets.cnn(w, x, y, nhwc), momentum(0.01, 0.9), w, data, nhwc)
    data = [jnp.array(x), jnp.array(y)]
    if row == "gpt":
        return Training(lambda w, x, y: nets.gpt(w, x, y, params["heads"]), adam(1e-4), w, data, False)
    return Training(nets.mlp, adam(1e-3), w, data, False)


if __name__ == "__main__":
    # Starts the backend, so that the idle process has it.
    jax.block_until_ready(jax.jit(jax.value_and_grad(lambda x: jnp.tanh(x)))(1.0))
    serve(make, {"jax": jax.__version__})
