#!/usr/bin/env python3
"""R5: the program is killed at random times while it writes, and nothing that was acknowledged is lost.

  kill_test.py QUIRE
"""

import random
import shutil
import sys
import time

from harness import (Folder, Lost, Program, Tree, Unreadable, examine, finish, same_as_fresh, says_there_is_none,
                     versions_in)
from scoreboard import Score, rounds

FULL, PARTS = 1000, 25
FILES = 40
COMMANDS = (["index"], ["index"], ["index"], ["index", "--rebuild"], ["compact"])
MOST_KILLS = 3
FIRST_INDEX_EVERY = 8


class Killing:
    def __init__(self, program, tree, score):
        self.program, self.tree, self.score = program, tree, score
        self.acknowledged = {}
        self.seconds = {}

    def measure(self):
        """How long the commands take, so that kills are spread over all of a run."""
        self.tree.fill(FILES)
        for words in COMMANDS:
            taken = []
            for version in range(1, 4):
                self.tree.change(random.Random(version), FILES, version)
                taken.append(self.program.seconds(*words))
            self.seconds[" ".join(words)] = max(taken)
        finish(self.program, self.tree.versions)
        self.acknowledged = dict(self.tree.versions)

    def round(self, number):
        chance = random.Random(number)
        if number % FIRST_INDEX_EVERY == 0:
            self.start_over()
        self.tree.change(chance, FILES, number)
        for _ in range(chance.randint(1, MOST_KILLS)):
            self.kill(chance)
            # What was seen once must stay, too.
            self.acknowledged = versions_in(examine(self.program, self.acknowledged, self.tree.versions))
        finish(self.program, self.tree.versions)
        self.acknowledged = dict(self.tree.versions)

    def start_over(self):
        shutil.rmtree(self.program.db, ignore_errors=True)
        self.acknowledged = {}

    def kill(self, chance):
        words = chance.choice(COMMANDS)
        process = self.program.start(*words)
        time.sleep(chance.random() * self.seconds[" ".join(words)])
        process.kill()
        answer = self.program.answer(process, words)
        self.score.add("kills", answer.code < 0)
        if answer.code > 0 and not says_there_is_none(answer, 1):
            raise Unreadable(answer)
        if answer.code == 0 and words[0] == "index":
            self.acknowledged = dict(self.tree.versions)


def main(quire):
    score = Score("R5", ["rounds", "kills"], ["lost", "unreadable"])
    with Folder() as folder:
        tree = Tree(folder / "tree")
        program = Program(quire, tree.root)
        killing = Killing(program, tree, score)
        killing.measure()
        for number in rounds(FULL, PARTS):
            score.add("rounds")
            try:
                killing.round(number)
            except (Lost, Unreadable) as problem:
                score.bad("lost" if isinstance(problem, Lost) else "unreadable", f"QUIRE_ROUND={number}", problem)
                killing.start_over()
        try:
            finish(program, tree.versions)
            same_as_fresh(program, folder / "fresh")
        except (Lost, Unreadable) as problem:
            score.bad("lost", "at the end", problem)
        return score.finish()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
