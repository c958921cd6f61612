"""The real program, and source trees in which a lost or a mixed chunk shows."""

import json
import os
import pathlib
import re
import select
import shutil
import subprocess
import tempfile
import time

TIMEOUT_S = 120
PARTS_OF_FILE = 3
MARK = re.compile(r"part_(\d+)_of_version_(\d+)\b")


class Child:
    """A process that talks in lines."""

    def __init__(self, *words):
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def tell(self, line):
        self.process.stdin.write(line.encode() + b"\n")

    def hear(self):
        """Its next line; "" if there is none."""
        ready, _, _ = select.select([self.process.stdout], [], [], TIMEOUT_S)
        return self.process.stdout.readline().decode().rstrip("\n") if ready else ""

    def end(self):
        return self.process.wait(TIMEOUT_S)


class Store:
    """A store that processes of our own use, and the number of the last acknowledged commit beside it."""

    def __init__(self, program, folder):
        self.program, self.folder, self.acknowledged = program, folder / "store", folder / "acknowledged"

    def begin(self):
        """With the first commit."""
        with self.process("writer", 1, 1, 0) as writer:
            writer.end()
        return self

    def process(self, role, *words):
        return Child(self.program, role, self.folder, self.acknowledged, *map(str, words))


def take(score, process, where):
    """Adds what a process of ours counted."""
    said = process.hear()
    if process.end() != 0 or not said:
        score.bad("errors", where, f"{process.process.args} failed: {said}")
    for key, count in re.findall(r"(\w+)=(\d+)", said):
        score.add(key, int(count))


class Answer:
    """What the program said."""

    def __init__(self, words, code, out, err):
        self.words, self.code, self.out, self.err = words, code, out.decode(), err.decode()

    def __str__(self):
        return f"`quire {' '.join(map(str, self.words))}` gave {self.code}: {self.out[-500:]}{self.err[-500:]}"


class Program:
    """The real program, run in `folder`; `db` is where its index lies."""

    def __init__(self, quire, folder, db=None):
        self.quire, self.folder, self.db = os.path.abspath(quire), folder, db or folder / ".quire"
        self.env = {"HOME": str(folder.parent), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "QUIRE_DB": str(self.db)}

    def start(self, *words, under=()):
        # Where the sanitizer is built in, its search for leaks wants to trace the process itself.
        env = self.env | {"ASAN_OPTIONS": "detect_leaks=0"} if under else self.env
        return subprocess.Popen([*under, self.quire, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                cwd=self.folder, env=env)

    def run(self, *words, under=()):
        return self.answer(self.start(*words, under=under), words)

    def answer(self, process, words):
        out, err = process.communicate(timeout=TIMEOUT_S)
        return Answer(words, process.returncode, out, err)

    def seconds(self, *words):
        began = time.monotonic()
        self.run(*words)
        return time.monotonic() - began


class Tree:
    """Source files of a few functions, each of which names the file's version."""

    def __init__(self, root):
        self.root, self.versions = root, {}
        root.mkdir(exist_ok=True)

    def write(self, path, version):
        parts = [f"def part_{part}_of_version_{version}(argument):\n" +
                 "".join(f"    value_{line} = compute(argument, {version * line})\n" for line in range(4))
                 for part in range(PARTS_OF_FILE)]
        (self.root / path).write_text("\n".join(parts))
        self.versions[path] = version

    def remove(self, path):
        (self.root / path).unlink()
        del self.versions[path]

    def fill(self, files):
        """Version 0 of as many files."""
        for number in range(files):
            self.write(f"f{number}.py", 0)

    def change(self, random, files, version):
        """Up to half of the files that fill() makes get another version, are made again, or go."""
        for path in random.sample([f"f{number}.py" for number in range(files)], random.randint(1, files // 2)):
            if path in self.versions and random.random() < 0.2:
                self.remove(path)
            else:
                self.write(path, version)


class Unreadable(Exception):
    """The index does not answer, and does not say plainly that there is none."""


class Lost(Exception):
    """The index does not hold what it must."""


def says_there_is_none(answer, code):
    return answer.code == code and "no index in" in answer.err


def rows_of(program):
    """What the index holds; nothing where it says that there is none."""
    answer = program.run("export")
    if says_there_is_none(answer, 1):
        return []
    if answer.code != 0:
        raise Unreadable(answer)
    return rows_in(answer.out)


def rows_in(exported):
    """Without the first line, which says what the rows are of."""
    rows = [json.loads(line) for line in exported.splitlines()]
    return rows[1:] if rows and "quire_export" in rows[0] else rows


def versions_in(rows):
    """The version of each file."""
    parts = {}
    for row in rows:
        for part, version in MARK.findall(row["content"]):
            parts.setdefault(row["file_path"], []).append((int(version), int(part)))
    for path, found in parts.items():
        if sorted(found) != [(found[0][0], part) for part in range(PARTS_OF_FILE)]:
            raise Lost(f"{path} holds (version, part) {found}")
    return {path: found[0][0] for path, found in parts.items()}


def examine(program, before, after):
    """After a run that was cut short: the index answers, and holds each file as it was `before` the run or as it is
    `after` it, whole. Versions by path."""
    rows = rows_of(program)
    found = versions_in(rows)
    for path in {*before, *after, *found}:
        if found.get(path) not in (before.get(path), after.get(path)):
            raise Lost(f"{path} has version {found.get(path)}, not {before.get(path)} or {after.get(path)}")
    status = program.run("status", "--json")
    if status.code != 0 and (rows or not says_there_is_none(status, 1)):
        raise Unreadable(status)
    if status.code == 0 and json.loads(status.out)["files"] != len(found):
        raise Lost(f"{status} but the rows are of {len(found)} files")
    search = program.run("search", "compute the value of this argument")
    if search.code != (0 if rows else 1) and (rows or not says_there_is_none(search, 2)):
        raise Unreadable(search)
    return rows


def finish(program, versions, check="check"):
    """The next run does what is left, and leaves a sound index of everything."""
    for words in (["index"], [check]):
        answer = program.run(*words)
        if answer.code != 0:
            raise Unreadable(answer)
    found = versions_in(rows_of(program))
    if found != versions:
        raise Lost(f"after `quire index` the versions are {found}, not {versions}")


def same_as_fresh(program, folder):
    """Raises Lost unless the index holds what a new index of the same tree holds, vectors included. A file that was
    written again without a change keeps its time."""
    def contents(of):
        return sorted(json.dumps(row | {"key": 0, "last_modified": 0}, sort_keys=True) for row in rows_of(of))
    fresh = Program(program.quire, program.folder, folder)
    fresh.run("index")
    if contents(fresh) != contents(program):
        raise Lost("the index differs from a new one of the same tree")


class Folder:
    """A temporary folder; in memory if that is asked for and there is such a file system."""

    def __init__(self, in_memory=False):
        memory = "/dev/shm" if in_memory and os.access("/dev/shm", os.W_OK) else None
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="quire-reliability-", dir=memory))

    def __enter__(self):
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)
