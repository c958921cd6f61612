#!/usr/bin/env python3
"""Checks that every include goes where tools/layers.txt allows.

  tools/check_layers.py [ROOT]     0: all keep to the table; 1: what doesn't, one line each
  tools/check_layers.py --self-test
"""

import fnmatch
import os
import pathlib
import re
import sys
import tempfile

SOURCE_FOLDERS = ("include", "src", "apps", "bench", "fuzz", "tests")
SUFFIXES = {".hpp", ".cpp", ".h", ".c"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
# A comment, a raw string, a string or a character literal, but not the ' of a number like 1'000.
NOT_CODE = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"([^(\s]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'',
    re.DOTALL)


class Table:
    """What layers.txt says: rooms, doors and words."""

    def __init__(self, text):
        self.rooms, self.doors, self.words = {}, [], []
        for line in text.splitlines():
            line = line.strip()
            if not line or line.startswith("#"):
                continue
            kind, _, rest = line.partition(" ")
            left, _, right = line.rpartition(":") if kind in ("door", "word") else line.partition(":")
            if kind == "door":
                self.doors.append((left.split()[1:], right.split()))
            elif kind == "word":
                self.words.append((re.compile(left[len("word "):].strip()), right.split()))
            else:
                self.rooms[left.strip()] = set(right.split())

    def room_of(self, folder):
        """The longest room name that is `folder` or one of its parents."""
        while folder and folder not in self.rooms:
            folder = folder.rpartition("/")[0]
        return folder

    def allowed(self, room):
        if room in self.rooms and not room.startswith("tests/"):
            return self.rooms[room] | {room}
        tested = self.room_of(room.removeprefix("tests/"))
        return self.rooms.get(room, self.rooms.get(tested, set()) | {tested}) | {room, "tests/support"}


def room_of_file(table, path):
    folder = path.rpartition("/")[0]
    if folder.startswith("include/"):
        return folder.removeprefix("include/")
    if folder.startswith("src/"):
        folder = folder.removeprefix("src/")
    elif folder.startswith("tests/"):
        return table.room_of(folder) or folder
    return table.room_of(folder)


def room_of_include(table, root, name):
    """The room of an included file of ours; None when it isn't one."""
    if name.startswith("quire/"):
        return "quire"
    for base, prefix in (("src", ""), ("apps", "apps/"), ("tests", "tests/"), ("bench", "bench/"), ("fuzz", "fuzz/")):
        if (root / base / name).is_file():
            folder = prefix + name.rpartition("/")[0]
            return table.room_of(folder) or folder
    return None


def may(path, patterns):
    return any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns)


def check_file(table, root, path, text):
    """Yields one complaint for each rule that the file breaks."""
    room = room_of_file(table, path)
    if not room:
        yield f"{path}: its folder has no line in tools/layers.txt"
        return
    for match in INCLUDE.finditer(text):
        where = f"{path}:{text.count(chr(10), 0, match.start(2)) + 1}"
        bracket, name = match.groups()
        for headers, files in table.doors:
            if any(name == h or (h.endswith("/") and name.startswith(h)) for h in headers) and not may(path, files):
                yield f"{where}: includes <{name}>; only {' '.join(files)} may"
        if name.startswith(".."):
            yield f'{where}: includes "{name}"; name it from src/'
        target = room_of_include(table, root, name)
        if target is None:
            if bracket == '"' and not path.startswith("fuzz/") and not (root / path).parent.joinpath(name).is_file():
                yield f'{where}: includes "{name}", which is no file of ours'
        elif target not in table.allowed(room):
            yield f"{where}: {room} includes {name} of {target}; its line in tools/layers.txt doesn't name {target}"
    code = NOT_CODE.sub(lambda m: "\n" * m.group().count("\n"), text)
    for pattern, files in table.words:
        if may(path, files):
            continue
        for match in pattern.finditer(code):
            yield f"{path}:{code.count(chr(10), 0, match.start()) + 1}: says {match.group()}; only {' '.join(files)} may"


def circles(table):
    for room, below in table.rooms.items():
        for other in below:
            if room != other and room in table.rooms.get(other, ()):
                yield f"tools/layers.txt: {room} and {other} each name the other"
            if other not in table.rooms:
                yield f"tools/layers.txt: {room} names {other}, which has no line"


def check(root):
    table = Table((root / "tools/layers.txt").read_text())
    complaints, seen = list(circles(table)), 0
    for folder in SOURCE_FOLDERS:
        for directory, _, names in os.walk(root / folder):
            for name in sorted(names):
                file = pathlib.Path(directory, name)
                if file.suffix in SUFFIXES:
                    seen += 1
                    complaints += check_file(table, root, file.relative_to(root).as_posix(), file.read_text())
    return complaints, seen


SELF_TEST = [  # (file, text, what the complaint must say; None: no complaint)
    ("src/base/a.cpp", '#include "base/a.hpp"\n#include <quire/q.hpp>\n#include <vector>\n', None),
    ("src/base/a.cpp", '#include "store/handle.hpp"\n', "base includes store/handle.hpp of store"),
    ("src/store/journal/a.cpp", '#include "store/handle.hpp"\n', "store/journal includes store/handle.hpp"),
    ("src/store/a.cpp", '#include "store/journal/journal.hpp"\n', None),
    ("src/source/a.cpp", '#include "store/journal/journal.hpp"\n', "source includes store/journal/journal.hpp"),
    ("src/source/a.cpp", '#include "../base/a.hpp"\n', "name it from src/"),
    ("src/source/a.cpp", '#include <usearch/index.hpp>\n', "only tests/support/usearch_index.cpp may"),
    ("tests/support/usearch_index.cpp", '#include <usearch/index.hpp>\n', None),
    ("src/store/a.cpp", '#include <unistd.h>\n', "includes <unistd.h>"),
    ("src/store/a.cpp", 'std::filesystem::rename(a, b);\n', "says std::filesystem::rename"),
    ("src/store/a.cpp", '// std::filesystem::rename(a, b) would tear\nauto s = "throw";\nint n = 1\'000; /* throw */\n', None),
    ("src/store/a.cpp", 'int n = 1\'000;\nthrow 1;\nint m = 2\'000;\n', "a.cpp:2: says throw"),
    ("src/nowhere/a.cpp", "", "has no line"),
    ("apps/cli/a.cpp", '#include "store/handle.hpp"\n', "apps/cli includes"),
    ("include/quire/q.hpp", '#include "base/a.hpp"\n', "quire includes base/a.hpp of base"),
    ("include/quire/q.hpp", '#include <nlohmann/json.hpp>\n', "includes <nlohmann/json.hpp>"),
    ("tests/base/a_test.cpp", '#include "base/a.hpp"\n#include "support/temp_dir.hpp"\n#include <gtest/gtest.h>\n', None),
    ("tests/base/a_test.cpp", '#include "store/handle.hpp"\n', "tests/base includes store/handle.hpp"),
    ("tests/store/journal/a_test.cpp", '#include "store/journal/journal.hpp"\n#include "base/a.hpp"\n', None),
    ("tests/store/journal/a_test.cpp", '#include "store/journal/golden.hpp"\n', None),
    ("tests/base/a_test.cpp", '#include "store/journal/golden.hpp"\n', "tests/base includes store/journal/golden.hpp"),
    ("src/base/a.cpp", '#include "base/gone.hpp"\n', "no file of ours"),
]


def self_test(table_text):
    """Plants each violation in a tree of its own and looks for its complaint."""
    failed = 0
    for path, text, expected in SELF_TEST:
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            files = {"tools/layers.txt": table_text, "include/quire/q.hpp": "", "src/base/a.hpp": "",
                     "src/store/handle.hpp": "", "src/store/journal/journal.hpp": "",
                     "tests/support/temp_dir.hpp": "", "tests/store/journal/golden.hpp": "", path: text}
            for name, content in files.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(content)
            complaints, _ = check(root)
        good = not complaints if expected is None else len(complaints) == 1 and expected in complaints[0]
        if not good:
            failed += 1
            print(f"self-test: {path} with {text!r}: expected {expected!r}, got {complaints}", file=sys.stderr)
    for text in ("a: b\nb: a\n", "a: gone\n"):
        if not list(circles(Table(text))):
            failed += 1
            print(f"self-test: no complaint about the table {text!r}", file=sys.stderr)
    print(f"check_layers self-test: {len(SELF_TEST) + 2 - failed} passed, {failed} failed")
    return failed


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    if sys.argv[1:] == ["--self-test"]:
        return 1 if self_test((root / "tools/layers.txt").read_text()) else 0
    if len(sys.argv) > 1:
        root = pathlib.Path(sys.argv[1])
    complaints, seen = check(root)
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    print(f"layers: {seen} files, {len(complaints)} broken")
    return 1 if complaints or not seen else 0


if __name__ == "__main__":
    sys.exit(main())
