"""What the peers share: reading a row's inputs, and a server that times, checks and measures on request."""

import json
import os
import pathlib
import statistics
import sys
import time

import numpy as np

KINDS = {"f32": np.float32, "f64": np.float64, "i64": np.int64}


def load(folder):
    """Parameters and arrays of a folder that data.py wrote."""
    folder = pathlib.Path(folder)
    params, arrays = {}, {}
    for line in (folder / "manifest.txt").read_text().splitlines():
        what, name, *rest = line.split()
        if what == "param":
            params[name] = int(rest[0]) if rest[0].isdigit() else rest[0]
        else:
            shape = [int(n) for n in rest[1:]]
            arrays[name] = np.fromfile(folder / f"{name}.bin", KINDS[rest[0]]).reshape(shape)
    return params, arrays


def weights(arrays):
    return {name: array for name, array in arrays.items() if name.startswith("w.")}


def status(name):
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) * 1024
    return 0


def forget_peak():
    """Lets the high-water mark start anew at what is resident now."""
    try:
        pathlib.Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        pass


def timed(call, wait, seconds):
    """Seconds a call: median and least over chunks of calls that fill the time."""
    start = time.perf_counter()
    wait(call())
    once = time.perf_counter() - start
    chunk = max(1, int(seconds / 10 / max(once, 1e-9)))
    end, times = time.perf_counter() + seconds, []
    while not times or time.perf_counter() < end:
        start = time.perf_counter()
        for _ in range(chunk):
            result = call()
        wait(result)
        times.append((time.perf_counter() - start) / chunk)
    return {"median": statistics.median(times), "least": min(times), "calls": chunk * len(times)}


def serve(make, versions):
    """Answers requests on stdin, a line of JSON each. `make(row, variant, threads, params, arrays)` gives an object
    with `reset()`, `call()`, `wait(result)` and `outputs()` (names to NumPy arrays)."""
    row, variant, threads, folder = sys.argv[1:5]
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    forget_peak()
    idle = status("VmRSS")
    answers.write(json.dumps({"versions": versions}) + "\n")
    subject = None
    for request in sys.stdin:
        word, *rest = request.split()
        if word == "prepare":
            start = time.perf_counter()
            params, arrays = load(folder)
            subject = make(row, variant, int(threads), params, arrays)
            subject.reset()
            subject.wait(subject.call())
            answer = {"seconds": time.perf_counter() - start}
        elif word == "time":
            subject.reset()
            answer = timed(subject.call, subject.wait, float(rest[0]))
        elif word == "memory":
            answer = {"bytes": status("VmHWM") - idle}
        elif word == "check":
            subject.reset()
            for name, array in subject.outputs().items():
                np.ascontiguousarray(array).tofile(os.path.join(rest[0], f"{name}.bin"))
            answer = {}
        else:
            break
        answers.write(json.dumps(answer) + "\n")
