#!/usr/bin/env python3
"""bench/retrieval with the real program on two small projects, and its figures beside ones worked out by hand.

  retrieval_test.py QUIRE [unittest arguments]
"""

import json
import math
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
QUIRE = os.path.abspath(sys.argv[1])
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "bench"))

import relevance  # noqa: E402


def rows(*files):
    return [{"file": file, "start_line": 1, "end_line": 9, "content": "x" * 5} for file in files]


def targets(*paths):
    return [{"path": path, "start_line": None, "end_line": None} for path in paths]


def record(number, ndcg, **members):
    return {"id": f"q{number}", "language": "c", "category": "symbol", "ndcg": ndcg} | members


class Score(unittest.TestCase):
    def check(self, score, ndcg, mrr, recall):
        for name, value in (("ndcg", ndcg), ("mrr", mrr), ("recall", recall)):
            self.assertAlmostEqual(score[name], value, places=12, msg=name)

    def test_of_a_known_ranking(self):
        ranked = rows("x.c", "a.c", "a.c", "y.c", "b.c")
        ideal = 1 + 1 / math.log2(3) + 1 / 2
        self.check(relevance.score(targets("a.c", "b.c", "c.c"), ranked), (1 / math.log2(3) + 1 / math.log2(6)) / ideal,
                   1 / 2, 2 / 3)

    def test_stops_at_the_tenth_row(self):
        nine = [f"{number}.c" for number in range(9)]
        self.check(relevance.score(targets("a.c"), rows(*nine, "a.c")), 1 / math.log2(11), 1 / 10, 1)
        self.check(relevance.score(targets("a.c"), rows(*nine, "x.c", "a.c")), 0, 0, 0)

    def test_targets_in_one_row_are_one_gain(self):
        both = [{"path": "a.c", "start_line": 1, "end_line": 2}, {"path": "a.c", "start_line": 5, "end_line": 6}]
        self.check(relevance.score(both, rows("a.c")), 1 / (1 + 1 / math.log2(3)), 1, 1)

    def test_of_nothing(self):
        self.check(relevance.score(targets("a.c"), []), 0, 0, 0)
        self.check(relevance.score([], rows("a.c")), 0, 0, 0)

    def test_paths_match_by_their_ends_and_lines_by_overlap(self):
        (row,) = rows("./src\\a.c")
        self.assertTrue(relevance.finds(row, targets("a.c")[0]))
        self.assertTrue(relevance.finds(row, targets("lib/src/a.c")[0]))
        self.assertFalse(relevance.finds(row, targets("ba.c")[0]) or relevance.finds(row, targets("b/a.c")[0]))
        self.assertTrue(relevance.finds(row, {"path": "a.c", "start_line": 9, "end_line": 20}))
        self.assertFalse(relevance.finds(row, {"path": "a.c", "start_line": 10, "end_line": 20}))

    def test_tokens_to_the_first_right_row(self):
        self.assertEqual(relevance.tokens_to_first_hit(targets("b.c"), rows("a.c", "b.c", "b.c")), 4)
        self.assertEqual(relevance.tokens_to_first_hit(targets("c.c"), rows("a.c", "b.c", "b.c")), 6)
        umlauts = [{"file": "a.c", "content": "\u00e4\u00e4\u00e4"}]
        self.assertEqual(relevance.tokens_to_first_hit(targets("a.c"), umlauts), 2)


class Comparison(unittest.TestCase):
    def test_of_two_runs(self):
        before = [record(number, 0.5) for number in range(6)] + [record("gone", 1)]
        after = [record(number, ndcg) for number, ndcg in enumerate((1, 0.75, 0.5, 0.75, 0.75, 0.25, 1))]
        compared = relevance.comparison(relevance.pairs(before, after))
        self.assertEqual([compared[name] for name in ("count", "better", "worse", "equal")], [6, 4, 1, 1])
        self.assertAlmostEqual(compared["difference"], 1 / 6)
        self.assertAlmostEqual(compared["p"], 2 * (1 + 5) / 32)
        low, high = compared["interval"]
        self.assertLess(low, 1 / 6)
        self.assertGreater(high, 1 / 6)
        gained, lost = relevance.most_changed(before, after, 2)
        self.assertEqual([new["id"] for _, new in gained][0], "q0")
        self.assertEqual([len(gained), [new["id"] for _, new in lost]], [2, ["q5"]])

    def test_interval_of_one_value_is_that_value(self):
        self.assertEqual(relevance.interval([0.25] * 8), (0.25, 0.25))

    def test_interval_is_as_wide_as_the_normal_one(self):
        low, high = relevance.interval([0.0, 1.0] * 50)
        self.assertAlmostEqual(high - low, 2 * 1.96 * 0.5 / math.sqrt(100), delta=0.02)

    def test_sign_test(self):
        self.assertEqual([relevance.sign_test(*split) for split in ((0, 0), (3, 3), (0, 5))], [1, 1, 2 / 32])

    def test_groups(self):
        parts = list(relevance.groups([record(0, 1), record(1, 0, language="go")]))
        self.assertEqual([(by, which, len(part)) for by, which, part in parts],
                         [("all", "", 2), ("language", "c", 1), ("language", "go", 1), ("kind", "symbol", 2)])


# Each file's words are its own, so that its rank is known.
PROJECTS = {
    "boats": {"src/sail.py": "def hoist_mainsail(halyard):\n    return halyard.tighten()\n",
              "src/anchor.py": "def drop_anchor(chain):\n    return chain.lower()\n"},
    "bread": {"oven.go": "package bread\n\nfunc PreheatOven(degrees int) int {\n\treturn degrees\n}\n"},
}
QUESTIONS = [
    ("boats:0", "boats", "python", "semantic", "hoist mainsail halyard", "src", ["sail.py"]),
    ("boats:1", "boats", "python", "symbol", "drop anchor chain", "src", ["anchor.py", "windlass.py"]),
    ("bread:0", "bread", "go", "symbol", "preheat oven degrees", "", ["oven.go"]),
    ("cakes:0", "cakes", "go", "symbol", "icing", "", ["icing.go"]),
]
IDEAL_OF_TWO = 1 + 1 / math.log2(3)
# The real program, with a signal that --without takes away: all that it finds.
WITH_SIGNALS = """#!/usr/bin/env python3
import os, sys
words = sys.argv[1:]
if words == ["search", "--help"]:
    print("  --without SIGNAL    Leave one out: text, shape")
    sys.exit()
while "--without" in words:
    at = words.index("--without")
    words[at:at + 2] = ["--path", "nowhere/**"] if words[at + 1] == "text" else []
os.execv(QUIRE, [QUIRE, *words])
"""


class WholeRun(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="quire-retrieval-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        for project, files in PROJECTS.items():
            for name, text in files.items():
                path = self.folder / "corpora" / project / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        self.write_questions(QUESTIONS)

    def write_questions(self, questions):
        names = ("id", "repo", "language", "category", "query", "root", "targets")
        lines = [json.dumps(dict(zip(names, (*question[:-1], targets(*question[-1]))))) for question in questions]
        (self.folder / "queries.jsonl").write_text("\n".join(lines) + "\n")

    def run_it(self, *words, code=0, quire=QUIRE):
        """(stdout, stderr)."""
        done = subprocess.run([ROOT / "bench/retrieval", "--eval", self.folder, "--corpora", self.folder / "corpora",
                               "--quire", quire, "--work", self.folder / "work", *words],
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout, done.stderr

    def records(self, name):
        lines = [json.loads(line) for line in (self.folder / name).read_text().splitlines()]
        return lines[0], {line["id"]: line for line in lines[1:]}

    def cells(self, text, start):
        """The first line of a table that starts with these cells."""
        lines = [[cell.strip() for cell in line[1:-1].split("|")] for line in text.splitlines() if line.startswith("|")]
        return next(line for line in lines if line[:len(start)] == start)

    def test_figures_records_and_kept_indexes(self):
        out, err = self.run_it("--out", self.folder / "now.jsonl")
        self.assertIn("left out", err)
        self.assertIn("2 of 3 projects in `corpora` (not there: cakes)", out)
        mean = f"{(2 + 1 / IDEAL_OF_TWO) / 3:.3f}"
        self.assertEqual(self.cells(out, ["all", ""])[2:6], ["3", mean, "1.000", f"{2.5 / 3:.3f}"])
        self.assertEqual(self.cells(out, ["kind", "symbol"])[2:4], ["2", f"{(1 + 1 / IDEAL_OF_TWO) / 2:.3f}"])
        run, records = self.records("now.jsonl")
        self.assertEqual([index["repo"] for index in run["indexes"]], ["boats", "bread"])
        self.assertGreater(run["indexes"][0]["files"]["index.usearch"], 0)
        self.assertEqual(records["boats:1"]["results"][0],
                         {"rank": 1, "file": "anchor.py", "start_line": 1, "end_line": 2})
        self.assertEqual(records["boats:1"]["tokens"], math.ceil(len(PROJECTS["boats"]["src/anchor.py"].rstrip()) / 4))
        self.assertGreater(records["boats:1"]["latency_ms"], 0)

        self.assertNotIn("chunks in", self.run_it()[1])
        self.assertIn("boats: 2 chunks in", self.run_it("--index-anew", "--repo", "boats")[1])
        self.assertIn("`quire search --lang go --lines 1`, 3", self.run_it("--extra", "--lang go --lines 1")[0])

    def test_a_question_that_fails_counts_as_0(self):
        self.run_it("--out", self.folder / "before.jsonl")
        self.write_questions([(*QUESTIONS[0][:4], "", *QUESTIONS[0][5:]), *QUESTIONS[1:3]])
        out, err = self.run_it("--out", self.folder / "now.jsonl", "--against", self.folder / "before.jsonl", code=1)
        self.assertIn("boats:0 failed, and counts as 0: exit code 2: quire: the query is empty", err)
        self.assertIn("Failed, and counted as 0: 1.", out)
        self.assertEqual(self.records("now.jsonl")[1]["boats:0"]["ndcg"], 0)
        self.assertEqual(self.cells(out, ["all", ""])[3], f"{(1 + 1 / IDEAL_OF_TWO) / 3:.3f}")
        compared = out[out.index("Against"):]
        self.assertIn("3 of 3 questions", compared)
        self.assertEqual(self.cells(compared, ["all", ""])[6:], ["0", "1", "2", "1"])
        self.assertTrue(self.cells(compared, ["kind", "semantic"])[5].startswith("-1.000 [-1.000, -1.000]"))
        self.assertIn("Lost most:\n  1.000 -> 0.000  boats:0", compared)

    def test_ablation_into_a_page(self):
        program = self.folder / "with-signals"
        program.write_text(WITH_SIGNALS.replace("QUIRE", repr(QUIRE)))
        program.chmod(0o755)
        page = self.folder / "page.md"
        page.write_text("Before.\n<!-- ablation -->\nold\n<!-- end of ablation -->\nAfter.\n")
        out, err = self.run_it("--ablate", "--record", "--page", page, "--out", self.folder / "o.jsonl", quire=program)
        mean = f"{(2 + 1 / IDEAL_OF_TWO) / 3:.3f}"
        self.assertEqual(self.cells(out, ["none"])[2], mean)
        self.assertEqual(self.cells(out, ["text"])[1:3], ["better for 3, worse for 0", "0.000"])
        self.assertTrue(self.cells(out, ["text"])[3].startswith(f"+{mean} ["))
        self.assertEqual(self.cells(out, ["shape"])[2:4], [mean, "+0.000 [+0.000, +0.000]"])
        self.assertEqual(page.read_text(), f"Before.\n<!-- ablation -->\n{out[:-1]}<!-- end of ablation -->\nAfter.\n")
        self.assertEqual(self.records("o.without-text.jsonl")[0]["options"], ["--without", "text"])
        self.assertEqual(err.count("boats: "), 1)

    def test_what_is_missing_is_named(self):
        self.assertIn("no program /nowhere/quire", self.run_it(code=2, quire="/nowhere/quire")[1])
        self.assertIn("no such folder: /nowhere", self.run_it("--corpora", "/nowhere", code=2)[1])
        self.assertIn("/nowhere/queries.jsonl: No such file", self.run_it("--eval", "/nowhere", code=2)[1])
        self.assertIn("no questions about ships", self.run_it("--repo", "ships", code=2)[1])
        self.assertIn("holds none of the projects: cakes", self.run_it("--repo", "cakes", code=2)[1])
        self.assertIn("lacks the marks", self.run_it("--record", "--page", self.folder / "no.md", code=2)[1])
        (self.folder / "queries.jsonl").write_text('{"id": "a"}\n')
        self.assertIn("queries.jsonl:1: without repo", self.run_it(code=2)[1])
        self.write_questions([("a", "..", "c", "symbol", "b", "", [])])
        self.assertIn("queries.jsonl:1: repo is no folder's name", self.run_it(code=2)[1])
        (self.folder / "queries.jsonl").write_text("\n{\n")
        self.assertIn("queries.jsonl:2: no JSON", self.run_it(code=2)[1])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
