"""Where things are."""

import os
import pathlib

BENCH = pathlib.Path(__file__).resolve().parent.parent
ROOT = BENCH.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
VENV = pathlib.Path(os.environ.get("CHAINRULE_BENCH_VENV", TARGET / "bench-venv"))
RUST_PEERS = BENCH / "rust-peers"
RUST_PEERS_TARGET = TARGET / "rust-peers"


def binary():
    return TARGET / "release" / "chainrule-bench"
