#!/usr/bin/env python3
"""What happens to the real program among other processes: signals, pipes, terminals, locks, full and read-only disks.

  processes_test.py QUIRE [unittest arguments]
"""

import errno
import fcntl
import json
import os
import pathlib
import pty
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest

QUIRE = os.path.abspath(sys.argv[1])
F_OFD_SETLK = 37
TIMEOUT_S = 120
NOBODY = 65534


def write_tree(root, files, lines=40):
    """`files` Python files of `lines` lines with a function each."""
    for number in range(files):
        path = root / f"d{number % 50}" / f"f{number}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        body = "".join(f"    value_{line} = compute_{number}({line})\n" for line in range(lines))
        path.write_text(f"def function_{number}(argument):\n{body}    return value_0\n")


class Processes(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="quire-processes-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.tree = self.folder / "tree"
        self.tree.mkdir()
        (self.folder / "home").mkdir()
        self.env = {"HOME": str(self.folder / "home"), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}

    def start(self, *words, **options):
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "cwd": self.tree, "env": self.env} | options
        return subprocess.Popen([options.pop("program", QUIRE), *words], **options)

    def quire(self, *words, code=0, **options):
        """Runs to the end; (stdout, stderr)."""
        process = self.start(*words, **options)
        out, err = process.communicate(timeout=TIMEOUT_S)
        self.assertEqual(process.returncode, code, (words, out, err))
        return (out or b"").decode(), (err or b"").decode()

    def wait_for_commits(self, process):
        """Until the journal holds something, or the run is over."""
        while process.poll() is None:
            if any(file.stat().st_size > 4096 for file in self.tree.glob(".quire/journal-*.log")):
                return
            time.sleep(0.002)

    def interrupted_index(self, sent):
        """Signals an index run after its first commits; (its exit code, its stderr, number of files)."""
        for files in (1000, 4000, 16000):
            write_tree(self.tree, files)
            process = self.start("index")
            self.wait_for_commits(process)
            if process.poll() is None:
                process.send_signal(sent)
            _, err = process.communicate(timeout=TIMEOUT_S)
            if process.returncode != 0:
                return process.returncode, err.decode(), files
            shutil.rmtree(self.tree / ".quire")
        self.skipTest("indexing is too fast to be interrupted")

    def mount(self, where, size):
        """A small file system of its own at `where`, or a skipped test."""
        where.mkdir(exist_ok=True)
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", where], capture_output=True,
                              check=False)
        if done.returncode != 0:
            self.skipTest("mounting is not permitted here")
        self.addCleanup(subprocess.run, ["umount", "-l", where], check=False)

    def test_ctrl_c_keeps_what_is_done_and_the_next_run_goes_on(self):
        code, err, files = self.interrupted_index(signal.SIGINT)
        self.assertEqual(code, 130, err)
        self.assertRegex(err, r"interrupted after .*`quire index` goes on")
        kept = json.loads(self.quire("status", "--json")[0])["files"]
        self.assertTrue(0 < kept < files, kept)
        _, err = self.quire("check", code=1)
        self.assertIn("unfinished", err)
        _, err = self.quire("index")
        self.assertIn(f"{kept:,} unchanged", err)
        self.assertEqual(json.loads(self.quire("status", "--json")[0])["files"], files)
        self.quire("check")

    def test_what_is_exported_comes_back_byte_for_byte(self):
        write_tree(self.tree, 30)
        (self.tree / "odd\xff.py".encode("latin-1").decode("utf-8", "surrogateescape")).write_text("x = 1\n")
        self.quire("index")
        rows, _ = self.quire("export")
        self.quire("import", "-", "--db", self.folder / "copy", stdin=self.file_with(rows))
        self.assertEqual(self.quire("export", "--db", self.folder / "copy")[0], rows)
        self.assertEqual(self.quire("search", "--db", self.folder / "copy", "--no-refresh", "--json", "function 7")[0],
                         self.quire("search", "--no-refresh", "--json", "function 7")[0])

    def file_with(self, text):
        file = tempfile.TemporaryFile()
        file.write(text.encode())
        file.seek(0)
        self.addCleanup(file.close)
        return file

    def test_terminate_is_as_gentle_as_ctrl_c(self):
        code, err, _ = self.interrupted_index(signal.SIGTERM)
        self.assertEqual(code, 128 + signal.SIGTERM, err)
        self.quire("index")
        self.quire("check")

    def test_kill_loses_no_more_than_the_run(self):
        code, _, files = self.interrupted_index(signal.SIGKILL)
        self.assertEqual(code, -signal.SIGKILL)
        self.quire("index")
        self.quire("check")
        self.assertEqual(json.loads(self.quire("status", "--json")[0])["files"], files)

    def test_a_reader_that_goes_away_ends_the_program_quietly(self):
        write_tree(self.tree, 300)
        self.quire("index", "-q")
        for words in (["export"], ["files"], ["search", "value compute"], ["dump", ".quire/metadata.json"]):
            reader, writer = os.pipe()
            os.close(reader)  # Before the program begins, so that it can't have written by then.
            process = self.start(*words, stdout=writer)
            os.close(writer)
            err = process.stderr.read().decode()
            process.stderr.close()
            self.assertEqual(process.wait(TIMEOUT_S), 0, (words, err))
            self.assertEqual(err, "", words)

    def test_a_full_output_is_an_error(self):
        write_tree(self.tree, 3)
        self.quire("index", "-q")
        with open("/dev/full", "wb") as full:
            _, err = self.quire("search", "value", stdout=full, code=2)
            self.assertIn("No space left on device", err)
            _, err = self.quire("export", stdout=full, code=1)
            self.assertIn("No space left on device", err)
            _, err = self.quire("--version", stdout=full, code=1)

    def test_a_second_writer_waits_and_then_names_the_first(self):
        write_tree(self.tree, 3)
        self.quire("index", "-q")
        (self.tree / "new.py").write_text("def new():\n    pass\n")
        with open(self.tree / ".quire/LOCK", "r+b") as lock:
            lock.truncate(0)
            lock.write(b"pid 4711 (quire index /elsewhere)\n")
            lock.flush()
            fcntl.fcntl(lock, F_OFD_SETLK, struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 1, 0))
            _, err = self.quire("index", code=1)
            self.assertIn("pid 4711 (quire index /elsewhere)", err)
            (self.tree / "new.py").write_text("def waddle(): pass\n")
            out, err = self.quire("search", "value", env=self.env | {"QUIRE_REFRESH_MS": "2000"})
            self.assertIn(".py:", out)
            self.assertIn("what changed since is unknown: another process is changing the index", err)
            process = self.start("index")
            time.sleep(0.5)
            self.assertIsNone(process.poll(), "the second writer did not wait")
        _, err = process.communicate(timeout=TIMEOUT_S)
        self.assertEqual(process.returncode, 0, err)
        self.quire("check")

    def test_two_runs_at_once_leave_one_sound_index(self):
        write_tree(self.tree, 600)
        runs = [self.start("index") for _ in range(2)]
        codes = []
        for run in runs:
            _, err = run.communicate(timeout=TIMEOUT_S)
            codes.append(run.returncode)
            if run.returncode != 0:
                self.assertEqual(run.returncode, 1, err)
                self.assertIn(b"is being written by", err)
        self.assertIn(0, codes)
        self.quire("index")
        self.quire("check")
        status = json.loads(self.quire("status", "--json")[0])
        self.assertEqual(status["files"], 600)
        rows = [json.loads(line) for line in self.quire("export")[0].splitlines()[1:]]
        places = {(row["file_path"], row["start_line"]) for row in rows}
        self.assertEqual(len(places), len(rows), "chunks are stored twice")

    def test_a_full_disk_fails_with_a_message_and_loses_nothing(self):
        disk = self.folder / "disk"
        self.mount(disk, "2m")
        write_tree(self.tree, 20)
        self.quire("index", "--db", disk / "db", "-q")
        write_tree(self.tree, 2000)
        _, err = self.quire("index", "--db", disk / "db", code=1)
        self.assertIn("No space left on device", err)
        self.assertIn("d3/f3.py:1-", self.quire("symbol", "function_3", "--db", disk / "db")[0])
        subprocess.run(["mount", "-o", "remount,size=256m", disk], check=True)
        self.quire("index", "--db", disk / "db")
        self.quire("check", "--db", disk / "db")
        self.assertEqual(json.loads(self.quire("status", "--json", "--db", disk / "db")[0])["files"], 2000)

    def test_a_root_that_can_not_be_written_is_indexed_in_the_cache_folder(self):
        self.mount(self.tree, "4m")
        write_tree(self.tree, 5)
        subprocess.run(["mount", "-o", "remount,ro", self.tree], check=True)
        _, err = self.quire("index")
        self.assertIn(str(self.folder / "home/.cache/quire"), err)
        self.assertFalse((self.tree / ".quire").exists())
        out, _ = self.quire("search", "function_3", cwd=self.tree / "d3")
        self.assertIn("f3.py:1-", out)
        self.assertEqual(len(list((self.folder / "home/.cache/quire").glob("*/CACHEDIR.TAG"))), 1)

    def test_a_first_search_and_an_import_build_in_the_cache_folder_too(self):
        self.mount(self.tree, "4m")
        write_tree(self.tree, 5)
        (self.tree / ".git").mkdir()
        subprocess.run(["mount", "-o", "remount,ro", self.tree], check=True)
        out, err = self.quire("search", "function_3")
        self.assertIn(str(self.folder / "home/.cache/quire"), err)
        self.assertIn("d3/f3.py:1-", out)
        rows = self.folder / "rows.jsonl"
        self.quire("export", "-o", rows)
        shutil.rmtree(self.folder / "home/.cache")
        _, err = self.quire("import", rows)
        self.assertIn(str(self.folder / "home/.cache/quire"), err)

    def test_what_there_is_no_time_for_is_said(self):
        write_tree(self.tree, 2000, lines=2)
        self.quire("index")
        _, err = self.quire("search", "value", env=self.env | {"QUIRE_REFRESH_MS": "1"})
        self.assertIn("what changed since is unknown: to look takes more than 1 ms (--refresh takes the time)", err)
        out, _ = self.quire("symbol", "function_7", "--json", env=self.env | {"QUIRE_REFRESH_MS": "1"})
        self.assertIn("takes more than 1 ms", json.loads(out)["incomplete"])

    def test_an_index_on_a_read_only_disk_answers(self):
        self.mount(self.tree, "8m")
        write_tree(self.tree, 5)
        self.quire("index", "-q")
        subprocess.run(["mount", "-o", "remount,ro", self.tree], check=True)
        self.assertIn("d3/f3.py:1-", self.quire("symbol", "function_3")[0])
        self.quire("status")
        self.quire("check")
        _, err = self.quire("index", "--rebuild", "--db", self.tree / ".quire", code=1)
        self.assertIn("ead-only", err)

    def test_what_nobody_may_read_is_skipped_and_said(self):
        write_tree(self.tree, 3)
        (self.tree / "secret.py").write_text("def secret():\n    pass\n")
        (self.tree / "locked").mkdir()
        (self.tree / "locked/inner.py").write_text("def inner():\n    pass\n")
        (self.tree / "listed").mkdir()
        (self.tree / "listed/known.py").write_text("def known():\n    pass\n")
        self.quire("index", "-q", "--db", self.folder / "db")
        (self.tree / "secret.py").chmod(0)
        (self.tree / "locked").chmod(0)
        (self.tree / "listed").chmod(0o444)
        for name in ("locked", "listed"):
            self.addCleanup((self.tree / name).chmod, 0o700)
        options = {}
        if os.geteuid() == 0:
            shutil.copy(QUIRE, self.folder / "quire")
            for path in (self.folder, self.tree, self.folder / "home"):
                path.chmod(0o777)
            subprocess.run(["chown", "-R", str(NOBODY), self.folder / "db"], check=True)
            options = {"program": self.folder / "quire", "user": NOBODY, "group": NOBODY, "extra_groups": []}
        _, err = self.quire("index", "-v", **options)
        self.assertRegex(err, r"secret\.py: .*Permission denied")
        self.assertRegex(err, r"locked.*: .*Permission denied")
        self.assertRegex(err, r"listed.known\.py: .*Permission denied")
        self.assertIn("3 files skipped", err)
        self.assertNotIn("secret.py", self.quire("files", **options)[0])
        _, err = self.quire("index", "--db", self.folder / "db", **options)
        self.assertIn("3 files skipped", err)
        kept = self.quire("files", "--db", self.folder / "db", **options)[0]
        for path in ("secret.py", "locked/inner.py", "listed/known.py"):
            self.assertIn(path, kept)

    def on_a_terminal(self, *words, env=None):
        """What the program writes to a terminal that is its stdout and stderr; (exit code, text)."""
        master, slave = pty.openpty()
        process = self.start(*words, stdout=slave, stderr=slave, env=self.env | {"TERM": "xterm", "QUIRE_PAGER": "cat"} | (env or {}))
        os.close(slave)
        text = b""
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError as error:
                if error.errno != errno.EIO:
                    raise
                piece = b""
            if not piece:
                break
            text += piece
        os.close(master)
        return process.wait(TIMEOUT_S), text.decode()

    def test_a_terminal_gets_colours_and_progress_that_goes_away(self):
        write_tree(self.tree, 400)
        code, text = self.on_a_terminal("index")
        self.assertEqual(code, 0, text)
        self.assertIn("\x1b[Klooking for files ...", text)
        self.assertRegex(text, r"\x1b\[Kindexing: \d+ of 400 files, \d+ chunks?, [\d,]+ files/s")
        shown = [line.rsplit("\x1b[K", 1)[-1] for line in text.split("\n")]
        self.assertFalse([line for line in shown if line.startswith("indexing:")], text)
        self.assertTrue([line for line in shown if line.startswith("indexed 400 files")], shown)
        code, text = self.on_a_terminal("search", "function_7")
        self.assertEqual(code, 0, text)
        self.assertIn("\x1b[35m", text)
        for plain in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
            code, text = self.on_a_terminal("search", "function_7", env=plain)
            self.assertNotIn("\x1b", text)

    def test_lines_on_a_terminal_are_cut_to_its_width(self):
        (self.tree / "long.py").write_text("x = 'needle' + '" + "y" * 500 + "'\n")
        self.quire("index", "-q")
        code, text = self.on_a_terminal("search", "needle", env={"NO_COLOR": "1"})
        self.assertEqual(code, 0, text)
        self.assertTrue(re.search("y\u2026\r?$", text, re.MULTILINE), text)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
