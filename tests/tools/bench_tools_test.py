#!/usr/bin/env python3
"""bench/suite.py and bench/plot.py, with programs that make their figures up.

  bench_tools_test.py [unittest arguments]
"""

import contextlib
import io
import json
import pathlib
import sys
import tempfile
import unittest
import xml.dom.minidom

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "bench"))

import plot  # noqa: E402
import suite  # noqa: E402

ENGINE = """#!/usr/bin/env python3
import json, pathlib, sys
phase, dataset, db = sys.argv[1:4]
n = json.loads(pathlib.Path(dataset, "dataset.json").read_text())["n"]
store = pathlib.Path(db, "store")
if phase == "qps" and "fails" in sys.argv:
    sys.exit("no threads here")
if phase not in ("build", "open", "qps") and store.read_text() != "built":
    sys.exit("not the store as it was built")
if phase not in ("search", "open", "qps"):
    store.write_text("built" if phase == "build" else "changed")
searches = [{"filter": f, "matches": m, "setting": f"ef={ef}", "recall": 1 - 1 / ef, "p50_us": 2 * ef, "p99_us": 3 * ef,
             "cpu_p50_us": ef} for f, m in (("none", n), ("lang", n // 10)) for ef in (16, 64, 256)]
printed = {
    "build": [{"total_s": 1.5, "insert_cpu_s": 1.4, "rows_per_cpu_s": n / 1.4}],
    "search": searches,
    "open": [{"open_ms": 5, "first_query_ms": 0.1}],
    "qps": [{"threads": 1, "qps": 1000}],
    "update": [{"n": 9, "p50_ms": 1, "p99_ms": 2, "cpu_p50_ms": 0.3, "cpu_total_ms_per_update": 0.5, "fsync": True}],
    "memory": [{"state": "opened", "heap_bytes_per_row": 170.5}],
    "churn": [{"state": "updates", "share_above_50_ms": 0.01, "cpu_total_ms_per_update": 4},
              {"state": "after", "recall": 0.9, "cpu_p50_us": 50},
              {"state": "after / rebuilt", "recall_difference": -0.01, "p50_ratio": 1.1, "cpu_p50_ratio_in_turn": 1.2}],
    "mixed": [{"readers": 2, "qps_ratio": 0.9}],
}
for record in printed[phase]:
    print(json.dumps({"engine": "made-up", "phase": phase} | record))
"""


def swept(*settings):
    return [{"setting": name, "recall": recall, "cpu_p50_us": us, "p50_us": 10 * us} for name, recall, us in settings]


class Selection(unittest.TestCase):
    def test_takes_the_cheapest_setting_that_reaches_the_recall(self):
        records = swept(("16", 0.94, 50), ("24", 0.96, 70), ("32", 0.97, 60), ("64", 0.99, 90))
        self.assertEqual(suite.cheapest(records, 0.95)["setting"], "32")
        self.assertEqual(suite.cheapest(records, 0.99)["setting"], "64")
        self.assertIsNone(suite.cheapest(records, 0.995))
        self.assertIsNone(suite.cheapest([], 0.95))

    def test_falls_back_to_wall_time(self):
        records = [{"setting": "a", "recall": 1, "p50_us": 7}, {"setting": "b", "recall": 1, "p50_us": 5}]
        self.assertEqual(suite.cheapest(records, 0.95)["setting"], "b")

    def test_a_cell_says_how_far_it_got(self):
        records = swept(("16", 0.94, 50))
        self.assertEqual(suite.search_cell(records, 0.9), "50 us [0.940, 16]")
        self.assertEqual(suite.search_cell(records, 0.95), "not reached: 50 us [0.940, 16]")
        self.assertEqual(suite.search_cell([], 0.95), "")


class Words(unittest.TestCase):
    def test_a_peer_gets_the_three_arguments_where_it_wants_them(self):
        self.assertEqual(suite.command("node 'a b.mjs'", "open", "d", "s"), ["node", "a b.mjs", "open", "d", "s"])
        self.assertEqual(suite.command("x {phase} {dataset} {db} k=1", "open", "d", "s"),
                         ["x", "open", "d", "s", "k=1"])

    def test_times_have_units(self):
        self.assertEqual([suite.time_text(us) for us in (0.5, 77.04, 1234, 56_789, 2.5e6, 2e9)],
                         ["0.5 us", "77 us", "1.23 ms", "56.8 ms", "2.5 s", "2,000 s"])

    def test_medians_leave_out_what_is_missing(self):
        records = [{"a": 1}, {"a": 9, "b": None}, {"a": 2}]
        self.assertEqual(suite.medians(records, ("a", "b")), {"a": 2})


class WholeRun(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory(prefix="quire-suite-")
        self.addCleanup(self.scratch.cleanup)
        self.folder = pathlib.Path(self.scratch.name)
        self.program = self.folder / "engine"
        self.program.write_text(ENGINE)
        self.program.chmod(0o755)
        for rows in (1000, 100_000):
            (self.folder / str(rows)).mkdir()
            (self.folder / str(rows) / "dataset.json").write_text(json.dumps({"n": rows, "seed": 42}))

    def run_suite(self, *words):
        """The exit code and the folder of the run."""
        places = ["--work", str(self.folder / "work"), "--out", str(self.folder / "runs")]
        with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
            code = suite.main(["trial", "--quire", str(self.program), *places, *words])
        (run,) = (self.folder / "runs").iterdir()
        return code, run

    def test_alone(self):
        code, run = self.run_suite("--data", str(self.folder / "1000"))
        self.assertEqual(code, 0)
        lines = [json.loads(line) for line in (run / "results.jsonl").read_text().splitlines()]
        self.assertEqual(lines[0]["run"]["name"], "trial")
        self.assertEqual({line["phase"] for line in lines[1:]}, set(suite.PHASES))
        self.assertEqual([line["number"] for line in lines[1:] if line["phase"] == "open"], [0, 1, 2, 3, 4])
        for line in lines[1:]:
            self.assertEqual((line["name"], line["N"], line["seed"]), ("quire", 1000, 42))
            self.assertGreater(line["proc_wall_s"], 0)
            self.assertGreater(line["peak_rss_mb"], 0)
            self.assertGreater(line["db_bytes"], 0)
        text = (run / "table.md").read_text()
        self.assertIn("| none | 1,000 | 64 us [0.984, ef=64] |", text)
        self.assertIn("| quire | after / rebuilt |  | ef=None | -0.0100 | 1.2 times, in turn | 1.1 times |", text)
        self.assertEqual(list((self.folder / "work").iterdir()), [])

    def test_with_peers_of_which_one_fails(self):
        code, run = self.run_suite("--data", str(self.folder / "1000"), "--phases", "search,qps",
                                   "--peer", f"one={self.program}",
                                   "--peer", f"other={self.program} {{phase}} {{dataset}} {{db}} fails")
        self.assertEqual(code, 1)
        text = (run / "table.md").read_text()
        self.assertIn("| filter | rows that match | quire | one | other |", text)
        self.assertIn("| 1,000 | other | qps | exit code 1: no threads here", text)
        before = (run / "results.jsonl").read_bytes()
        suite.main(["--report", str(run)])
        self.assertEqual((run / "table.md").read_text(), text)
        self.assertEqual((run / "results.jsonl").read_bytes(), before)

    def test_pictures(self):
        _, run = self.run_suite("--data", str(self.folder / "1000"), str(self.folder / "100000"), "--phases",
                                "search,update", "--peer", f"a<b&c={self.program}")
        lines = (run / "results.jsonl").read_text().splitlines()
        drawn = plot.pictures(suite.Measured(lines))
        self.assertEqual(sorted(drawn), ["filters-1000.svg", "filters-100000.svg", "recall-1000.svg",
                                         "recall-100000.svg", "updates.svg"])
        self.assertEqual(drawn, plot.pictures(suite.Measured(lines)))
        for text in drawn.values():
            root = xml.dom.minidom.parseString(text).documentElement
            self.assertEqual(root.tagName, "svg")
            self.assertNotIn("nan", text)
            shown = [node.firstChild.data for node in root.getElementsByTagName("text")]
            self.assertIn("a<b&c", shown)
            self.assertTrue(any("seconds" in words for words in shown))

    def test_nothing_to_draw(self):
        _, run = self.run_suite("--data", str(self.folder / "1000"), "--phases", "open")
        self.assertEqual(plot.pictures(suite.Measured((run / "results.jsonl").read_text().splitlines())), {})


if __name__ == "__main__":
    unittest.main()
