"""A process that serves one row: ours or a peer's."""

import json
import os
import select
import subprocess
import sys

from . import places, rows


class Failed(Exception):
    pass


class Server:
    def __init__(self, name, command, threads, log):
        self.name, self.log = name, log
        names = ["OMP_NUM_THREADS", "RAYON_NUM_THREADS", "CHAINRULE_THREADS"]
        env = dict(os.environ, **{name: str(threads) for name in names})
        cpus = sorted(os.sched_getaffinity(0))
        mine = cpus[-threads:]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=open(log, "w"),
            env=env,
            preexec_fn=lambda: os.sched_setaffinity(0, mine),
        )
        self.versions = self.read(120)["versions"]

    def read(self, limit):
        ready, _, _ = select.select([self.process.stdout], [], [], limit)
        line = self.process.stdout.readline() if ready else b""
        if not line:
            self.process.kill()
            said = open(self.log).read().strip().splitlines()
            raise Failed(f"{self.name}: {said[-1][:160] if said and ready else f'no answer in {limit} s'}")
        return json.loads(line)

    def ask(self, *words, limit=900):
        try:
            self.process.stdin.write((" ".join(map(str, words)) + "\n").encode())
            self.process.stdin.flush()
        except OSError:
            pass
        return self.read(limit)

    def close(self):
        self.process.kill()
        self.process.wait()


def ours(threads, folder, log):
    return Server("chainrule", [str(places.binary()), str(folder)], threads, log)


def peer(program, variant, row, threads, folder, log):
    if program in rows.RUST:
        command = [str(places.RUST_PEERS_TARGET / "release" / f"{program}-rows"), str(folder)]
        return Server(program, command, threads, log)
    command = [sys.executable, str(places.BENCH / "peers" / f"{program}_rows.py")]
    return Server(f"{program} {variant}", [*command, row, variant, str(threads), str(folder)], threads, log)
