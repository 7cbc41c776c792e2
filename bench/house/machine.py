"""What the numbers were measured on."""

import os
import platform
import subprocess
import time

import numpy as np

from . import places


def output(*command):
    return subprocess.run(command, cwd=places.ROOT, capture_output=True, text=True).stdout.strip()


def bandwidth():
    """GB/s of a copy on one thread, reads and writes counted: the best of five."""
    a, b = np.ones(1 << 25), np.zeros(1 << 25)
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        np.copyto(b, a)
        best = min(best, time.perf_counter() - start)
    return 2 * a.nbytes / best / 1e9


def line(versions):
    info = open("/proc/cpuinfo").read().splitlines()
    of = lambda key: next((i.split(":", 1)[1].strip() for i in info if i.startswith(key)), "unknown")
    widest = next((x for x in ("avx512f", "avx2", "sse2") if x in of("flags").split()), "no vectors known")
    commit = output("git", "rev-parse", "--short=10", "HEAD")
    dirty = " and uncommitted changes" if output("git", "status", "--porcelain", "--untracked-files=no") else ""
    parts = [
        f"{of('model name')}, {os.cpu_count()} cores, {widest}",
        f"memory copy {bandwidth():.1f} GB/s on one thread",
        f"{platform.system()}, {output('rustc', '--version').split(' (')[0]}, Python {platform.python_version()}",
        ", ".join(f"{name} {version}" for name, version in sorted(versions.items())),
        f"load average {os.getloadavg()[0]:.1f} at the end",
        f"commit {commit}{dirty}",
        time.strftime("%Y-%m-%d"),
    ]
    return "; ".join(parts)
