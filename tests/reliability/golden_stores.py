#!/usr/bin/env python3
"""R21: the golden stores of every released format open, answer what is written beside them and can be written to; one
of a newer format is refused by every command, and stays as it is.

  golden_stores.py QUIRE [NAME...]     only the cases whose name has one of these words in it
"""

import json
import os
import struct
import sys

from scoreboard import portion_of, report
from stores import GOLDEN, INDEX, METADATA, Tree, sign_index, sign_journal, sign_metadata

QUIRE = os.path.abspath(sys.argv[1])
STORES = ("format-1-pair", "format-1-journals", "format-1-torn", "original-bare")
SIGNALS = "definition,path,file,role,repetition"
JOURNAL = "journal-00000002.log"
NEWER = {
    METADATA: lambda data: sign_metadata(data.replace(b'{"format":1,', b'{"format":3,')),
    INDEX: lambda data: sign_index(data, format=2),
    JOURNAL: lambda data: sign_journal(data[:8] + struct.pack("<I", 3) + data[12:]),
}
NUMBERS = {METADATA: (3, 2), INDEX: (2, 1), JOURNAL: (3, 2)}  # Of the newer file, and the newest that is read.
COMMANDS = (["check"], ["check", "--repair"], ["search", "step"], ["index"], ["compact"], ["export"], ["status"])


def expect(found, expected, what):
    if found != expected:
        raise AssertionError(f"{what}: found {found}, expected {expected}")


def rows(tree):
    return [json.loads(line) for line in tree.quire("export").out[1:]]


def answers(tree, question):
    """By vectors alone, in the order of their cosines: what the store says, not what a ranking makes of it."""
    found = tree.quire("search", "--json", "--model", "hash", "--by", "vectors", "--without", SIGNALS, question)
    return json.loads("\n".join(found.out))["results"]


def places(hits):
    return [(hit["key"], hit["file_path"], hit["start_line"]) for hit in hits]


def expect_answers(found, expected, question):
    """Scores are the cosines in parts of the best one's; the expected ones are the cosines, of six decimals."""
    expect(places(found), places(expected), question)
    for hit, wanted in zip(found, expected):
        share = wanted["score"] / expected[0]["score"]
        expect(abs(hit["score"] - share) < 1e-5, True, f"{question}: score {hit['score']} for {share}")


def it_answers(name):
    with Tree(QUIRE, name) as tree:
        before = tree.content()
        expect(rows(tree), [json.loads(line) for line in (GOLDEN / name / "rows.jsonl").open()], "rows")
        for question, expected in json.loads((GOLDEN / name / "answers.json").read_text()).items():
            expect_answers(answers(tree, question), expected, question)
        expect(tree.quire("check").code, 0, "exit code of check")
        expect(tree.content(), before, "the files after reading")


def it_is_written_to(name):
    """A checkpoint keeps every row; an indexing run adds a file's and removes another's."""
    with Tree(QUIRE, name) as tree:
        before = rows(tree)
        expect(tree.quire("compact").code, 0, "exit code of compact")
        expect(rows(tree), before, "rows after a checkpoint")
        (tree.root / "src/new.py").write_text("def added():\n    pass\n")
        (tree.root / "src/step1.py").unlink()
        rebuild = ["--rebuild"] if name == "original-bare" else []  # It does not say which model made it.
        expect(tree.quire("index", *rebuild).code, 0, "exit code of index")
        files = {row["file_path"] for row in rows(tree)}
        expect(("src/new.py" in files, "src/step1.py" in files), (True, False), "files added and removed")
        expect(min(row["key"] for row in rows(tree) if row["file_path"] == "src/new.py") > max(
            row["key"] for row in before), True, "keys are not used twice")
        expect(tree.quire("check").code, 0, "exit code of check")


def it_is_asked_by_words(name):
    """It does not say which model made its vectors: none is compared with them unasked."""
    with Tree(QUIRE, name) as tree:
        found = tree.quire("search", "--json", "step")
        expect(found.code, 0, "exit code of search")
        expect("does not say which model" in "\n".join(found.err), True, "what is said")


def a_newer_one_is_refused(file):
    with Tree(QUIRE) as tree:
        tree.edit(file, NEWER[file])
        before = tree.content()
        for command in COMMANDS:
            ran = tree.quire(*command)
            expect(ran.code, 2 if command[0] == "search" else 1, f"exit code of {command}")
            said = "\n".join(ran.err)
            found, newest = NUMBERS[file]
            words = (file, f"found format {found}", f"up to {newest}", "newer")
            expect([word in said for word in words], [True] * 4, said)
            expect(tree.content(), before, f"the files after {command}")


def a_newer_one_is_replaced_when_that_is_asked(file):
    with Tree(QUIRE) as tree:
        chunks = len(rows(tree))
        tree.edit(file, NEWER[file])
        ran = tree.quire("index", "--rebuild")
        expect((ran.code, len(rows(tree))), (0, chunks), "exit code and chunks of a rebuild")
        said = "\n".join(ran.err)
        expect("discarding the old index" in said and f"found format {NUMBERS[file][0]}" in said, True, said)


CASES = ([(f"{name} answers", it_answers, name) for name in STORES] +
         [(f"{name} is written to", it_is_written_to, name) for name in STORES] +
         [("original-bare is asked by words", it_is_asked_by_words, "original-bare")] +
         [(f"newer {file} is refused", a_newer_one_is_refused, file) for file in NEWER] +
         [(f"newer {file} is replaced when that is asked", a_newer_one_is_replaced_when_that_is_asked, file)
          for file in NEWER])


def main():
    wanted = [case for case in CASES if not sys.argv[2:] or any(word in case[0] for word in sys.argv[2:])]
    bad = 0
    cases = portion_of(wanted, 1)
    for name, check, argument in cases:
        try:
            check(argument)
        except Exception as error:  # Whatever went wrong, the other cases are run.
            bad += 1
            print(f"{name}: {type(error).__name__}: {error}"[:3000])
    report("R21", stores=len(cases), bad=bad)
    return 1 if bad or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
