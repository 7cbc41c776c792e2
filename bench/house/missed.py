"""What is said of rows that miss their target: where our time goes, and what was tried."""

import os
import subprocess

from . import places, report

TRIED = places.BENCH / "tried.md"


def is_missed(one):
    return one.threads == 1 and bool(one.times.get("chainrule")) and report.is_met(one) == "NO"


def profile(one, data):
    """The steps of our plan that take longest; a call has about a second, and at least 3 turns."""
    calls = min(max(3, int(1 / one.median("chainrule"))), 10_000)
    command = [str(places.binary()), str(data), "slowest", str(calls)]
    environment = dict(os.environ, CHAINRULE_THREADS=str(one.threads))
    mine = sorted(os.sched_getaffinity(0))[-one.threads :]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        env=environment,
        preexec_fn=lambda: os.sched_setaffinity(0, mine),
    )
    if done.returncode:
        return f"no profile: {(done.stderr.strip().splitlines() or ['it said nothing'])[-1]}"
    return done.stdout.rstrip()


def tried():
    """The sections of tried.md by the names of their rows: a heading may name several, with commas between."""
    sections = {}
    for part in TRIED.read_text().split("\n## ")[1:]:
        head, _, body = part.partition("\n")
        for row in head.split(","):
            sections[row.strip()] = body.strip()
    return sections


def text(done):
    missed, sections = [one for one in done if is_missed(one)], tried()
    parts = [
        f"### {one.row}\n\n```\n{one.profile}\n```\n\n"
        + sections.get(one.row, "[tried.md](tried.md) says nothing on this row.")
        for one in missed
    ]
    if not parts:
        return ""
    note = (
        "The longest steps of our plan on one thread, equal ones together: operations and bytes, the least time that this "
        "machine needs for them (of its peak and of its memory whichever takes longer), the time, how many times the least "
        "that is, and the part of the call. Looking at the clock makes small steps longer. The texts are from "
        "[tried.md](tried.md)."
    )
    return "\n\n".join([note, *parts])
