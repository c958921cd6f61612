#!/usr/bin/env python3
"""R6: the program is killed before each system call that changes a file, by strace.

  kill_at_calls_test.py QUIRE
"""

import collections
import random
import re
import shutil
import signal
import subprocess
import sys

from harness import Folder, Lost, Program, Tree, Unreadable, examine, finish
from scoreboard import Score, portion, skip

PARTS = 4
FILES = 100
CALLS = ("write", "pwrite64", "writev", "pwritev", "pwritev2", "fdatasync", "fsync", "sync_file_range", "rename",
         "renameat", "renameat2", "unlink", "unlinkat", "ftruncate", "fallocate", "copy_file_range", "mkdir", "mkdirat")
LINE = re.compile(r"(\d+) +(\w+)\(")


class Scene:
    """A command, on an index as `prepare` leaves it and a tree that was changed since."""

    def __init__(self, name, words, folder, quire, db=None):
        self.name, self.words, self.folder = name, words, folder / name
        self.folder.mkdir()
        self.tree = Tree(self.folder / "tree")
        self.program = Program(quire, self.tree.root, db or self.folder / "db")
        self.tree.fill(FILES)
        self.before = {}

    def index_before(self):
        self.program.run("index")
        self.before = dict(self.tree.versions)

    def keep(self):
        """What every run begins with, and a tree that has changed since."""
        self.tree.change(random.Random(1), FILES, 1)
        self.program.db.mkdir(exist_ok=True)
        self.program.db.rename(self.folder / "kept")
        return self

    def restore(self):
        shutil.rmtree(self.program.db, ignore_errors=True)
        if (self.folder / "kept").exists():
            shutil.copytree(self.folder / "kept", self.program.db)

    def points(self):
        """(call, number of calls): a thread's calls are counted apart, as strace counts them."""
        self.restore()
        trace = self.folder / "trace"
        self.program.run(*self.words, under=["strace", "-f", "-qq", "-o", trace, "-e", f"trace={','.join(CALLS)}"])
        counts = collections.Counter(LINE.match(line).groups() for line in trace.read_text().splitlines()
                                     if LINE.match(line))
        most = collections.Counter()
        for (_, call), count in counts.items():
            most[call] = max(most[call], count)
        return [(self, call, number) for call in CALLS for number in range(1, most[call] + 1)]

    def kill_at(self, call, number):
        """True if it came to that call."""
        self.restore()
        answer = self.program.run(*self.words, under=[
            "strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}",
            "-e", f"inject={call}:signal=SIGKILL:when={number}"])
        if answer.code not in (0, -signal.SIGKILL):
            raise Unreadable(answer)
        examine(self.program, self.before, self.tree.versions)
        finish(self.program, self.tree.versions)
        return answer.code != 0


def scenes(quire, folder):
    yield Scene("first", ["index"], folder, quire).keep()
    # In its tree an index says besides whose it is. A folder that is not there is not even empty.
    in_tree = Scene("first-in-tree", ["index"], folder, quire, folder / "first-in-tree" / "tree" / ".quire").keep()
    (in_tree.folder / "kept").rmdir()
    yield in_tree
    update = Scene("update", ["index"], folder, quire)
    update.index_before()
    yield update.keep()
    # An update whose checkpoint is due: the cache of the last one is missing.
    merge = Scene("merge", ["index"], folder, quire)
    merge.index_before()
    shutil.rmtree(merge.program.db / "cache")
    yield merge.keep()
    rebuild = Scene("rebuild", ["index", "--rebuild"], folder, quire)
    rebuild.index_before()
    yield rebuild.keep()
    compact = Scene("compact", ["compact"], folder, quire)
    compact.index_before()
    compact.tree.change(random.Random(2), FILES, 2)
    compact.index_before()
    yield compact.keep()


def can_trace():
    tried = subprocess.run(["strace", "-qq", "-o", "/dev/null", "-e", "inject=rename:signal=SIGKILL:when=9", "true"],
                           capture_output=True, check=False)
    return tried.returncode == 0


def main(quire):
    if shutil.which("strace") is None:
        skip("R6", "strace is missing")
    if not can_trace():
        skip("R6", "ptrace is not permitted here")
    score = Score("R6", ["points", "unreached"], ["bad"])
    part, parts = portion(PARTS)
    with Folder() as folder:
        points = [point for scene in scenes(quire, folder) for point in scene.points()]
        for scene, call, number in points[part::parts]:
            try:
                score.add("points" if scene.kill_at(call, number) else "unreached")
            except (Lost, Unreadable) as problem:
                score.bad("bad", f"{scene.name}, at {call} number {number}", problem)
    return score.finish()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
