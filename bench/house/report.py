"""The table."""

import os
import pathlib
import statistics

from . import machine, places, rows


def seconds(t):
    for scale, unit in ((1, "s"), (1e-3, "ms"), (1e-6, "us")):
        if t >= scale:
            return f"{t / scale:.3g} {unit}"
    return f"{t / 1e-9:.3g} ns"


def mib(b):
    return f"{b / 2**20:.1f}"


def table(head, lines):
    widths = "|".join("---" for _ in head)
    return "\n".join(["| " + " | ".join(head) + " |", f"|{widths}|", *("| " + " | ".join(c) + " |" for c in lines)])


def met(row, ratio, time, gates):
    """Target as text, and whether it is met; None where there is none."""
    wanted, fine = [], []
    if row in rows.TARGETS and ratio is not None:
        wanted.append(f"{rows.TARGETS[row]:.3g}")
        fine.append(ratio <= rows.TARGETS[row])
    if row in rows.ABSOLUTE:
        unit = " a gate" if row == "gates" else ""
        wanted.append(f"{rows.ABSOLUTE[row] * 1e9:g} ns{unit}")
        fine.append(time / gates <= rows.ABSOLUTE[row])
    return ", ".join(wanted), "yes" if all(fine) else "NO"


def is_met(one):
    """`yes`, `NO`, or nothing where there is no target, as the table says."""
    best = one.best()
    ratio = statistics.median(one.ratios(best)) if best else None
    return met(one.row, ratio, one.median("chainrule"), one.gates if one.row == "gates" else 1)[1]


def agrees(one):
    if not one.agreement:
        return "-"
    name, (worst, where) = max(one.agreement.items(), key=lambda item: item[1][0])
    return f"{worst:.2f}" if worst <= 1 else f"NO: {worst:.3g} with {name}, {where}"


def speed_line(one):
    ours, best = one.median("chainrule"), one.best()
    start = [one.row, str(one.threads), seconds(ours), seconds(one.least("chainrule"))]
    gates = one.gates if one.row == "gates" else 1
    if best is None:
        wanted, fine = met(one.row, None, ours, gates)
        return [*start, "-", "-", "-", "-", wanted, fine if one.threads == 1 else "", "-"]
    ratios = one.ratios(best)
    ratio = statistics.median(ratios)
    wanted, fine = met(one.row, ratio, ours, gates)
    least = one.least("chainrule") / one.least(best)
    spread = f"{min(ratios):.3g} to {max(ratios):.3g}"
    peer = f"{best} {seconds(one.median(best))}"
    if one.threads != 1:
        wanted = fine = ""
    return [*start, peer, f"{ratio:.3g}", spread, f"{least:.3g}", wanted, fine, agrees(one)]


def speed(done):
    head = ["row", "threads", "ours", "ours, least", "best peer", "ratio", "spread", "ratio of least"]
    return table([*head, "target", "met", "disagreement"], [speed_line(one) for one in done])


def all_peers(done):
    lines = []
    for one in done:
        for name in one.times:
            if name != "chainrule":
                lines.append([one.row, str(one.threads), name, seconds(one.median(name)), seconds(one.least(name))])
    return table(["row", "threads", "peer", "median", "least"], lines)


def memory(done):
    lines = []
    for one in done:
        if one.threads != 1:
            continue
        ours = one.memory["chainrule"]
        peers = {n: b for n, b in one.memory.items() if n != "chainrule" and n in one.times}
        line = [one.row, mib(ours), mib(one.prepared["arena"])]
        if peers:
            best = min(peers, key=peers.get)
            ratio, wanted = ours / max(peers[best], 1), rows.MEMORY.get(one.row, 1.0)
            fine = "-" if one.row in rows.SMALL else "yes" if ratio <= wanted else "NO"
            line += [f"{best} {mib(peers[best])}", f"{ratio:.2f}", "-" if fine == "-" else f"{wanted}", fine]
        else:
            line += ["-"] * 4
        lines.append(line)
    head = ["row", "ours, MiB", "of it arena", "least peer, MiB", "ratio", "target", "met"]
    return table(head, lines)


def gradients(done):
    lines = []
    for one in done:
        if not one.value:
            continue
        flops = one.gradient["flops"] / max(one.value["flops"], 1)
        value, gradient = (x["time"]["median"] for x in (one.value, one.gradient))
        wanted = 3.3 if one.row in rows.MATMUL_BOUND else 4.0
        fine = "yes" if max(flops, gradient / value) <= wanted else "NO"
        trace, build = one.prepared["trace"], one.prepared["compile"]
        line = [one.row, seconds(value), seconds(gradient), f"{gradient / value:.2f}", f"{flops:.2f}"]
        lines.append([*line, f"{wanted}", fine, seconds(trace), seconds(build)])
    head = ["row", "value", "value and gradient", "ratio", "ratio of flops", "target", "met"]
    return table([*head, "trace", "compile"], lines)


def threads(done):
    lines = []
    for row in rows.TWO_THREADS:
        found = {one.threads: one for one in done if one.row == row}
        if 1 in found and 2 in found:
            gain = found[1].median("chainrule") / found[2].median("chainrule")
            lines.append([row, f"{gain:.2f}", "1.7", "yes" if gain >= 1.7 else "NO"])
    return table(["row", "times faster with 2 threads", "target", "met"], lines) if lines else ""


def text(done, options, missed):
    versions = {}
    for one in done:
        versions |= one.versions
    measured = [one for one in done if one.times.get("chainrule")]
    failures = [f"- {one.row}, {one.threads} threads: {f}" for one in done for f in one.failures]
    note = (
        f"Medians of {options.pairs} turns of {options.seconds} s each, ours and the peers in alternation; `spread` is "
        "the range of the ratio over the turns, `ratio of least` compares the best times of both. `disagreement` is the "
        "worst error of any entry as a part of what is tolerated. What each row is: [definitions.md](definitions.md)."
    )
    parts = ["# Results", "Written by `bench/run`.", machine.line(versions), note, speed(measured)]
    parts += ["## Memory above the idle process", memory(measured)]
    parts += ["## Gradient against value, one thread", gradients(measured)]
    parts += ["## Threads", threads(measured)] if threads(measured) else []
    parts += ["## Rows that miss their target", missed] if missed else []
    parts += ["## All peers", all_peers(measured)]
    parts += ["## What failed", "\n".join(failures)] if failures else []
    return "\n\n".join(parts) + "\n"


def write(path, content):
    """Atomically: the old file or the new one, never a half."""
    path = pathlib.Path(path)
    fresh = path.with_suffix(".tmp")
    fresh.write_text(content)
    os.replace(fresh, path)


RESULTS = places.BENCH / "RESULTS.md"
