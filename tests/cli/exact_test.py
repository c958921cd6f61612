#!/usr/bin/env python3
"""Regular expressions and quoted text of the real program, compared with Python's `re` (and ripgrep where it is
installed) over the files: after 12 runs of `quire index`, which leave several segments of words.

  exact_test.py QUIRE [unittest arguments]
"""

import collections
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

QUIRE = os.path.abspath(sys.argv[1])
TIMEOUT_S = 120
RUNS = 12
PATTERN_COUNT = 100

# What Python's re, ripgrep and quire understand alike.
PATTERNS = [
    r"int pre[z]+\(", r"pre0[0-9]{3}\(", r"0x[0-9a-f]{8}", r"MAGIC_[A-Z]+ 0x[0-9a-f]{8}", r"return \w+_call\(v\);",
    r"kmalloc_array\(", r"static (int|void) \w+_probe", r"^#define \w+", r"\bcount\b", r"TODO|FIXME",
    r"[A-Za-z]+Handler\b", r"[^a-z_]init_", r"\d+\.\d+", r"a\[i\]\s*=", r"释放\w*", r"x→\w+", r"call_[a-f]+_\d*z",
    r"(alpha|beta)_gamma", r"_{2}\w+_{2}", r"v\d?\d?\);$",
]
QUOTED = ["kmalloc_array(", "pre0150", "prezzzzzzzzzzzz(", "MAGIC_", "释放kmalloc", "return ", "a[i] = ", "_call(v)", "→", "call_a"]


def names(generator):
    """Functions, each of which calls others and has odd lines."""
    lines = []
    for _ in range(generator.randrange(2, 6)):
        number = generator.randrange(1500)
        kind = generator.choice(["int", "void", "static int"])
        word = generator.choice(["probe", "init_all", "eventHandler", "count", "alpha_gamma", "beta_gamma", "__main__"])
        lines += [f"{kind} f{number}_{word}(int v) {{", f"  pre{number:04}(v);"]
        lines += generator.sample([
            f"  a[i] = 0x{generator.getrandbits(32):08x};", "  // TODO: later", "  return needle_call(v);",
            "  内存释放kmalloc_array(v);", "  /* see x→kmalloc_array(n, 2) */", f"  count += {number}.5;",
            f"  call_{generator.choice('abcxyz')}_{number % 10}z();", "  initCount = init_count(v);"], 3)
        lines += ["}", ""]
    if generator.randrange(4) == 0:
        lines += [f"#define MAGIC_{generator.choice(['ONE', 'TWO'])} 0x{generator.getrandbits(32):08x}", ""]
    return "\n".join(lines)


class Exact(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="quire-exact-"))
        cls.tree = cls.folder / "tree"
        cls.tree.mkdir()
        generator = random.Random(8)
        for run in range(RUNS):
            cls.write_files(run, generator)
            cls.quire("index", ".")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder, ignore_errors=True)

    @classmethod
    def write_files(cls, run, generator):
        if run == 0:
            for number in range(300):
                (cls.tree / f"f{number}.c").write_text(names(generator))
            (cls.tree / "crlf.c").write_bytes(names(generator).replace("\n", "\r\n").encode())
            (cls.tree / "blank.c").write_text("int blank(int v) {\n\n  return count;   \n\n}\n")
            return
        (cls.tree / f"f{generator.randrange(300)}.c").write_text(names(generator))
        calls = "\n".join(f"  pre{number:04}(a);" for number in range(1500))
        (cls.tree / f"new{run}.c").write_text(f"int all{run}(int a) {{\n{calls}\n}}\n\n"
                                              f"int pre{'z' * (run + 1)}(int a) {{\n  return {run};\n}}\n")

    @classmethod
    def quire(cls, *words):
        env = {"HOME": str(cls.folder), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        done = subprocess.run([QUIRE, *words], cwd=cls.tree, env=env, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=TIMEOUT_S, check=False)
        if done.returncode not in (0, 1):
            raise AssertionError((words, done.returncode, done.stderr))
        return done.stdout

    def compare(self, matches, *words):
        """Each line that `matches` says so of is in a result, and each result has such a line."""
        results = json.loads(self.quire("search", "--json", "-n", "10000", *words))["results"]
        found = set()
        for result in results:
            self.assertTrue(any(matches(line) for line in result["content"].split("\n")), (words, result["file_path"]))
            found |= {(result["file_path"], line) for line in range(result["start_line"], result["end_line"] + 1)}
        wanted = set()
        for file in self.tree.glob("*.c"):
            lines = file.read_bytes().decode().split("\n")
            wanted |= {(file.name, number) for number, line in enumerate(lines, 1) if matches(line)}
        self.assertTrue(wanted, f"{words}: nothing to find")
        self.assertEqual(wanted - found, set(), words)
        return wanted

    def test_several_segments_are_left(self):
        self.assertGreater(len(list(self.tree.glob(".quire/cache/words-*"))), 1)

    def test_a_regular_expression_finds_what_re_finds(self):
        for pattern in PATTERNS:
            with self.subTest(pattern):
                wanted = self.compare(re.compile(pattern).search, "--regex", pattern)
                if shutil.which("rg"):
                    self.assertEqual(wanted, self.lines_of_ripgrep(pattern))

    def generated_pattern(self, generator):
        """Of ASCII, as ripgrep and quire understand it alike."""
        words = ["pre", "kmalloc", "_array", "count", "MAGIC", "TODO", "init", "0x", "call_", "v", "(v)", " ", "static", "f1"]
        parts = [*(word.replace("(v)", r"\(v\)") for word in words), r"\w", r"\d+", r"\s*", ".", ".*", r"\b", "[a-f_]", "[^a-z]", r"\W", "[[:alpha:]]+", r"\S+?"]
        made = "".join(generator.choice(parts) + generator.choice(["", "", "", "?", "|"]) for _ in range(generator.randrange(1, 5)))
        made = made.strip("|").replace("|?", "|").replace("b?", "b").replace("*?", "*").replace("??", "?")
        return generator.choice(["", "", "^", "(?i)"]) + made + generator.choice(["", "", "$"])

    @unittest.skipUnless(shutil.which("rg"), "there is no ripgrep")
    def test_generated_expressions_find_what_ripgrep_finds(self):
        generator = random.Random(17)
        compared = 0
        for _ in range(PATTERN_COUNT):
            pattern = self.generated_pattern(generator)
            flags = generator.choice([(), (), ("-i",), ("-w",), ("-i", "-w"), ("-F",), ("-F", "-i"), ("-F", "-w")])
            wanted = self.lines_of_ripgrep(pattern, "--no-unicode", *flags)
            asked = flags if "-F" in flags else ("--regex", *flags)
            with self.subTest(pattern, flags=flags):
                found = set()
                answer = json.loads(self.quire("search", "--json", "--all", *asked, "--", pattern))
                self.count_is_of(answer["total"], wanted, *asked, "--", pattern)
                for result in answer["results"]:
                    lines = {(result["file_path"], line) for line in range(result["start_line"], result["end_line"] + 1)}
                    self.assertTrue(lines & wanted, result["file_path"])
                    found |= lines
                # Blank lines between two pieces are in none.
                self.assertEqual({line for line in wanted - found if self.text_of(line)}, set())
                compared += bool(wanted)
        self.assertGreater(compared, PATTERN_COUNT // 4)

    def count_is_of(self, total, wanted, *asked):
        """What is counted, and said beside ten hits, is what ripgrep finds; of blank lines only those count that stand
        between others of a piece."""
        if any(not self.text_of(line) for line in wanted):
            return
        counted = json.loads(self.quire("search", "--json", "--count", *asked))
        files = collections.Counter(name for name, _ in wanted)
        self.assertEqual({file["file_path"]: file["lines"] for file in counted.get("by_file", [])}, files)
        self.assertEqual((total["lines"], total["files"]), (len(wanted), len(files)))
        self.assertEqual(counted["total"], total)

    def text_of(self, line):
        name, number = line
        return (self.tree / name).read_text().split("\n")[number - 1].strip()

    def test_what_is_wrong_is_named_with_its_place(self):
        for pattern, said in ((r"(a)\1", r"at byte 4, '\1': there are no back-references"), ("x(?=a)", "at byte 2, '(?=': there is no look-around"),
                              ("foo)bar", "at byte 4, ')': no group is open here")):
            done = subprocess.run([QUIRE, "search", "--regex", pattern], cwd=self.tree, env={"HOME": str(self.folder)}, capture_output=True,
                                  text=True, timeout=TIMEOUT_S, check=False)
            self.assertEqual(done.returncode, 2, done)
            self.assertIn(said, done.stderr)

    def lines_of_ripgrep(self, pattern, *options):
        done = subprocess.run(["rg", *options, "-n", "--no-heading", "--color=never", "-e", pattern, "."], cwd=self.tree,
                              capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        parts = [line.split(":", 2) for line in done.stdout.splitlines()]
        return {(os.path.basename(name), int(number)) for name, number, _ in parts}

    def test_quoted_text_is_found_as_it_is(self):
        for text in QUOTED:
            with self.subTest(text):
                smart = any("A" <= c <= "Z" for c in text)
                self.compare(lambda line, text=text, smart=smart: text in (line if smart else line.lower()),
                             f'"{text}"')
        self.assertEqual(json.loads(self.quire("search", "--json", '"PRE"'))["results"], [])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
