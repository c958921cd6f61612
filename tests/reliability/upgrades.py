#!/usr/bin/env python3
"""R28: programs of two versions over one store, beside each other and in turn: what one of them can't read it refuses
with the number, and changes no byte; nothing is lost.

  upgrades.py QUIRE     $QUIRE_OLD: a program of an earlier version, for the cases that need one
"""

import fcntl
import json
import os
import pathlib
import struct
import sys
import time

from scoreboard import report
from stores import METADATA, Tree, sign_journal, sign_metadata

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "mcp"))
from server import Server  # noqa: E402

QUIRE = os.path.abspath(sys.argv[1])
OLD = os.environ.get("QUIRE_OLD") and os.path.abspath(os.environ["QUIRE_OLD"])
ROUNDS = 5
COMMANDS = (["check"], ["check", "--repair"], ["search", "step"], ["symbol", "step"], ["index"], ["compact"], ["export"],
            ["status"], ["files"])


def expect(found, expected, what):
    if found != expected:
        raise AssertionError(f"{what}: found {found}, expected {expected}")


def write(tree, name, number):
    (tree.root / "src" / name).write_text(f"def step_number_{number}():\n    return {number}\n")


def names(tree, program, number):
    """The files where `program` finds the function of this number."""
    tree.program = program
    ran = tree.quire("symbol", "--json", f"step_number_{number}")
    return [hit["file_path"] for hit in json.loads("\n".join(ran.out))["results"]] if ran.code == 0 else ran.err


def chunks(tree, program):
    tree.program = program
    return sorted(json.loads(line)["content"] for line in tree.quire("export").out if '"content"' in line)


def two_versions_in_turn():
    with Tree(QUIRE) as tree:
        for number in range(2 * ROUNDS):
            tree.program = (OLD, QUIRE)[number % 2]
            write(tree, "turn.py", number)
            expect(tree.quire("index").code, 0, f"exit code of index in turn {number}")
            for program in (OLD, QUIRE):
                expect(names(tree, program, number), ["src/turn.py"], f"{program} in turn {number}")
        expect(chunks(tree, OLD), chunks(tree, QUIRE), "the chunks")
        tree.program = QUIRE
        expect(tree.quire("check").code, 0, "exit code of check")


class Serving:
    """A server of `program` over the tree; told where it has to keep what it knows of indexes."""

    def __init__(self, tree, program):
        env = {"HOME": str(tree.folder), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        self.server = Server(program, "mcp", "--root", tree.root, env=env, cwd=tree.root)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.process.kill()
        self.server.process.wait()

    def symbol(self, number):
        """What find_by_symbol says of the function of this number, as text."""
        return json.dumps(self.server.call("find_by_symbol", pattern=f"step_number_{number}"))


def eventually(condition, tries=100):
    for _ in range(tries):
        if condition():
            return True
        time.sleep(0.1)
    return False


def a_server_follows_the_other_version(serving, writing):
    with Tree(QUIRE) as tree, Serving(tree, serving) as server:
        for number in range(ROUNDS):
            write(tree, "beside.py", 100 + number)
            tree.program = writing
            # The server may be the writer of the moment: the other one waits for it, or says so.
            expect(eventually(lambda: tree.quire("index").code == 0, 5), True, "index beside a server")
            expect(eventually(lambda: "beside.py" in server.symbol(100 + number)), True, f"commit {number} is found")
        expect(chunks(tree, OLD), chunks(tree, QUIRE), "the chunks")


def with_fields(tree):
    """A store of format 2 beside the tree: exported, given a field, imported."""
    tree.program = QUIRE
    lines = [json.loads(line) for line in tree.quire("export").out]
    lines[0] |= {"quire_export": 2, "fields": {"rank": {"type": "i64"}}}
    for number, line in enumerate(lines[1:]):
        line["rank"] = number
    (tree.root / "rows.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    tree.remove("index.usearch", METADATA, *[path.name for path in tree.db.glob("journal-*")], "cache")
    expect(tree.quire("import", "rows.jsonl").code, 0, "exit code of import")


def an_older_program_refuses_own_fields(checkpointed):
    with Tree(QUIRE) as tree:
        with_fields(tree)
        if checkpointed:
            expect(tree.quire("compact").code, 0, "exit code of compact")
        before = tree.content()
        tree.program = OLD
        for command in (*COMMANDS, ["import", "rows.jsonl"]):
            ran = tree.quire(*command)
            expect(ran.code in (1, 2), True, f"exit code of {command}: {ran}")
            expect("found format 2" in "\n".join(ran.err), True, f"what is said of {command}: {ran}")
            expect(tree.content(), before, f"the files after {command}")
        tree.program = QUIRE
        expect(tree.quire("check").code, 0, "exit code of check")
        found = tree.quire("search", "--where", "rank >= 0", "step")
        expect(found.code, 0, f"exit code of a search by the field: {found}")


def newer_metadata(data):
    return sign_metadata(data.replace(b'{"format":1,', b'{"format":3,').replace(b'{"format":2,', b'{"format":3,'))


def all_but_the_lock(tree):
    """The store's files; the text of LOCK names whoever asked for it last, before it could look at the rest."""
    return {name: text for name, text in tree.content().items() if name != "LOCK"}


def replace_whole(tree, name, data):
    """As a writer does it: by a rename, while it holds byte 0 of LOCK."""
    with open(tree.db / "LOCK", "r+b") as lock:
        fcntl.lockf(lock, fcntl.LOCK_EX, 1)
        tree.write(name + ".new", data)
        os.rename(tree.db / (name + ".new"), tree.db / name)


def a_server_meets_a_newer_store(serving, number, make):
    """A newer program migrates the store under a server of an older one, which answers no more of it, and writes nothing."""
    with Tree(QUIRE) as tree:
        tree.program = QUIRE
        expect(tree.quire("compact").code, 0, "exit code of compact")
        with Serving(tree, serving) as server:
            expect("step1" in json.dumps(server.server.call("list_files")), True, "the server answers")
            make(tree)
            before = all_but_the_lock(tree)
            expect(eventually(lambda: f"format {number}" in server.symbol(1)), True,
                   f"what the server says: {server.symbol(1)[:500]}")
            write(tree, "new.py", 1000)
            server.symbol(1000)
            expect(all_but_the_lock(tree), before, "the files")


def migrate_to_3(tree):
    replace_whole(tree, METADATA, newer_metadata(tree.read(METADATA)))


def migrate_journal_to_3(tree):
    name = max(path.name for path in tree.db.glob("journal-*"))
    data = tree.read(name)
    replace_whole(tree, name, sign_journal(data[:8] + struct.pack("<I", 3) + data[12:]))


CASES = [("a server meets a newer metadata.json", a_server_meets_a_newer_store, (QUIRE, 3, migrate_to_3)),
         ("a server meets a newer journal", a_server_meets_a_newer_store, (QUIRE, 3, migrate_journal_to_3))]
if OLD is not None:
    CASES += [
        ("two versions in turn", two_versions_in_turn, ()),
        ("an old server follows", a_server_follows_the_other_version, (OLD, QUIRE)),
        ("a new server follows", a_server_follows_the_other_version, (QUIRE, OLD)),
        ("an older program refuses own fields in a journal", an_older_program_refuses_own_fields, (False,)),
        ("an older program refuses own fields in a checkpoint", an_older_program_refuses_own_fields, (True,)),
        ("an old server meets own fields", a_server_meets_a_newer_store, (OLD, 2, with_fields)),
    ]


def main():
    bad = 0
    for name, check, arguments in CASES:
        try:
            check(*arguments)
        except Exception as error:  # Whatever went wrong, the other cases are run.
            bad += 1
            print(f"{name}: {type(error).__name__}: {error}"[:3000])
    report("R28", cases=len(CASES), bad=bad)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
