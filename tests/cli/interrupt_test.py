#!/usr/bin/env python3
"""Ctrl-C while `quire index` reads files that are made to be long in reading.

  interrupt_test.py QUIRE [unittest arguments]

QUIRE_ALL: every kind in every language, not two of the four. QUIRE_SLOWDOWN: so many times slower than without sanitizers it may be.
"""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

QUIRE = os.path.abspath(sys.argv[1])
SLOWDOWN = float(os.environ.get("QUIRE_SLOWDOWN", "1"))
# A commit that is under way is waited for: a file of 100,000 definitions is one. And a machine may do other things, too.
SOON_S, TIMEOUT_S = 8 * SLOWDOWN, 120 * SLOWDOWN
BYTES, FILES = 2_000_000, 6
ALL = "QUIRE_ALL" in os.environ
CODE = {"c": "int f(int a) { return a; }\n", "cpp": "class A { int f() { return 1; } };\n", "go": "func F() int { return 1 }\n",
        "java": "class A { int f() { return 1; } }\n", "js": "function f(a) { return a; }\n", "py": "def f(a):\n    return a\n",
        "rs": "fn f(a: i32) -> i32 { a }\n", "ts": "function f(a: number): number { return a; }\n", "rb": "def f(a)\n  a\nend\n",
        "md": "# f\n\ntext of a\n", "txt": "word of a line\n"}
KINDS = {"small definitions": lambda code: code * (BYTES // len(code)),
         "no tokens": lambda code: code * 900 + "\x01x" * ((BYTES - 900 * len(code)) // 2),
         "one line": lambda code: code.replace("\n", " ") * (BYTES // len(code)) + "\n" * 2500,
         "open brackets": lambda code: "(" * BYTES}
# What is read before anybody can interrupt it.
AT_ONCE = {("md", "open brackets"), ("txt", "open brackets")}


class Interrupt(unittest.TestCase):
    slowest_s = 0.0

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="quire-interrupt-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.env = {"HOME": str(self.folder), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}

    def interrupted(self, text, suffix):
        """The exit code, and how long it took, of a run that had just begun with one of many such files."""
        tree = self.folder / "tree"
        shutil.rmtree(tree, ignore_errors=True)
        (tree / ".git").mkdir(parents=True)
        for number in range(FILES):
            (tree / f"{number}.{suffix}").write_text(text)
        with subprocess.Popen([QUIRE, "index", "-q"], cwd=tree, env=self.env, stderr=subprocess.DEVNULL) as process:
            while not (tree / ".quire/LOCK").exists():
                time.sleep(0.001)
            time.sleep(0.1 * SLOWDOWN)
            began = time.monotonic()
            process.send_signal(signal.SIGINT)
            code = process.wait(TIMEOUT_S)
        return code, time.monotonic() - began

    def test_it_is_answered_inside_any_file(self):
        interrupted = runs = 0
        for number, (suffix, code) in enumerate(CODE.items()):
            for kind in list(KINDS) if ALL else (list(KINDS) * 2)[number % 4:number % 4 + 2]:
                if (suffix, kind) in AT_ONCE:
                    continue
                with self.subTest(language=suffix, kind=kind):
                    ended, seconds = self.interrupted(KINDS[kind](code), suffix)
                    Interrupt.slowest_s = max(Interrupt.slowest_s, seconds)
                    self.assertIn(ended, (0, 130))  # Where this process had to wait, the run may have been done.
                    self.assertLess(seconds, SOON_S)
                    runs += 1
                    interrupted += ended == 130
        self.assertGreater(interrupted, runs // 2)


if __name__ == "__main__":
    del sys.argv[1]
    program = unittest.main(exit=False)
    print(f"the slowest took {Interrupt.slowest_s:.3f} s")
    sys.exit(not program.result.wasSuccessful())
