#!/usr/bin/env python3
"""What the program puts out steers no terminal and hides nothing, whatever is in a tree, its names and the command line.

  output_test.py QUIRE [unittest arguments]
"""

import json
import os
import pathlib
import shutil
import stat
import subprocess
import sys
import tempfile
import unicodedata
import unittest

QUIRE = os.path.abspath(sys.argv[1])
TIMEOUT_S = 120
# A sequence of a terminal's, one in C1, a bell, backspaces, a return, overridden directions, no width, a mark, a filler, a tag.
ODD = "\x1b[31m\x9b31m\x07\b\b\r\u202e\u2066\u200b\u200d\ufeff\u061c\xad\u3164\U000e0041\x7f"
NAME = ODD + "\n" + "name"
NO_TEXT = b"\x9b31m\xff\xe2\x80"
UNSEEN = {"Cc", "Cf", "Zl", "Zp"}


def unseen(text, kept="\n\t"):
    """The characters of a text that are not to be put out, and `kept` ones that may."""
    return {f"U+{ord(c):04X}" for c in text if (unicodedata.category(c) in UNSEEN or c in "\u3164\u034f") and c not in kept}


class Output(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="quire-output-")).resolve()
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.env = {"HOME": str(self.folder / f"home{ODD}"), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        pathlib.Path(self.env["HOME"]).mkdir()
        self.tree = self.folder / f"tree{NAME}"
        (self.tree / f"src{ODD}").mkdir(parents=True)
        self.put(f"src{ODD}/a{NAME}.py", f'def alpha():\n    """{ODD}"""\n    return "{ODD}"\n')
        self.put("b.rb", f"def beta{ODD}\n  '{ODD}'\nend\nclass Gamma\u200b\u202e\nend\n")
        self.put(f"large{NAME}.txt", "x" * (3 << 20))
        self.put(f"src{ODD}/.gitignore", "#" * (9 << 20))
        self.put(f"src{ODD}/.env{NAME}", "")
        self.put(f"src{ODD}/x{NAME}.pem", "")
        with open(os.fsencode(self.tree) + b"/c" + NO_TEXT + b".txt", "wb") as file:
            file.write(b"delta \x1b[2J" + NO_TEXT + b"\n")

    def put(self, name, text):
        (self.tree / name).write_text(text, newline="")

    def quire(self, *words, cwd=None, stdin=None):
        """What it put out; checks that it may."""
        done = subprocess.run([QUIRE, *words], cwd=cwd or self.tree, env=self.env, input=stdin, capture_output=True, timeout=TIMEOUT_S,
                              check=False)
        self.assertGreaterEqual(done.returncode, 0, (words, done))
        for stream in (done.stdout, done.stderr):
            self.assertEqual(unseen(stream.decode()), set(), (words, stream))
        return done.stdout.decode(), done.stderr.decode()

    def test_no_command_puts_out_what_steers_or_hides(self):
        _, err = self.quire("index", "-v")
        for place in ("\\u{1B}[31m\\u{9B}31m", "\\u{202E}", "large", ".gitignore", ".pem"):
            self.assertIn(place, err)
        hits = (("search", "alpha"), ("search", ODD), ("search", f'"{ODD}"'), ("search", "--regex", "return.*"), ("search", "delta"),
                ("symbol", "beta"), ("symbol", "gamma"), ("similar", "b.rb:1"), ("similar", f"src{ODD}/a{NAME}.py:1"), ("files",))
        for words in hits:
            self.quire(*words)
            self.quire(*words, "--json")
        out, _ = self.quire("search", "alpha", "-n", "1")
        self.assertIn('"""\\u{1B}[31m', out)
        self.quire("search", "-l", "alpha")
        self.quire("search", "--explain", "alpha", "-C", "3")
        self.quire("search", "--max-tokens", "100", "alpha")
        for words in (("status",), ("status", "--json"), ("check",), ("check", "--json"), ("compact",), ("install", "claude", "--print"),
                      ("install", "codex", "--print"), ("install", "claude", "--dry-run"), ("install", "codex", "--dry-run"),
                      ("install", "claude", "--user"), ("index",), ("index", "--rebuild", "-v"), ("version",)):
            self.quire(*words)

    def test_no_file_of_an_index_is_dumped_as_it_is(self):
        self.quire("index", "-q")
        for path in sorted((self.tree / ".quire").rglob("*")):
            if path.is_file():
                out, _ = self.quire("dump", str(path.relative_to(self.tree)))
                if path.name == "metadata.json":
                    self.assertIn("\\u{1B}[31m", out)
        self.quire("compact")
        self.put("b.rb", f"def epsilon{ODD}\nend\n")
        self.quire("index", "-q")
        for path in (self.tree / ".quire").glob("journal-*"):
            self.quire("dump", str(path))

    def test_no_error_repeats_what_it_was_given(self):
        self.quire("index", "-q")
        for words in ((ODD,), (f"--{ODD}",), ("search",), ("search", f"--{ODD}", "x"), ("search", "--lang", ODD, "x"),
                      ("search", "--kind", ODD, "x"), ("search", "--path", f"{ODD}/**", "x"), ("search", "--where", f"a = '{ODD}", "x"),
                      ("search", "--where", f"{ODD} = 1", "x"), ("search", "--regex", f"{ODD}("), ("search", "--regex", f"[[:{ODD}:]]"),
                      ("search", "--by", ODD, "x"), ("search", "-n", ODD, "x"), ("search", "--model", ODD, "x"),
                      ("index", "--model", f"http://{ODD}/v1#{ODD}"), ("index", ODD), ("index", f"large{NAME}.txt"),
                      ("--root", ODD, "search", "x"), ("--db", f"src{ODD}", "search", "x"), ("--db", f"src{ODD}", "index"),
                      ("similar", f"{ODD}:1"), ("similar", f"b.rb:{ODD}"), ("dump", ODD), ("dump", f"src{ODD}"),
                      ("dump", f"large{NAME}.txt"), ("import", ODD), ("import", f"large{NAME}.txt"), ("export", "-o", f"{ODD}/x"),
                      ("install", ODD), ("completions", ODD), ("help", ODD)):
            self.quire(*words)
        self.quire("search", os.fsdecode(NO_TEXT))
        self.quire("index", os.fsdecode(NO_TEXT))

    def test_findings_are_put_out_as_lines_and_as_json(self):
        self.quire("index", "-q")
        for name in ("metadata.json", "index.usearch"):
            path = self.tree / ".quire" / name
            data = bytearray(path.read_bytes())
            for at in range(len(data) // 4, len(data) // 2):
                data[at] = ODD.encode()[at % len(ODD.encode())]
            path.write_bytes(data)
        out, _ = self.quire("check")
        self.assertIn("metadata.json:", out)
        told = json.loads(self.quire("check", "--json")[0])
        self.assertFalse(told["sound"])
        self.assertTrue(all({"file", "offset", "problem"} <= finding.keys() for finding in told["findings"]))
        self.quire("search", "alpha")
        self.quire("status", "--json")
        for path in (self.tree / ".quire").glob("*"):
            self.quire("dump", str(path))
        self.quire("check", "--repair")

    def test_rows_come_back_as_they_were(self):
        self.quire("index", "-q")
        rows, _ = self.quire("export")
        other = self.folder / "other"
        self.quire("--db", str(other), "import", "-", stdin=rows.encode())
        again, _ = self.quire("--db", str(other), "export")
        self.assertEqual(sorted(rows.splitlines()[1:]), sorted(again.splitlines()[1:]))
        content = [json.loads(line).get("content", "") for line in rows.splitlines()]
        self.assertTrue(any(ODD in text for text in content))
        self.quire("--db", str(other), "import", "-", stdin=rows.encode()[:200] + ODD.encode() + b'"\n{"a' + NO_TEXT)
        self.quire("--db", str(other), "import", "-", stdin=b'{"' + ODD.encode() + b'": 1}\n')

    def test_a_server_says_nothing_of_the_kind_in_text(self):
        self.quire("index", "-q")
        calls = [("search", {"query": "alpha"}), ("search", {"query": ODD}), ("search", {"query": f'"{ODD}"'}),
                 ("search", {"query": "delta"}), ("find_by_symbol", {"pattern": "beta"}), ("list_files", {}), ("status", {}),
                 ("reindex", {}), ("reindex", {"paths": [ODD]}), ("search", {ODD: 1}), (ODD, {}), ("search", {"query": "x", "path": f"/{ODD}"})]
        names = None
        messages = [{"method": "initialize", "params": {"protocolVersion": "2025-06-18", "capabilities": {},
                                                        "clientInfo": {"name": "x", "version": "1"}}},
                    {"method": "tools/list", "params": {}}, {"method": ODD, "params": {}}]
        messages += [{"method": "tools/call", "params": {"name": name, "arguments": arguments}} for name, arguments in calls]
        server = subprocess.Popen([QUIRE, "mcp"], cwd=self.tree, env=self.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE)
        with server:
            for number, message in enumerate(messages):
                server.stdin.write(json.dumps({"jsonrpc": "2.0", "id": number, **message}).encode() + b"\n")
                server.stdin.flush()
                line = server.stdout.readline().decode()
                self.assertEqual(unseen(line), set(), line)
                answer = json.loads(line)
                texts = [part["text"] for part in answer.get("result", {}).get("content", [])]
                texts.append(answer.get("error", {}).get("message", ""))
                for text in texts:
                    self.assertEqual(unseen(text), set(), (message, text))
                if message["method"] == "tools/list":
                    names = {tool["name"] for tool in answer["result"]["tools"]}
            server.stdin.close()
            self.assertEqual(unseen(server.stderr.read().decode()), set())
        self.assertTrue({name for name, _ in calls if name != ODD} <= names, names)

    def test_an_index_is_its_owners_alone(self):
        os.umask(0)
        self.addCleanup(os.umask, 0o022)
        self.quire("index", "-q")
        self.quire("search", "alpha")
        index = self.tree / ".quire"
        for path in [index, *index.rglob("*")]:
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o700 if path.is_dir() else 0o600, path)
        for path in index.rglob("*"):
            path.chmod(0o755 if path.is_dir() else 0o644)
        index.chmod(0o755)
        self.quire("index", "-q", "--rebuild")
        self.quire("compact")
        self.assertEqual(stat.S_IMODE((index / "metadata.json").stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE((index / "index.usearch").stat().st_mode), 0o600)
        elsewhere = self.folder / "new" / "place"
        self.quire("--db", str(elsewhere), "index", "-q")
        self.assertEqual(stat.S_IMODE(elsewhere.stat().st_mode), 0o700)

    def test_secrets_are_brought_in_by_a_rule_alone(self):
        (self.tree / ".env").write_text("PASSWORD=alpha\n")
        _, err = self.quire("index", "-v")
        self.assertIn("hold secrets", err)
        self.assertNotIn(".env\n", self.quire("files")[0])
        (self.tree / ".quireignore").write_text("!.env\n")
        self.quire("index", "-q")
        self.assertIn(".env\n", self.quire("files")[0])
        (self.tree / ".quireignore").unlink()
        self.quire("index", "-q")
        self.assertNotIn(".env\n", self.quire("files")[0])


if __name__ == "__main__":
    del sys.argv[1]
    unittest.main()
