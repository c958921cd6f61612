#!/usr/bin/env python3
"""R16: what readers see in other processes during commits, checkpoints and rebuilds is always one whole commit, never
an older one than before, and the newest one at each new look. R16b: the same among eight processes under load.

  readers_test.py STORE_PROCESS QUIRE readers|load
"""

import contextlib
import json
import random
import re
import sys
import time

from harness import Folder, Program, Store, take
from scoreboard import Score, portion

SNAPSHOTS, SNAPSHOT_PARTS, READERS = 10_000, 4, 3
COMMITS, COMMIT_PARTS = 10_000, 10
FOREVER = 2**62
LONG_TURN, SHORT_TURN = 300, 25
LIFE_S = 0.5
PATIENCE_MS = 5000
BAD = ["torn", "back", "errors", "stale"]
ROW = re.compile(r"commit (\d+) row (\d+) of (\d+)\n")


def share(full, parts):
    """(how many of them this run is to do, how it is told to do so)"""
    part, parts = portion(parts)
    return len(range(part, full, parts)), f"QUIRE_PORTION={part}/{parts}"


def keep_writing(store, readers, chance):
    """A writer after the other, each killed at some time, until the readers have seen enough."""
    kills = 0
    while any(reader.process.poll() is None for reader in readers):
        with store.process("writer", FOREVER, LONG_TURN, PATIENCE_MS):
            time.sleep(LIFE_S * chance.random())
        kills += 1
    return kills


def readers(program, _):
    count, where = share(SNAPSHOTS, SNAPSHOT_PARTS)
    score = Score("R16", ["snapshots", "checkpoints", "kills"], BAD)
    with Folder() as folder, contextlib.ExitStack() as stack:
        store = Store(program, folder)
        watching = [stack.enter_context(store.process("reader", FOREVER, -(-count // READERS))) for _ in range(READERS)]
        score.add("kills", keep_writing(store, watching, random.Random(where)))
        for reader in watching:
            take(score, reader, where)
    return score.finish()


class Onlooker:
    """The real program, which looks at the store meanwhile."""

    def __init__(self, quire, store, score, where):
        self.program, self.score, self.where = Program(quire, store.folder.parent, store.folder), score, where
        self.lsn = 0

    def ask(self, *words):
        answer = self.program.run(*words)
        self.score.add("commands")
        if answer.code != 0:
            self.score.bad("errors", self.where, answer)
        return answer.out if answer.code == 0 else ""

    def look(self):
        self.ask("check")
        status = json.loads(self.ask("status", "--json") or "{}")
        if status.get("lsn", self.lsn) < self.lsn:
            self.score.bad("back", self.where, f"lsn {status['lsn']} after {self.lsn}")
        self.lsn = status.get("lsn", self.lsn)
        self.see_whole_commits(self.ask("export"))

    def see_whole_commits(self, exported):
        rows = {}
        for line in exported.splitlines()[1:]:
            row = json.loads(line)
            commit, number, of = map(int, ROW.match(row["content"]).groups())
            rows.setdefault((row["file_path"], commit, of), []).append(number)
        files = [path for path, _, _ in rows]
        whole = all(numbers == list(range(of)) for (_, _, of), numbers in rows.items())
        if not whole or len(files) != len(set(files)):
            self.score.bad("torn", self.where, sorted(rows))


def load(program, quire):
    """Two writers, a process that checkpoints, four readers, and the real program."""
    count, where = share(COMMITS, COMMIT_PARTS)
    score = Score("R16b", ["commits", "snapshots", "checkpoints", "commands", "refused"], [*BAD, "unnamed"])
    with Folder() as folder, contextlib.ExitStack() as stack:
        store = Store(program, folder).begin()
        roles = [("writer", count, SHORT_TURN, PATIENCE_MS)] * 2 + [("checkpointer", count)]
        roles += [("reader", count, FOREVER)] * 4
        processes = [stack.enter_context(store.process(*role)) for role in roles]
        onlooker = Onlooker(quire, store, score, where)
        while any(process.process.poll() is None for process in processes):
            onlooker.look()
        for process in processes:
            take(score, process, where)
        score.add("commits", int.from_bytes(store.acknowledged.read_bytes(), "little"))
    return score.finish()


if __name__ == "__main__":
    sys.exit({"readers": readers, "load": load}[sys.argv[3]](*sys.argv[1:3]))
