"""Measures a row: ours and its peers in turn, so that what disturbs the machine disturbs all."""

import shutil
import statistics
import subprocess
import sys
import tempfile
import pathlib

import numpy as np

from . import agreement, missed, places, rows, server


def make_data(row, folder, changes):
    command = [sys.executable, str(places.BENCH / "peers" / "data.py"), row, str(folder), *changes]
    subprocess.run(command, check=True)


def dtype_of(row):
    wide = row.endswith("f64") or row.startswith("logreg") or row == "gates"
    return np.float64 if wide else np.float32


class Row:
    """One row at one number of threads."""

    def __init__(self, row, threads, options):
        self.row, self.threads, self.options = row, threads, options
        self.failures, self.servers, self.times = [], {}, {}
        self.versions, self.memory, self.agreement = {}, {}, {}
        self.value = self.gradient = self.prepared = None
        self.gates, self.profile = 1, ""

    def run(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="chainrule-bench-"))
        try:
            make_data(self.row, self.folder / "data", self.options.changes_of(self.row))
            if self.row == "gates":
                self.gates = (self.folder / "data" / "kind.bin").stat().st_size // 8
            self.start()
            if "chainrule" in self.servers:
                self.pairs()
                self.finish()
                self.close()
                if missed.is_missed(self):
                    self.profile = missed.profile(self, self.folder / "data")
        finally:
            self.close()
            shutil.rmtree(self.folder)
        return self

    def close(self):
        for one in self.servers.values():
            one.close()

    def candidates(self):
        data = self.folder / "data"
        log = lambda name: self.folder / (name.replace(" ", "-") + ".log")
        yield "chainrule", lambda: server.ours(self.threads, data, log("chainrule"))
        for script, variant in rows.peers(self.row, self.options.quick):
            name = f"{script} {variant}".strip()
            yield name, lambda s=script, v=variant, n=name: server.peer(
                s, v, self.row, self.threads, data, log(n)
            )

    def start(self):
        for name, begin in self.candidates():
            try:
                one = self.servers[name] = begin()
                self.versions |= one.versions
                prepared = one.ask("prepare")
                self.memory[name] = one.ask("memory")["bytes"]
                if name == "chainrule":
                    self.prepared = prepared
            except server.Failed as failure:
                self.fail(name, failure)

    def fail(self, name, failure):
        self.failures.append(str(failure))
        print(f"  {failure}", flush=True)
        self.servers.pop(name).close() if name in self.servers else None

    def pairs(self):
        self.times = {name: [] for name in self.servers}
        for turn in range(self.options.pairs):
            order = list(self.servers)
            for name in order if turn % 2 == 0 else order[::-1]:
                self.times[name].append(self.servers[name].ask("time", self.options.seconds))

    def finish(self):
        ours = self.servers["chainrule"]
        for name, one in self.servers.items():
            self.memory[name] = max(self.memory[name], one.ask("memory")["bytes"])
        for name in list(self.servers):
            place = self.folder / "out" / name.replace(" ", "-")
            place.mkdir(parents=True)
            try:
                self.servers[name].ask("check", place)
            except server.Failed as failure:
                self.fail(name, failure)
                continue
            if name != "chainrule" and (self.folder / "out" / "chainrule").exists():
                found = agreement.compare(self.folder / "out" / "chainrule", place, dtype_of(self.row))
                self.agreement[name] = found
        if self.threads == 1 and "chainrule" in self.servers:
            self.value = ours.ask("value", self.options.seconds)
            self.gradient = ours.ask("gradient", self.options.seconds)

    def medians(self, name):
        return [t["median"] for t in self.times[name]]

    def median(self, name):
        return statistics.median(self.medians(name))

    def least(self, name):
        return min(t["least"] for t in self.times[name])

    def best(self):
        """The peer to compare with, the fastest of those that count; or None."""
        against = rows.AGAINST.get(self.row, "")
        names = [name for name in self.times if name != "chainrule" and name.startswith(against)]
        return min(names, key=self.median, default=None)

    def ratios(self, peer):
        """Ours over the peer's, pair by pair."""
        return [a / b for a, b in zip(self.medians("chainrule"), self.medians(peer))]
