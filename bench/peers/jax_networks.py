"""The losses of definitions.md in JAX, over a dictionary of weights."""

import jax
import jax.numpy as jnp
from jax import lax


def cross_entropy(logits, labels):
    picked = jnp.take_along_axis(logits, labels[:, None], 1)[:, 0]
    return (jax.nn.logsumexp(logits, axis=1) - picked).mean()


def dense(w, x):
    w = list(w.values())
    for a, b in zip(w[:-2:2], w[1:-2:2]):
        x = jax.nn.relu(x @ a + b)
    return x @ w[-2] + w[-1]


def moons(w, x, y):
    penalty = sum((p * p).sum() for p in w.values())
    return jax.nn.relu(1 - y * dense(w, x)).mean() + 1e-4 * penalty


def mlp(w, x, y):
    return cross_entropy(dense(w, x), y)


def pool_by_window(x):
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")


def pool_by_shape(x):
    n, h, w, c = x.shape
    x = x[:, : h // 2 * 2, : w // 2 * 2]
    return x.reshape(n, h // 2, 2, w // 2, 2, c).max((2, 4))


def cnn(w, x, y, nhwc):
    """Weights come as [o, i, h, w] and images as [n, c, h, w]; with `nhwc` they were turned before."""
    w = list(w.values())
    layout = ("NHWC", "HWIO", "NHWC") if nhwc else ("NCHW", "OIHW", "NCHW")
    pool = pool_by_shape if nhwc else pool_by_window

    def conv(x, i):
        bias = w[i + 1] if nhwc else w[i + 1][:, None, None]
        y = lax.conv_general_dilated(x, w[i], (1, 1), "SAME", dimension_numbers=layout)
        return jax.nn.relu(y + bias)

    x = pool(conv(conv(x, 0), 2))
    x = pool(conv(x, 4))
    if nhwc:
        x = x.transpose(0, 3, 1, 2)
    x = jax.nn.relu(x.reshape(x.shape[0], -1) @ w[6] + w[7])
    return cross_entropy(x @ w[8] + w[9], y)


def layer_norm(x, scale):
    centred = x - x.mean(-1, keepdims=True)
    return centred * lax.rsqrt((centred * centred).mean(-1, keepdims=True) + 1e-5) * scale


def gpt(w, x, y, heads):
    w = list(w.values())
    token, place, norm = w[0], w[1], w[-1]
    h = token[x] + place
    batch, time, width = h.shape
    causal = jnp.tril(jnp.ones((time, time), bool))
    for i in range(2, len(w) - 1, 6):
        norm_a, qkv, out, norm_b, up, down = w[i : i + 6]
        parts = jnp.split(layer_norm(h, norm_a) @ qkv, 3, axis=-1)
        q, k, v = (z.reshape(batch, time, heads, -1).transpose(0, 2, 1, 3) for z in parts)
        scores = q @ k.swapaxes(2, 3) / jnp.sqrt(jnp.float32(width // heads))
        attended = jax.nn.softmax(jnp.where(causal, scores, -jnp.inf)) @ v
        h = h + attended.transpose(0, 2, 1, 3).reshape(batch, time, width) @ out
        h = h + jax.nn.gelu(layer_norm(h, norm_b) @ up, approximate=False) @ down
    logits = layer_norm(h, norm) @ token.T
    return cross_entropy(logits.reshape(batch * time, -1), y.reshape(-1))


def lstm(w, x, unroll):
    wi, wh, b = w.values()
    width = wh.shape[0]

    def step(state, x):
        h, c = state
        i, f, g, o = jnp.split(x + h @ wh, 4, axis=1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    zero = jnp.zeros((x.shape[1], width), x.dtype)
    return (lax.scan(step, (zero, zero), x @ wi + b, unroll=unroll)[1] ** 2).sum()


def chain(w):
    (x,) = w.values()
    return (jnp.tanh(x) * jnp.exp(-x * x) + jnp.log1p(x * x) * jnp.sin(x)).sum()


def neuron(w):
    a, x, b, y, c = w.values()
    return jax.nn.sigmoid(a * x + b * y + c)


def logistic(w, x, y):
    (w,) = w.values()
    z = x @ w
    return (jax.nn.softplus(z) - y * z).mean()
