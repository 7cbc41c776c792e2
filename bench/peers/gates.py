"""A random circuit of scalar gates, f64, every gate of which reaches the output."""

import math

import numpy as np

ADD, MUL, MAX, TANH = range(4)


def gates(rng, out):
    """kind, a, b: one entry a gate; wires count from the inputs on. The last gate is the output.

    The first operand is an unused wire nineteen times in twenty, so that few wires remain to be added up in the end.
    A gate whose value would leave [-4, 4] becomes a tanh. `window` limits how far back operands lie (0: no limit).
    """
    p = out.params
    n, inputs, window = p["n"], p["inputs"], p["window"]
    start = rng.uniform(-1, 1, inputs)
    values = start.tolist()
    kinds = rng.integers(0, 4, n).tolist()
    draws = rng.random((n, 3)).tolist()
    unused, place = list(range(inputs)), {i: i for i in range(inputs)}
    kind, first, second = [], [], []

    def use(wire):
        at = place.pop(wire, None)
        if at is not None:
            last = unused.pop()
            if at < len(unused):
                unused[at] = last
                place[last] = at

    def push(k, a, b):
        x, y = values[a], values[b]
        value = x + y if k == ADD else x * y if k == MUL else max(x, y)
        if k == TANH or abs(value) > 4 and len(kind) + len(unused) < n:
            k, b, value = TANH, a, math.tanh(x)
        use(a)
        use(b)
        place[len(values)] = len(unused)
        unused.append(len(values))
        values.append(value)
        kind.append(k)
        first.append(a)
        second.append(b)

    while len(kind) + len(unused) - 1 < n:
        have = len(values)
        low = max(0, have - window) if window else 0
        u, v, w = draws[len(kind)]
        a = unused[int(u * len(unused))] if w < 0.95 else low + int(u * (have - low))
        push(kinds[len(kind)], a, low + int(v * (have - low)))
    while len(unused) > 1:
        push(ADD, unused[0], unused[1])
    out.put("w.inputs", start)
    for name, values in [("kind", kind), ("a", first), ("b", second)]:
        out.put(name, np.array(values, np.int64))
