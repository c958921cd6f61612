#!/usr/bin/env python3
"""What a tree brings along harms nobody who looks at it: an index in it is not acted on, and links lead nowhere.

  hostile_test.py QUIRE [unittest arguments]

R27 of the scoreboard: with QUIRE_PORTION every shape meets every command, and `quire index` runs 2,000 times; else a third
and a quarter of them, and 30 times.
"""

import contextlib
import hashlib
import json
import os
import pathlib
import pty
import re
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

QUIRE = os.path.abspath(sys.argv[1])
TIMEOUT_S = 120
ALL = "QUIRE_PORTION" in os.environ
RUNS = 2000 if ALL else 30
# The names that a store's folder may have in it, and those that are made and gone again.
NAMES = ["LOCK", "OWNER", ".gitignore", "index.usearch", "metadata.json", "journal-00000001.log", "journal-00000002.log",
         "index.usearch.tmp", "metadata.json.tmp", "index.usearch.orig", "metadata.json.orig", "journal.tmp", "cache", "next",
         "repair", "LOCK.damaged", "cache.damaged", "metadata.json.damaged"]
COMMANDS = [("index", "-q"), ("search", "alpha"), ("symbol", "alpha"), ("files",), ("similar", "src/a.py:1"), ("status",), ("check",),
            ("check", "--repair"), ("compact",), ("export",), ("index", "-q", "--adopt"), ("index", "-q", "--rebuild")]
INITIALIZE = [{"jsonrpc": "2.0", "id": 0, "method": "initialize",
               "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}},
              {"jsonrpc": "2.0", "method": "notifications/initialized"},
              {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "search", "arguments": {"query": "alpha"}}}]


def digest(folder):
    """All that is in a folder: names, kinds, modes and bytes; of a link where it leads."""
    if folder.is_symlink():
        return os.readlink(folder)
    state = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        found = path.lstat()
        state.update(f"{path.relative_to(folder)} {found.st_mode}".encode())
        if path.is_symlink():
            state.update(os.readlink(path).encode())
        elif path.is_file():
            state.update(path.read_bytes())
    return state.hexdigest()


def write_model(folder):
    """A model2vec model of two words."""
    numbers = struct.pack("<8f", 1, 0, 0, 0, 0, 1, 0, 0)
    header = json.dumps({"embeddings": {"dtype": "F32", "shape": [2, 4], "data_offsets": [0, len(numbers)]}}).encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + numbers)
    (folder / "tokenizer.json").write_text(json.dumps({"model": {"type": "WordLevel", "unk_token": "?", "vocab": {"?": 0, "alpha": 1}}}))
    (folder / "config.json").write_text('{"normalize": true}')


class Hostile(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="quire-hostile-")).resolve()
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.home = self.folder / "home"
        self.home.mkdir()
        self.env = {"HOME": str(self.home), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        self.tree = self.folder / "tree"
        self.fresh()

    def fresh(self):
        """A tree of one file under git, without an index, and a folder beside it that nothing may touch."""
        for name in ("tree", "outside"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        self.index = self.tree / ".quire"
        self.outside = self.folder / "outside"
        (self.tree / "src").mkdir(parents=True)
        (self.tree / "src/a.py").write_text("def alpha():\n    return 1\n")
        (self.tree / ".git").mkdir()
        self.outside.mkdir()
        (self.outside / "file").write_text("precious\n")
        (self.outside / "words-1").write_text("precious\n")
        (self.outside / "ready").write_text("precious\n")

    def quire(self, *words, code=None, cwd=None, **options):
        done = subprocess.run([QUIRE, *words], cwd=cwd or self.tree, env=self.env, stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=TIMEOUT_S, check=False, **options)
        if code is not None:
            self.assertEqual(done.returncode, code, (words, done))
        self.assertGreaterEqual(done.returncode, 0, (words, done))
        return done.stdout.decode(), done.stderr.decode()

    def serve(self):
        """The answer of a server to one question."""
        text = "".join(json.dumps(message) + "\n" for message in INITIALIZE)
        server = subprocess.Popen([QUIRE, "mcp", "--root", self.tree], env=self.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL)
        server.stdin.write(text.encode())
        server.stdin.flush()
        lines = [server.stdout.readline() for _ in range(2)]
        server.stdin.close()
        server.wait(TIMEOUT_S)
        server.stdout.close()
        return lines[1].decode()

    def build(self):
        self.quire("index", "-q", code=0)

    def shapes(self):
        """(name, a function that puts it in the tree), for all kinds of things at all places."""
        def links_to(name, target):
            def put():
                self.index.mkdir(exist_ok=True)
                (self.index / name).symlink_to(target)
            return put

        for name in NAMES:
            yield f"{name} -> a file", links_to(name, "../../outside/file")
            yield f"{name} -> nothing", links_to(name, "../../outside/new")
            yield f"{name} -> a folder", links_to(name, "../../outside")
        for target in ("../outside", "../outside/file", "../outside/new", "/"):
            yield f".quire -> {target}", lambda target=target: self.index.symlink_to(target)

        def bare():
            self.index.mkdir()
            (self.index / "metadata.json").write_text('{"next_key":0,"chunks":{},"x":"text of the tree"}')
            (self.index / "metadata.json.orig").symlink_to("../../outside/file")
        yield "a bare pair, its copy -> a file", bare

        def foreign():
            other = self.folder / "other"
            shutil.rmtree(other, ignore_errors=True)
            shutil.copytree(self.tree, other)
            elsewhere = dict(self.env, HOME=str(self.folder / "stranger"))
            (self.folder / "stranger").mkdir(exist_ok=True)
            subprocess.run([QUIRE, "index", "-q"], cwd=other, env=elsewhere, check=True, timeout=TIMEOUT_S)
            shutil.copytree(other / ".quire", self.index)
            (self.index / "metadata.json.tmp").symlink_to("../../outside/file")
            shutil.rmtree(self.index / "cache")
            (self.index / "cache").symlink_to("../../outside")
        yield "somebody's whole index with links", foreign

    def test_nothing_outside_of_the_tree_changes(self):
        for number, (shape, put) in enumerate(list(self.shapes())):
            for command in COMMANDS if ALL else COMMANDS[number % 3::3]:
                with self.subTest(shape=shape, command=command):
                    self.fresh()
                    put()
                    before = digest(self.outside)
                    self.quire(*command)
                    self.assertEqual(digest(self.outside), before)

    def test_no_server_changes_anything_outside(self):
        for shape, put in list(self.shapes())[::1 if ALL else 5]:
            with self.subTest(shape=shape):
                self.fresh()
                put()
                before = digest(self.outside), digest(self.index)
                answer = self.serve()
                self.assertEqual((digest(self.outside), digest(self.index)), before)
                self.assertIn("--adopt", answer)

    def test_links_in_an_index_of_our_own_are_not_followed_and_a_rebuild_cures_them(self):
        targets = ("file", "new", "", "../outside")
        for number, name in enumerate(NAMES):
            for target in targets if ALL else targets[number % 4:number % 4 + 1]:
                with self.subTest(name=name, target=target):
                    self.fresh()
                    self.build()
                    place = self.index / name
                    if place.is_dir() and not place.is_symlink():
                        shutil.rmtree(place)
                    place.unlink(missing_ok=True)
                    place.symlink_to(f"../../outside/{target}")
                    before = digest(self.outside)
                    for command in (("search", "alpha"), ("index", "-q"), ("check", "--repair")):
                        self.quire(*command)
                    self.quire("index", "-q", "--rebuild", code=0)
                    self.quire("index", "-q", code=0)
                    self.quire("search", "alpha", code=0)
                    self.quire("check", code=0)
                    self.assertEqual(digest(self.outside), before)

    def test_an_index_from_elsewhere_is_named_with_two_ways_on(self):
        put = dict(self.shapes())["somebody's whole index with links"]
        put()
        before = digest(self.index)
        for command, code in ((("search", "alpha"), 2), (("symbol", "alpha"), 2), (("files",), 2), (("index",), 1), (("status",), 1),
                              (("check", "--repair"), 1), (("compact",), 1)):
            _, err = self.quire(*command, code=code)
            self.assertIn("not made here by you", err)
            self.assertIn("--rebuild", err)
            self.assertIn("--adopt", err)
        self.assertEqual(digest(self.index), before)

    def test_a_rebuild_makes_an_index_of_our_own_and_keeps_the_other(self):
        put = dict(self.shapes())["somebody's whole index with links"]
        put()
        before = digest(self.index)
        _, err = self.quire("index", "--rebuild", code=0)
        self.assertIn(".quire.foreign", err)
        self.assertEqual(digest(self.tree / ".quire.foreign"), before)
        out, _ = self.quire("files", code=0)
        self.assertEqual(out, "src/a.py\n")
        self.quire("search", "alpha", code=0)

    def test_an_index_is_adopted_when_that_is_said(self):
        put = dict(self.shapes())["somebody's whole index with links"]
        put()
        before = digest(self.outside)
        self.quire("index", "--adopt", code=0)
        self.quire("search", "alpha", code=0)
        self.assertEqual(digest(self.outside), before)
        for target in ("../outside", "../outside/file"):
            self.fresh()
            self.index.symlink_to(target)
            self.quire("index", "--adopt", code=1)

    def test_our_own_is_known_where_the_tree_or_the_home_folder_went(self):
        self.build()
        moved = self.folder / "moved"
        self.tree.rename(moved)
        self.quire("search", "alpha", code=0, cwd=moved)
        # A container: the same disk, another home folder.
        self.env["HOME"] = str(self.folder)
        self.quire("search", "alpha", code=0, cwd=moved)
        # A copy of the tree, the home folder as it was.
        self.env["HOME"] = str(self.home)
        shutil.copytree(moved, self.tree)
        self.quire("search", "alpha", code=0)
        self.quire("index", code=0)
        # A copy of both.
        copy = self.folder / "copy"
        copy.mkdir()
        shutil.copytree(moved, copy / "tree")
        shutil.copytree(self.home, copy / "home")
        self.env["HOME"] = str(copy / "home")
        self.quire("search", "alpha", code=0, cwd=copy / "tree")
        # A copy of the tree alone, as if from elsewhere.
        self.env["HOME"] = str(self.folder)
        self.quire("search", "alpha", code=2, cwd=copy / "tree")

    def test_an_index_without_an_owner_is_ours_if_it_knows_the_files_of_this_disk(self):
        self.build()
        (self.index / "OWNER").unlink()
        shutil.rmtree(self.home / ".local")
        self.quire("search", "alpha", code=0)
        self.quire("index", code=0)
        self.assertTrue((self.index / "OWNER").is_file())
        (self.index / "OWNER").unlink()
        copy = self.folder / "copy"
        shutil.copytree(self.tree, copy)
        _, err = self.quire("search", "alpha", code=2, cwd=copy)
        self.assertIn("not made here by you", err)

    def test_the_first_write_keeps_an_index_of_before_to_its_owner(self):
        self.build()
        (self.index / "OWNER").unlink()
        shutil.rmtree(self.home / ".local")
        precious = self.outside / "file"
        (self.index / "link").symlink_to(precious)
        os.link(precious, self.index / "another-name")
        for path in (self.index, *self.index.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() else 0o644)
        self.quire("search", "alpha", code=0)
        self.assertEqual(self.index.stat().st_mode & 0o777, 0o755)
        self.quire("index", code=0)
        for path in (self.index, *self.index.rglob("*")):
            if not path.is_symlink() and path.name != "another-name":
                self.assertEqual(path.stat().st_mode & 0o777, 0o700 if path.is_dir() else 0o600, path)
        self.assertEqual(precious.stat().st_mode & 0o777, 0o644)
        # Who wants to share it says so by its mode.
        self.index.chmod(0o755)
        self.quire("index", code=0)
        self.assertEqual(self.index.stat().st_mode & 0o777, 0o755)

    def at_a_terminal(self, *words, **environment):
        """What is shown until the program ends, of which nothing is read."""
        master, terminal = pty.openpty()
        process = subprocess.Popen([QUIRE, *words], cwd=self.tree, env=self.env | {"TERM": "xterm"} | environment,
                                   stdin=terminal, stdout=terminal, stderr=terminal)
        os.close(terminal)
        shown = b""
        try:
            while chunk := os.read(master, 65536):
                shown += chunk
        except OSError:
            pass  # The last one has closed it.
        os.close(master)
        self.assertEqual(process.wait(TIMEOUT_S), 0, shown)
        return shown.decode()

    def test_no_pager_of_the_tree_is_started(self):
        self.build()
        for folder in ("bin", "../own"):
            (self.tree / folder).mkdir()
            (self.tree / folder / "less").write_text(f"#!/bin/sh\necho pager 'of' {folder}\ncat\n")
            (self.tree / folder / "less").chmod(0o755)
        shutil.copy(self.tree / "bin/less", self.tree / "less")
        unsafe = f".::bin:./bin:{self.tree}:{self.tree}/bin"
        for pager in ({}, {"PAGER": "less -R"}, {"PAGER": "less | cat"}):
            for words in (("search", "alpha"), ("search", "--root", str(self.tree), "alpha")):
                shown = self.at_a_terminal(*words, PATH=f"{unsafe}:/usr/bin:/bin", **pager)
                self.assertNotIn("pager of bin", shown)
                self.assertIn("src/a.py", shown)
                shown = self.at_a_terminal(*words, PATH=f"{unsafe}:{self.folder}/own:/usr/bin:/bin", **pager)
                self.assertIn("pager of ../own", shown)

    def server(self, *words):
        """A server that has answered, and what the kernel says of it."""
        process = subprocess.Popen([QUIRE, "mcp", "--root", str(self.tree), *words], cwd=self.tree, env=self.env, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        try:
            process.stdin.write("".join(json.dumps(message) + "\n" for message in INITIALIZE).encode())
            process.stdin.flush()
            process.stdout.readline()
            return dict(line.split(":\t", 1) for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines() if ":\t" in line)
        finally:
            process.kill()
            process.communicate()

    @unittest.skipUnless("Seccomp:" in pathlib.Path("/proc/self/status").read_text(), "this kernel has no seccomp")
    def test_what_is_not_needed_is_given_up(self):
        self.build()
        shown, _ = self.quire("status", "-v", code=0)
        self.assertRegex(shown, r"(?m)^confined  no sockets, no other programs, "
                                r"(writes anywhere, reads anywhere|writes below .*/tree/\.quire alone, reads below .*/tree, .* alone)$")
        held = self.server()
        self.assertEqual((held["Seccomp"], held["NoNewPrivs"]), ("2", "1"))
        self.assertEqual(self.server("--model", "http://127.0.0.1:9/v1#none")["Seccomp"], "0")

    @contextlib.contextmanager
    def asking(self, *words, cwd=None):
        """What asks a server and gives back its answer."""
        with subprocess.Popen([QUIRE, "mcp", *words], cwd=cwd or self.tree, env=self.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True) as server:
            def ask(tool, /, **arguments):
                server.stdin.write(json.dumps({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}) + "\n")
                server.stdin.flush()
                return server.stdout.readline()

            server.stdin.write("".join(json.dumps(message) + "\n" for message in INITIALIZE[:2]))
            server.stdin.flush()
            server.stdout.readline()
            try:
                yield ask
            finally:
                server.stdin.close()
                server.stdout.read()

    def test_a_root_that_another_folder_replaces_under_a_server_is_reported(self):
        other = self.folder / "other"

        def rename():
            self.tree.rename(self.folder / "moved")
            return "no such folder"

        def link():
            rename()
            self.tree.symlink_to(other)
            return "another folder than the one that this server was started for"

        def replace():
            rename()
            other.rename(self.tree)
            return "another folder than the one that this server was started for"

        for act in (rename, link, replace):
            for has_index in (False, True):
                with self.subTest(act=act.__name__, has_index=has_index):
                    for folder in (other, self.folder / "moved"):
                        shutil.rmtree(folder, ignore_errors=True)
                    self.tree.unlink() if self.tree.is_symlink() else None
                    self.fresh()
                    shutil.copytree(self.tree, other)
                    (other / "src/a.py").write_text("def alpha():\n    return 'secret'\n")
                    if has_index:
                        self.quire("index", "-q", code=0, cwd=other)
                    with self.asking("--root", str(self.tree), cwd=self.folder) as ask:
                        self.assertIn("return 1", ask("search", query="alpha"))
                        said = act()
                        before = digest(self.tree if act is replace else other)
                        for answer in (ask("search", query="alpha"), ask("reindex"), ask("list_files"), ask("find_by_symbol", pattern="alpha")):
                            self.assertIn(said, answer)
                            self.assertNotIn("secret", answer)
                        self.assertEqual(digest(self.tree if act is replace else other), before)

    def test_what_an_index_says_of_its_tree_sends_nobody_there(self):
        db = self.folder / "db"
        elsewhere = self.folder / "elsewhere"
        elsewhere.mkdir()
        self.quire("index", "-q", "--db", db, code=0)
        (self.tree / "src/b.py").write_text("def beta(): pass\n")
        for words, code in ((("index",), 1), (("index", "--rebuild"), 1), (("search", "--refresh", "alpha"), 2)):
            _, err = self.quire(*words, "--db", db, code=code, cwd=elsewhere)
            self.assertIn(f"is of the tree {self.tree}, which nobody named here; --root {self.tree} does", err)
        with self.asking("--db", str(db), cwd=elsewhere) as ask:
            self.assertIn("which nobody named here", ask("reindex"))
            self.assertIn("src/a.py", ask("search", query="alpha"))
        out, _ = self.quire("files", "--db", db, code=0, cwd=elsewhere)
        self.assertEqual(out, "src/a.py\n")
        self.quire("index", "-q", "--db", db, "--root", self.tree, code=0, cwd=elsewhere)
        self.quire("search", "--refresh", "beta", "--db", db, code=0)
        out, _ = self.quire("files", "--db", db, code=0, cwd=elsewhere)
        self.assertEqual(out, "src/a.py\nsrc/b.py\n")

    def confined(self, *words):
        """What `status -v` says may be read, once it is the kernel that says so."""
        shown, _ = self.quire(*words, "status", "-v", code=0)
        found = re.search(r"(?m)^confined  .*, reads below (.*) alone$", shown)
        if found is None:
            self.skipTest("this kernel has no Landlock")
        return found[1].split(", ")

    def test_reading_is_limited_to_the_tree_and_what_git_names_for_it(self):
        self.build()
        self.assertEqual(self.confined(), [str(self.tree), str(self.index), str(self.home / ".local/state/quire")])
        main = self.folder / "main"
        (main / ".git/info").mkdir(parents=True)
        (main / ".git/HEAD").write_text("ref: refs/heads/main\n")
        (main / ".git/info/exclude").write_text("excluded.py\n")
        (main / ".git/worktrees/tree").mkdir(parents=True)
        (main / ".git/worktrees/tree/commondir").write_text("../..\n")
        (self.tree / ".git").rmdir()
        (self.tree / ".git").write_text(f"gitdir: {main}/.git/worktrees/tree\n")
        (self.home / ".gitconfig").write_text("[core]\n\texcludesFile = ~/ours\n")
        (self.home / "ours").write_text("ours.py\n")
        (self.tree / ".gitignore").write_text("theirs.py\n")
        for name in ("excluded", "ours", "theirs", "seen"):
            (self.tree / f"src/{name}.py").write_text(f"def {name}(): pass\n")
        self.quire("index", code=0)
        out, _ = self.quire("files", code=0)
        self.assertEqual(out.split(), [".gitignore", "src/a.py", "src/seen.py"])
        self.assertEqual(set(self.confined()), {str(path) for path in (
            self.tree, self.index, self.home / ".local/state/quire", self.home / ".gitconfig", self.home / "ours", main / ".git/info",
            main / ".git/worktrees/tree/commondir")})

    def test_a_model_folder_is_read_where_its_user_named_it(self):
        model = self.folder / "model"
        blobs = self.folder / "blobs"
        for folder in (model, blobs):
            folder.mkdir()
        write_model(model)
        (model / "model.safetensors").rename(blobs / "0")
        (model / "model.safetensors").symlink_to("../blobs/0")
        self.quire("index", "--model", model, code=0)
        _, err = self.quire("search", "alpha", code=0)
        self.assertNotIn("words alone", err)
        self.assertNotIn("words_only", self.serve())
        self.confined()
        # The same index for somebody who named none.
        shutil.rmtree(self.home / ".local/state/quire/models")
        _, err = self.quire("search", "alpha", code=0)
        self.assertIn("a folder that you have not named here", err)
        _, err = self.quire("index", code=1)
        self.assertIn(f"`quire index --model {model}` does", err)
        self.quire("search", "--model", model, "alpha", code=0)
        self.quire("index", "--model", model, code=0)
        self.quire("index", code=0)

    def test_what_a_server_could_read_of_the_users_ignore_files_goes_on(self):
        """Another file in its place is one that the server may not read."""
        self.build()
        self.confined()
        (self.home / ".gitconfig").write_text("[core]\n\texcludesFile = ~/ours\n")
        (self.home / "ours").write_text("ours.py\n")
        with self.asking("--root", str(self.tree)) as ask:
            ask("reindex")
            for name in (".gitconfig", "ours"):
                (self.home / "new").write_text((self.home / name).read_text())
                (self.home / "new").rename(self.home / name)
            (self.tree / "src/ours.py").write_text("def ours(): pass\n")
            (self.tree / "src/seen.py").write_text("def seen(): pass\n")
            ask("reindex")
            listed = ask("list_files")
        self.assertIn("src/seen.py", listed)
        self.assertNotIn("src/ours.py", listed)

    def test_many_runs_leave_few_files_and_need_few_descriptors(self):
        def few():
            resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))

        self.build()
        for number in range(RUNS):
            os.utime(self.tree / "src/a.py", ns=(number + 1, number + 1))
            if number % 3 == 0:
                (self.tree / "src/a.py").write_text(f"def alpha():\n    return {number}\n")
            self.quire("index", "-q", code=0, preexec_fn=few)
            files = [path for path in self.index.iterdir() if path.name != "cache"]
            self.assertLessEqual(len(files), 8, files)
        self.quire("search", "alpha", code=0, preexec_fn=few)
        self.quire("check", code=0, preexec_fn=few)


if __name__ == "__main__":
    del sys.argv[1]
    program = unittest.main(exit=False)
    bad = len(program.result.failures) + len(program.result.errors)
    print(f"reliability R27 tests={program.result.testsRun} runs={RUNS} bad={bad}")
    sys.exit(1 if bad else 0)
