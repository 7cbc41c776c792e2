"""Which peers a row has, and its target."""

CHAINS = [f"chain{n}{kind}" for n in ("1e4", "1e6", "1e7") for kind in ("f32", "f64")]
LOGISTIC = ["logreg_grad", "logreg_hvp", "logreg_hess"]
ROWS = ["neuron", "moons", "mlp64", "mlp512", "cnn", "gpt", "lstm", *CHAINS, *LOGISTIC, "gates"]

# Ours over the best peer, one thread. The neuron and the gates have targets in time as well: `ABSOLUTE`.
TARGETS = {
    "neuron": 1 / 75,
    "moons": 0.35,
    "mlp64": 0.80,
    "mlp512": 0.85,
    "cnn": 0.65,
    "gpt": 0.50,
    "lstm": 0.80,
    **{row: 0.40 for row in CHAINS},
    **{row: 0.50 for row in LOGISTIC},
}

# Seconds a call; for the gates seconds a gate.
ABSOLUTE = {"neuron": 0.15e-6, "gates": 10e-9}

MEMORY = {"cnn": 0.7, "gpt": 0.7, "lstm": 0.7}
SMALL = {"neuron", "moons", "gates", "chain1e4f32", "chain1e4f64"}

# Gradient over value alone, in flops and in time.
MATMUL_BOUND = {"mlp64", "mlp512", "cnn", "gpt", "lstm"}

TWO_THREADS = ["cnn", "gpt", "mlp512"]


# Engines in Rust that give first derivatives only: bench/rust-peers.
RUST = ["burn", "candle"]
SECOND = {"logreg_hvp", "logreg_hess"}

# The row whose target names a peer; the others are compared with the fastest.
AGAINST = {"neuron": "jax"}


def peers(row, quick):
    """(program, variant) pairs; those in Rust have no variants."""
    if row == "gates":
        return []
    torch, jax = ["eager"], ["jit"]
    if row in ("moons", "mlp64", "mlp512", "cnn", "gpt"):
        torch.append("fused")
    if row == "cnn":
        torch.append("channels_last")
        jax.append("nhwc")
    if row in ("neuron", "moons"):
        jax.append("sync")
    if row == "lstm":
        jax.append("unroll")
    elif not quick:
        torch.append("compile")
        if row == "cnn":
            torch.append("compile_channels_last")
    rust = [] if row in SECOND else RUST
    return [("torch", v) for v in torch] + [("jax", v) for v in jax] + [(name, "") for name in rust]
