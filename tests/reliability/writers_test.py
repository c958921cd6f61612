#!/usr/bin/env python3
"""R15: two processes write to one store: one waits, is told who the other is, and gets the lock once it is free.

  writers_test.py STORE_PROCESS
"""

import contextlib
import os
import random
import sys
import time

from harness import Folder, Store, take
from scoreboard import Score, rounds

FULL, PARTS = 1000, 10
LIMIT_MS = 20
TURNS = 1000


def put_first(process):
    """The time until the lock is free is the store's, not that of what else runs here."""
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, process.pid, -20)


class Corrupt(Exception):
    """Two have the lock, nobody has it, or the store is not what it must be."""


def expect(holds, problem):
    if not holds:
        raise Corrupt(problem)


class Race:
    """Two racers; the second is the one that is refused."""

    def __init__(self, number, store, score):
        self.number, self.store, self.score = number, store, score
        self.chance = random.Random(number)

    def run(self):
        with self.store.process("racer", LIMIT_MS) as one, self.store.process("racer", LIMIT_MS) as other:
            first, second, refusal = self.start([one, other])
            self.read_refusal(first, refusal)
            second.tell("again")
            expect(second.hear() == "waiting", "the second does not wait")
            time.sleep(self.chance.random() * 0.02)
            self.hand_over(first, second)
            second.tell("close")
            expect(second.end() == 0, "the second failed")
        with self.store.process("judge") as judge:
            verdict = judge.hear()
            expect(verdict == "sound", verdict)

    def start(self, racers):
        """(the one that won, the other one, what that was told)"""
        for racer in racers:
            expect(racer.hear() == "ready", "a racer is not ready")
            put_first(racer.process)
        for racer in self.chance.sample(racers, 2):
            racer.tell("go")
        said = [racer.hear() for racer in racers]
        expect(said.count("won") == 1, said)
        winner = said.index("won")
        return racers[winner], racers[1 - winner], said[1 - winner]

    def read_refusal(self, first, refusal):
        code, waited_us, message = refusal.split(" ", 2)
        expect(code == "locked" and int(waited_us) >= LIMIT_MS * 1000, refusal)
        holder = f"pid {first.process.pid} ({self.store.program} racer "
        if holder not in message:
            self.score.bad("unnamed", f"QUIRE_ROUND={self.number}", f"{message} does not name {holder}")

    def hand_over(self, first, second):
        """The holder is killed, or closes its store; the other one has the lock at once."""
        killed = self.chance.random() < 0.5
        if killed:
            first.process.kill()
        else:
            first.tell("close")
        first.end()
        ended_us = time.monotonic_ns() // 1000
        said = second.hear().split()
        expect(said[:1] == ["won"], f"the second was not given the lock: {said}")
        if killed:
            self.score.most("freed_us_max", int(said[1]) - ended_us)
            self.score.add("kills")


def take_turns(program, score):
    """Two give the lock back after every commit, and wait for it not at all."""
    with Folder(in_memory=True) as folder, contextlib.ExitStack() as stack:
        store = Store(program, folder).begin()
        for writer in [stack.enter_context(store.process("writer", TURNS, 1, 0)) for _ in range(2)]:
            take(score, writer, "taking turns")


def main(program):
    score = Score("R15", ["races", "kills", "freed_us_max", "refused"], ["corrupt", "unnamed", "errors"])
    with Folder(in_memory=True) as folder:
        store = Store(program, folder)
        for number in rounds(FULL, PARTS):
            score.add("races")
            try:
                Race(number, store, score).run()
            except Corrupt as problem:
                score.bad("corrupt", f"QUIRE_ROUND={number}", problem)
    take_turns(program, score)
    return score.finish()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
