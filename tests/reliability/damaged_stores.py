#!/usr/bin/env python3
"""R22: stores as people, tools and disks damage them. What `quire check`, `quire search` and `quire check --repair` say
of each, word for word, is in damaged_stores.expected. Besides: no answer is a wrong one, what --repair keeps was there,
the store is sound after it, `quire index --rebuild` makes the whole index again, and no run crashes or hangs.

  damaged_stores.py QUIRE [NAME...]     only the cases whose name has one of these words in it
  damaged_stores.py QUIRE --write       writes damaged_stores.expected anew, to be read by a person
"""

import difflib
import json
import os
import pathlib
import struct
import sys

from scoreboard import portion_of, report
from stores import (CACHE, FOOTER, GOLDEN, INDEX, JOURNAL_HEADER, METADATA, Tree, sign_cache, sign_index, sign_journal,
                    sign_metadata)

QUIRE = os.path.abspath(sys.argv[1])
EXPECTED = pathlib.Path(__file__).resolve().with_suffix(".expected")
J1, J2, J3, J4 = (f"journal-{number:08}.log" for number in (1, 2, 3, 4))
OTHER_UUID = bytes(range(16, 32))
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"4d" * 32 + b"\nsize 9269\n"
STATES = ("format-1-pair", "format-1-journals", "format-1-torn")
ALL_CHUNKS = 34
UNREADABLE = "metadata: unreadable"


# ---- Damage that takes more than a line. The store: 25 chunks in the pair (commit 1), 4 removed and 8 inserted by the
# first journal (commit 2), 5 inserted by the second one (commit 3).

def halve_dimensions(tree):
    data = tree.read(INDEX)
    rows, stride = struct.unpack_from("<II", data)
    vectors = b"".join(data[8 + row * stride:8 + row * stride + stride // 2] for row in range(rows))
    rest = data[8 + rows * stride:]
    rest = rest[:33] + struct.pack("<Q", 128) + rest[41:]
    tree.write(INDEX, sign_index(struct.pack("<II", rows, stride // 2) + vectors + rest))


def strip_metadata(tree):
    """Its members that the original design knows."""
    members = json.loads(tree.read(METADATA))
    tree.write(METADATA, json.dumps({name: members[name] for name in ("next_key", "chunks")}).encode())


def leave_conflict(tree):
    ours = b'"swept":"1795369563"'
    tree.replace(METADATA, ours, b"<<<<<<< HEAD\n" + ours + b'\n=======\n"swept":"1795369999"\n>>>>>>> other')


def drop_row(data):
    return sign_metadata(b"\n".join(line for line in data.split(b"\n") if not line.startswith(b'"4":')))


def lay_out(data):
    return json.dumps(json.loads(data), indent=2).encode()


def swap_names(tree):
    index, metadata = tree.read(INDEX), tree.read(METADATA)
    tree.write(INDEX, metadata)
    tree.write(METADATA, index)


def link_nowhere(tree, name):
    tree.remove(name)
    (tree.db / name).symlink_to("nowhere")


def sign_first_frame(tree, offset, value):
    tree.put(J2, JOURNAL_HEADER + offset, struct.pack("<Q", value))
    tree.edit(J2, sign_journal)


def of_other_store(tree, name):
    tree.put(name, 24, OTHER_UUID)
    tree.edit(name, sign_journal)


def restore_first_journal(tree):
    """The journal before the first checkpoint, from a backup."""
    fields = struct.pack("<QQQQ", 1, 7, 0, 0)
    tree.write(J1, sign_journal(tree.read(J2)[:40] + fields + bytes(24)))


def empty(tree, *names):
    for name in names:
        tree.write(name, b"")


CASES = [
    ("index: a bit in a vector", lambda t: t.flip(INDEX, 8 + 3 * 512 + 10)),
    ("index: a bit in a link", lambda t: t.flip(INDEX, 15000)),
    ("index: a bit in usearch's head", lambda t: t.flip(INDEX, 8 + 25 * 512 + 2)),
    ("index: a bit in the footer", lambda t: t.flip(INDEX, 16716 + 16)),
    ("index: a bit in the footer's magic", lambda t: t.flip(INDEX, 16716 + 1)),
    ("index: a block of zeros", lambda t: t.put(INDEX, 8192, bytes(4096))),
    ("index: zeros alone", lambda t: t.put(INDEX, 0, bytes(16780))),
    ("index: a bit in a vector, no cache", lambda t: (t.flip(INDEX, 8 + 3 * 512 + 10), t.remove(CACHE))),
    ("index: footer cut off", lambda t: t.cut(INDEX, -FOOTER)),
    ("index: footer cut off, no journal", lambda t: (t.cut(INDEX, -FOOTER), t.remove(J2, J3))),
    ("index: footer cut in half", lambda t: t.cut(INDEX, -30)),
    ("index: cut within the vectors", lambda t: t.cut(INDEX, 8000)),
    ("index: cut within the graph", lambda t: t.cut(INDEX, 15000)),
    ("index: empty", lambda t: empty(t, INDEX)),
    ("index: missing", lambda t: t.remove(INDEX)),
    ("index: a folder", lambda t: t.make_folder(INDEX)),
    ("index: a pointer of git-LFS", lambda t: t.write(INDEX, POINTER)),
    ("index: of another store", lambda t: t.edit(INDEX, lambda data: sign_index(data, uuid=OTHER_UUID))),
    ("index: of another dimension count", halve_dimensions),
    ("index: of a newer format", lambda t: t.edit(INDEX, lambda data: sign_index(data, format=2))),
    ("index: of a later commit", lambda t: t.edit(INDEX, lambda data: sign_index(data, lsn=9))),
    ("index: bytes appended", lambda t: t.append(INDEX, bytes(100))),
    ("metadata: a bit in a text", lambda t: t.flip(METADATA, 6500)),
    ("metadata: a bit in a text, no cache", lambda t: (t.flip(METADATA, 6500), t.remove(CACHE))),
    ("metadata: a wrong bracket", lambda t: t.replace(METADATA, b'},\n"3":{', b'],\n"3":{')),
    ("metadata: a digit of its checksum", lambda t: t.flip(METADATA, 9269 - 5)),
    ("metadata: two rows with one key", lambda t: t.replace(METADATA, b'"3":{', b'"2":{')),
    ("metadata: two rows with one key, signed", lambda t: t.signed_replace(b'"3":{', b'"2":{')),
    ("metadata: a member twice, signed", lambda t: t.signed_replace(b'"lsn":1,', b'"lsn":1,"lsn":1,')),
    ("metadata: no lsn, signed", lambda t: t.signed_replace(b'"lsn":1,', b"")),
    ("metadata: a row without language, signed", lambda t: t.signed_replace(b'"language":"go",', b"")),
    ("metadata: a row deleted, signed", lambda t: t.edit(METADATA, drop_row)),
    ("metadata: next_key lowered, signed", lambda t: t.signed_replace(b'"next_key":25', b'"next_key":20')),
    ("metadata: a word replaced throughout", lambda t: t.replace(METADATA, b"make_step_4", b"build_step_4", -1)),
    ("metadata: a row edited by hand", lambda t: t.replace(METADATA, b'"start_line":7', b'"start_line":8')),
    ("metadata: laid out anew", lambda t: t.edit(METADATA, lay_out)),
    ("metadata: cut", lambda t: t.cut(METADATA, 5000)),
    ("metadata: cut within its last line", lambda t: t.cut(METADATA, -20)),
    ("metadata: a comment appended", lambda t: t.append(METADATA, b"// checked\n")),
    ("metadata: a block of zeros", lambda t: t.put(METADATA, 4096, bytes(4096))),
    ("metadata: CR LF", lambda t: t.edit(METADATA, lambda data: data.replace(b"\n", b"\r\n"))),
    ("metadata: a byte order mark", lambda t: t.edit(METADATA, lambda data: b"\xef\xbb\xbf" + data)),
    ("metadata: UTF-16", lambda t: t.edit(METADATA, lambda data: data.decode().encode("utf-16"))),
    ("metadata: a merge conflict", leave_conflict),
    ("metadata: a pointer of git-LFS", lambda t: t.write(METADATA, POINTER)),
    ("metadata: a web page", lambda t: t.write(METADATA, b"<!DOCTYPE html>\n<title>404</title>\n")),
    ("metadata: empty", lambda t: empty(t, METADATA)),
    ("metadata: missing", lambda t: t.remove(METADATA)),
    ("metadata: a folder", lambda t: t.make_folder(METADATA)),
    ("metadata: a link to nothing", lambda t: link_nowhere(t, METADATA)),
    (UNREADABLE, lambda t: (t.become_nobody(), (t.db / METADATA).chmod(0))),
    ("metadata: of another store", lambda t: t.signed_replace(b'"uuid":"4d', b'"uuid":"4e')),
    ("metadata: of a newer format", lambda t: t.signed_replace(b'"format":1', b'"format":3')),
    ("pair: names swapped", swap_names),
    ("pair: missing", lambda t: t.remove(INDEX, METADATA)),
    ("pair: metadata of the original design", strip_metadata),
    ("pair: of the original design beside journals", lambda t: (strip_metadata(t), t.cut(INDEX, -FOOTER))),
    ("everything: empty", lambda t: empty(t, INDEX, METADATA, J2, J3)),
    ("journal: a bit in the header", lambda t: t.flip(J2, 40)),
    ("journal: a bit in the magic", lambda t: t.flip(J2, 3)),
    ("journal: a bit in a frame's header", lambda t: t.flip(J2, JOURNAL_HEADER + 4)),
    ("journal: a bit in a commit", lambda t: t.flip(J2, 3000)),
    ("journal: a bit in the last commit", lambda t: t.flip(J3, 3000)),
    ("journal: a frame's length changed", lambda t: t.put(J2, JOURNAL_HEADER + 8, struct.pack("<Q", 5904))),
    ("journal: a frame of 4 GiB, signed", lambda t: sign_first_frame(t, 8, 1 << 32)),
    ("journal: a gap in the commits, signed", lambda t: sign_first_frame(t, 16, 5)),
    ("journal: the first cut in a frame", lambda t: t.cut(J2, 3000)),
    ("journal: the last cut in a frame", lambda t: t.cut(J3, 3000)),
    ("journal: the last cut to its header", lambda t: t.cut(J3, JOURNAL_HEADER)),
    ("journal: the last cut in its header", lambda t: t.cut(J3, 50)),
    ("journal: the last ends in zeros", lambda t: t.put(J3, 2000, bytes(4072 - 2000))),
    ("journal: bytes after the seal", lambda t: t.append(J3, b"x" * 64)),
    ("journal: empty", lambda t: empty(t, J3)),
    ("journal: the first missing", lambda t: t.remove(J2)),
    ("journal: the last missing", lambda t: t.remove(J3)),
    ("journal: all missing", lambda t: t.remove(J2, J3)),
    ("journal: a folder", lambda t: t.make_folder(J3)),
    ("journal: of another store", lambda t: of_other_store(t, J3)),
    ("journal: a copy under the next name", lambda t: t.write(J4, t.read(J3))),
    ("journal: an old one restored", restore_first_journal),
    ("journal: of a newer format", lambda t: (t.put(J3, 8, struct.pack("<I", 3)), t.edit(J3, sign_journal))),
    ("cache: a bit", lambda t: t.flip(CACHE, 1000)),
    ("cache: a wrong hash, signed", lambda t: (t.flip(CACHE, 88), t.edit(CACHE, sign_cache))),
    ("cache: missing", lambda t: t.remove(CACHE)),
    ("cache: empty", lambda t: empty(t, CACHE)),
    ("cache: of another checkpoint", lambda t: (t.write("cache/checkpoint-7", t.read(CACHE)), t.remove(CACHE))),
    ("cache: a file", lambda t: (t.remove("cache"), t.write("cache", b"x"))),
    ("LOCK: a folder", lambda t: t.make_folder("LOCK")),
    ("LOCK: a link to nothing", lambda t: (t.db / "LOCK").symlink_to("nowhere")),
    ("leftovers of a write", lambda t: empty(t, "index.usearch.tmp", "metadata.json.tmp", "journal.tmp")),
]


# ---- What must hold of each.

def known_hits():
    """Every true answer to the question, at any commit."""
    hits = set()
    for state in STATES:
        with Tree(QUIRE, state) as tree:
            hits |= hits_of(tree.search())
    return hits


def hits_of(ran):
    return {(hit["key"], hit["file_path"], hit["start_line"], hit["score"]) for hit in
            json.loads("\n".join(ran.out))["results"]} if ran.code == 0 else set()


def known_rows():
    return {line for state in STATES for line in (GOLDEN / state / "rows.jsonl").read_text().splitlines()}


def shown(title, ran):
    """One run, as damaged_stores.expected has it."""
    lines = [f"  {line}" for line in ran.out + ran.err if not line.startswith("kept the old ")]
    return [f"{title}: exit code {ran.code}", *lines]


class Case:
    def __init__(self, name, damage):
        self.name, self.damage, self.problems = name, damage, []

    def expect(self, holds, what):
        if not holds:
            self.problems.append(what)

    def run(self, hits, rows):
        """What the program says, to be compared."""
        with Tree(QUIRE) as tree:
            self.damage(tree)
            lines = shown("check", checked := tree.quire("check"))
            asked = tree.search()
            lines += shown("search", asked) if asked.code else [f"search: {len(hits_of(asked))} hits"]
            self.expect(hits_of(asked) <= hits, "a wrong answer")
            self.expect(asked.code == 2 or checked.code == 0, "a damaged store answers")
            lines += shown("check --repair", repaired := tree.quire("check", "--repair"))
            lines += shown("check", after := tree.quire("check"))
            self.expect(not after.out or repaired.code == 1 and "newer" in str(repaired), "a repaired store is damaged")
            exported = tree.quire("export")
            self.expect(set(exported.out[1:]) <= rows, "a repaired store has wrong rows")
            lines += [f"chunks: {len(exported.out[1:])}"]
            self.follow_advice(tree, after)
        self.rebuild()
        return lines

    def follow_advice(self, tree, after):
        """What check said last to do about a part that is missing does it."""
        if "unfinished" in str(after):
            ran = tree.quire("index", *(["--rebuild"] if "--rebuild" in str(after) else []))
            self.expect(ran.code == 0, f"the advice does not help: {ran}")
            self.expect(len(tree.quire("export").out[1:]) == ALL_CHUNKS, "not all chunks after the advice")

    def rebuild(self):
        with Tree(QUIRE) as tree:
            self.damage(tree)
            ran = tree.quire("index", "--rebuild")
            if self.name == UNREADABLE:  # Somebody took the right away, and can give it back.
                self.expect(ran.code == 1 and "Permission denied" in str(ran), f"--rebuild: {ran}")
                return
            self.expect(ran.code == 0, f"--rebuild: {ran}")
            self.expect(len(tree.quire("export").out[1:]) == ALL_CHUNKS, "not all chunks after --rebuild")
            self.expect(tree.quire("check").code == 0, "damaged after --rebuild")


def compare(case, found, expected):
    return list(difflib.unified_diff(expected.get(case.name, []), found, "expected", "found", lineterm="", n=9))


def read_expected():
    """{name: lines}"""
    blocks = EXPECTED.read_text().split("== ")[1:] if EXPECTED.exists() else []
    return {block.splitlines()[0]: [line for line in block.splitlines()[1:] if line] for block in blocks}


def run_cases(cases):
    """{name: what the program said}, and how many were bad."""
    hits, rows, expected, bad, said = known_hits(), known_rows(), read_expected(), 0, {}
    for case in cases:
        try:
            said[case.name] = case.run(hits, rows)
            case.problems += compare(case, said[case.name], expected) if "--write" not in sys.argv else []
        except Exception as error:  # A signal, a time that ran out: the other cases are run.
            case.problems.append(f"{type(error).__name__}: {error}")
        if case.problems:
            bad += 1
            print(f"{case.name}:", *case.problems, sep="\n    ")
    return said, bad


def main():
    words = [word for word in sys.argv[2:] if word != "--write"]
    cases = [Case(*case) for case in CASES if not words or any(word in case[0] for word in words)]
    if "--write" not in sys.argv:
        cases = portion_of(cases, 4)
    said, bad = run_cases(cases)
    if "--write" in sys.argv:
        EXPECTED.write_text("\n".join("\n".join([f"== {name}", *lines, ""]) for name, lines in said.items()))
    report("R22", stores=len(cases), bad=bad)
    return 1 if bad or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
