#!/usr/bin/env python3
"""R7: a full disk, a real file system of 1 MiB: with nothing left, and with so little that writing stops halfway.

  full_disk_test.py QUIRE
"""

import random
import subprocess
import sys

from harness import Folder, Lost, Program, Tree, Unreadable, examine, finish, rows_of, versions_in
from scoreboard import Score, portion, skip

PARTS = 10
FILES = 40
SEED = 1
STEP_KIB = 4
MOST_FREE_KIB = 320


class Disk:
    """A file system of 1 MiB, mounted as long as this is entered."""

    def __init__(self, folder):
        self.folder, self.ballast = folder / "disk", folder / "disk/ballast"
        self.folder.mkdir()

    def __enter__(self):
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", self.folder], capture_output=True,
                              check=False)
        if done.returncode != 0:
            skip("R7", "mounting is not permitted here")
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "-l", self.folder], check=True)

    def fill(self, free_kib):
        """Leaves so much, or what there is if that is less."""
        with open(self.ballast, "wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    pass
            except OSError:
                file.truncate(max(0, file.tell() - free_kib * 1024))

    def free(self):
        self.ballast.unlink()


class Case:
    """A command on an index and a tree that was changed since; how much of the disk is left to it."""

    def __init__(self, disk, folder, quire, free_kib):
        self.disk, self.free_kib = disk, free_kib
        self.tree = Tree(folder / "tree")
        self.program = Program(quire, self.tree.root, disk.folder / "db")
        self.tree.fill(FILES)

    def index_then_change(self):
        self.program.run("index")
        self.tree.change(random.Random(SEED), FILES, 1)

    def first(self):
        return ["index"]

    def update(self):
        self.index_then_change()
        return ["index"]

    def merge(self):
        """The checkpoint is due: the cache of the last one is missing."""
        self.index_then_change()
        for file in (self.program.db / "cache").iterdir():
            file.unlink()
        return ["index"]

    def rebuild(self):
        self.index_then_change()
        return ["index", "--rebuild"]

    def compact(self):
        self.index_then_change()
        self.program.run("index")
        return ["compact"]

    def run(self, scene):
        """True if the space was not enough."""
        words = getattr(self, scene)()
        before = rows_of(self.program)
        self.disk.fill(self.free_kib)
        answer = self.program.run(*words)
        rows = examine(self.program, versions_in(before), self.tree.versions)
        if answer.code == 0:
            self.complete(answer, rows)
        else:
            self.refused(answer, rows, before)
        self.disk.free()
        finish(self.program, self.tree.versions)
        return answer.code != 0

    def complete(self, answer, rows):
        if versions_in(rows) != self.tree.versions:
            raise Lost(f"{answer} but not all is there")

    def refused(self, answer, rows, before):
        """Says why, and has left the old state or, when only the checkpoint after it failed, the new one."""
        if answer.code != 1 or "No space left on device" not in answer.err or answer.out:
            raise Unreadable(answer)
        if rows != before and versions_in(rows) != self.tree.versions:
            raise Lost(f"{answer} and the index is neither the old one nor the new one")


SCENES = (Case.first, Case.update, Case.merge, Case.rebuild, Case.compact)


def search_that_can_not_build(disk, folder, quire):
    """A search under .git builds its index by itself."""
    case = Case(disk, folder, quire, 0)
    (case.tree.root / ".git").mkdir()
    disk.fill(0)
    answer = case.program.run("search", "compute the value")
    if answer.code != 2 or "No space left on device" not in answer.err or answer.out:
        raise Unreadable(answer)
    disk.free()
    answer = case.program.run("search", "compute the value")
    if answer.code != 0:
        raise Unreadable(answer)
    finish(case.program, case.tree.versions)
    return True


def cases():
    """(name, what to call with disk, folder and program)"""
    yield "search under .git", search_that_can_not_build
    for scene in SCENES:
        for free_kib in range(0, MOST_FREE_KIB, STEP_KIB):
            yield f"{scene.__name__}, {free_kib} KiB free", (
                lambda disk, folder, quire, scene=scene, free_kib=free_kib:
                Case(disk, folder, quire, free_kib).run(scene.__name__))


def main(quire):
    score = Score("R7", ["cases", "refused"], ["bad"])
    part, parts = portion(PARTS)
    for name, run in list(cases())[part::parts]:
        score.add("cases")
        with Folder() as folder, Disk(folder) as disk:
            try:
                score.add("refused", run(disk, folder, quire))
            except (Lost, Unreadable) as problem:
                score.bad("bad", name, problem)
    return score.finish()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
