#!/usr/bin/env python3
"""The real program with a model at an HTTP endpoint: what is sent, what is said before, and what a failure leaves.

  endpoint_test.py QUIRE [unittest arguments]
"""

import json
import os
import pathlib
import pty
import shutil
import subprocess
import sys
import tempfile
import unittest

QUIRE = os.path.abspath(sys.argv[1])
SERVER = pathlib.Path(__file__).resolve().parent.parent / "embedding/embedding_server.py"
TIMEOUT_S = 120


class Endpoint(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="quire-endpoint-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.tree = self.folder / "tree"
        self.tree.mkdir()
        self.env = {"HOME": str(self.folder), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        self.port = 0
        self.start_server()

    def start_server(self):
        """At the port of the server before, if there was one."""
        self.server = subprocess.Popen([sys.executable, SERVER, self.folder / "log", str(self.port)],
                                       stdout=subprocess.PIPE, text=True)
        self.port = int(self.server.stdout.readline().split()[1])
        self.addCleanup(self.stop_server, self.server)

    @staticmethod
    def stop_server(server):
        server.kill()
        server.wait()
        server.stdout.close()

    def model(self, name, host="127.0.0.1"):
        return f"http://{host}:{self.port}/v1#{name}"

    def quire(self, *words, code=0, env=None):
        """(stdout, stderr)."""
        done = subprocess.run([QUIRE, *words], cwd=self.tree, env=self.env | (env or {}), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
        self.assertEqual(done.returncode, code, (words, done.stdout, done.stderr))
        return done.stdout, done.stderr

    def sent(self):
        """Every text that the server was asked for, but those of connection tests."""
        log = self.folder / "log"
        requests = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        return [text for request in requests for text in request["texts"] if text != "quire"]

    def write_files(self, count, lines=3):
        for number in range(count):
            body = "".join(f"    value_{line} = compute_{number}({line})\n" for line in range(lines))
            (self.tree / f"f{number:03}.py").write_text(f"def function_{number}(argument):\n{body}")

    def test_what_is_sent_is_said_before(self):
        self.write_files(3)
        _, err = self.quire("index", "--model", self.model("plain"))
        self.assertRegex(err, rf"(?s)3 chunks, about \d+ tokens, will be sent to 127\.0\.0\.1:{self.port} "
                              r"\(model plain\)\n.*indexed 3 files")
        self.assertEqual(len(self.sent()), 3)
        (self.tree / "f001.py").write_text("def changed():\n    pass\n")
        _, err = self.quire("index", "--model", self.model("plain"))
        self.assertRegex(err, r"1 chunk, about \d+ tokens, will be sent to ")
        _, err = self.quire("index", "--model", self.model("plain"))
        self.assertNotIn("will be sent", err)
        self.assertEqual(len(self.sent()), 4)

    def test_questions_go_to_the_model_that_is_named(self):
        self.write_files(5)
        self.quire("index", "-q", env={"QUIRE_MODEL": self.model("plain")})
        out, err = self.quire("search", "--model", self.model("plain"), "--json", "--by", "vectors", "compute_3")
        self.assertEqual(err, "")
        self.assertTrue(json.loads(out)["results"])
        self.assertEqual(self.sent()[-1], "compute_3")

    def test_no_program_of_the_tree_is_started(self):
        self.write_files(2)
        (self.tree / "bin").mkdir()
        (self.folder / "link").symlink_to(self.tree / "bin")
        for name in ("curl", "bin/curl"):
            (self.tree / name).write_text(f"#!/bin/sh\ntouch '{self.folder}/started'\n")
            (self.tree / name).chmod(0o755)
        unsafe = [".", "", "bin", "./bin", "../tree/bin", str(self.tree), str(self.tree / "bin"), str(self.folder / "link")]
        for path in [":".join([*unsafe, "/usr/bin", "/bin"]), *(f"{folder}:/usr/bin:/bin" for folder in unsafe)]:
            self.quire("index", "-q", "--rebuild", "--model", self.model("plain"), env={"PATH": path})
        self.assertEqual(len(self.sent()), 4 * (len(unsafe) + 1))  # The two scripts are files of the tree, too.
        for path in [":".join(unsafe), *unsafe]:
            _, err = self.quire("index", "-q", "--rebuild", "--model", self.model("plain"), env={"PATH": path}, code=1)
            self.assertIn("the program curl, which carries requests, is in no folder of PATH", err)
        self.quire("index", "-q", "--rebuild", str(self.tree), "--model", self.model("plain"), env={"PATH": str(self.tree)}, code=1)
        self.assertFalse((self.folder / "started").exists())

    def test_no_text_leaves_because_an_index_says_so(self):
        self.write_files(2)
        self.quire("index", "-q", "--model", self.model("plain"))
        before = (self.folder / "log").read_bytes()
        (self.tree / "f000.py").write_text("def secret():\n    pass\n")
        out, err = self.quire("search", "--json", "function_1")
        self.assertIn("words_only", json.loads(out))
        self.assertIn("only if you say so", err)
        self.quire("search", "--refresh", "function_1", code=2)
        _, err = self.quire("index", code=1)
        self.assertIn("only if you say so", err)
        self.quire("similar", "f001.py:1")
        self.quire("symbol", "function_1")
        self.quire("status")
        self.assertEqual((self.folder / "log").read_bytes(), before)

    def test_a_run_goes_on_where_the_server_died(self):
        self.write_files(60)
        model = self.model("dies-41")
        _, err = self.quire("index", "--model", model, code=1)
        self.assertRegex(err, r"quire: index f\d+\.py: embed 1 text at " + model + ": .*")
        self.stop_server(self.server)
        done = json.loads(self.quire("files", "--json")[0])["results"]
        self.assertGreaterEqual(len(done), 30)
        _, err = self.quire("index", "--model", model, code=1)
        self.assertIn("Failed to connect", err)
        self.start_server()
        _, err = self.quire("index", "--model", model)
        self.assertRegex(err, rf"{60 - len(done)} chunks, .* will be sent")
        self.assertEqual(len(json.loads(self.quire("files", "--json")[0])["results"]), 60)
        again = len(self.sent()) - 60
        self.assertLessEqual(again, 20, "more was sent again than was on its way")

    def test_a_key_goes_to_the_server_and_nowhere_else(self):
        self.write_files(2)
        key = {"QUIRE_API_KEY": "secret-key"}
        _, err = self.quire("index", "--model", self.model("plain"), env=key)
        self.assertIn("Bearer secret-key", (self.folder / "log").read_text())
        _, said = self.quire("index", "--rebuild", "--model", self.model("probe-status-401"), env=key, code=1)
        self.assertRegex(said, r'HTTP 401, "no .* good: Bearer \[key\]')
        _, refused = self.quire("index", "--model", self.model("plain", "127.1"), env=key, code=1)
        self.assertIn("would travel in clear text", refused)
        self.assertNotIn("secret-key", err + said + refused)
        kept = [path for path in self.tree.rglob("*") if path.is_file() and b"secret-key" in path.read_bytes()]
        self.assertEqual(kept, [])

    def on_a_terminal(self, answer, *words):
        """(exit code, what was shown) of a run at a terminal where `answer` is typed."""
        master, slave = pty.openpty()
        process = subprocess.Popen([QUIRE, *words], cwd=self.tree, env=self.env | {"TERM": "dumb"}, stdin=slave,
                                   stdout=slave, stderr=slave)
        os.close(slave)
        os.write(master, answer)
        shown = b""
        try:
            while piece := os.read(master, 65536):
                shown += piece
        except OSError:
            pass
        os.close(master)
        return process.wait(TIMEOUT_S), shown.decode()

    def test_a_large_run_to_another_machine_is_asked_about(self):
        self.write_files(24, lines=6000)
        # Another spelling of this machine, which quire does not take for it.
        model = self.model("plain", "127.1")
        question = r"chunks, about 1\.\d million tokens, will be sent to 127\.1:\d+ \(model plain\); go on\? \[y/N\] "
        for answer in (b"n\n", b"\n", b"\x04", b"yeah\n"):
            code, shown = self.on_a_terminal(answer, "index", "--model", model)
            self.assertEqual(code, 1, shown)
            self.assertRegex(shown, question)
            self.assertIn("nothing was embedded", shown)
        self.assertEqual(self.sent(), [])
        code, shown = self.on_a_terminal(b"Y\n", "index", "--model", model)
        self.assertEqual(code, 0, shown)
        self.assertRegex(shown, question)
        self.assertGreater(len(self.sent()), 1000)
        _, err = self.quire("index", "--rebuild", "--model", model)
        self.assertRegex(err, r"about 1\.\d million tokens, will be sent to 127\.1:\d+ \(model plain\)\n")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
