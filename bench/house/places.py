"""Where things are."""

import os
import pathlib

BENCH = pathlib.Path(__file__).resolve().parent.parent
ROOT = BENCH.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
VENV = pathlib.Path(os.environ.get("CHAINRULE_BENCH_VENV", TARGET / "bench-venv"))
OTHERS_TARGET = TARGET / "bench-others"


def binary():
    return TARGET / "release" / "chainrule-bench"


def other_binary(crate):
    return OTHERS_TARGET / "release" / f"bench-{crate}"
