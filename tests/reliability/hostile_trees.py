#!/usr/bin/env python3
"""R29: trees that a seeded generator makes to harm whoever looks at them: links of all shapes, pipes, sockets, devices, folders
in the place of files, odd names, a `.quire`, a `.git` and ignore files of somebody's, deep folders, long lines, code without
end. Each goes through index, search, symbol, files, similar, status, check, repair, rebuild, export and a server that is asked, and
every second one's index is adopted first.
Nothing beside the tree and no source in it may change, no command may hang or end by a signal, no output may hold a character
that a terminal obeys, and after what the messages propose, a search finds. Under every fifth tree, strace looks for other
programs and sockets, and takes the program's own confinement away.

  hostile_trees.py QUIRE            QUIRE_ROUND=SEED: the tree of that seed alone; QUIRE_KEEP=1: it stays
"""

import contextlib
import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import threading

from scoreboard import Score, rounds

QUIRE = os.path.abspath(sys.argv[1])
TREES, PARTS, TRACED, TIMEOUT_S = 2000, 40, 5, 60
SLOWDOWN = float(os.environ.get("QUIRE_SLOWDOWN", "1"))
MESSAGES = [{"jsonrpc": "2.0", "id": 0, "method": "initialize",
             "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}},
            {"jsonrpc": "2.0", "method": "notifications/initialized"},
            *({"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": {"name": name, "arguments": arguments}}
              for number, (name, arguments) in enumerate([("search", {"query": "alpha"}), ("list_files", {}), ("find_by_symbol", {"pattern": "alpha"}), ("status", {}),
                                                          ("reindex", {})], 1))]
BEFORE = [("index", "-q"), ("search", "alpha"), ("symbol", "alpha"), ("status", "-v"), ("check", "--repair")]
ADOPTING = [("index", "-q", "--adopt"), ("check",), ("search", "alpha", "-C", "2"), ("check", "--repair")]
AFTER = [("index", "--rebuild"), ("index", "-q"), ("search", "alpha", "-C", "2"), ("search", "--json", "--regex", "al.*a"), ("symbol", "alpha"),
         ("files",), ("files", "--json"), ("similar", "src/plain.py:1"), ("status", "-v"), ("check",), ("export",)]
# Control characters but for tab and newline, and those that turn or hide text.
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
LOOKED_FOR = "execve,execveat,socket,socketpair,connect,bind,io_uring_setup"
CONFINING = ["landlock_create_ruleset", "seccomp"]

PRECIOUS = {name: b"precious\n" for name in ("file", "words-1", ".bashrc", "LOCK", "ready", "index.usearch")}
STORE_NAMES = ["LOCK", "OWNER", ".gitignore", "index.usearch", "metadata.json", "journal-00000001.log", "index.usearch.tmp", "metadata.json.tmp",
               "metadata.json.orig", "journal.tmp", "cache", "next", "repair", "cache/words-1", "next/LOCK", "LOCK.damaged", "repair/index.usearch"]
ODD_NAMES = [name if isinstance(name, bytes) else name.encode() for name in
             ("new\nline.py", "back\\slash.py", "-rf.py", "--root", "tab\t.py", b"bad\xff\xfe.py", "\u202egnp.py", "\u200b.py", "esc\x1b[31m.py",
              "a" * 250 + ".py", "quote'\".py", " .py", "...", "*.py", "[x].py", "$(touch pwned).py", "`touch pwned`.py", "\x7f.py", "\u0085.c")]
CODE = {".py": "def alpha():\n    return 1\n", ".c": "int alpha(void) { return 1; }\n", ".go": "package a\n\nfunc Alpha() {}\n",
        ".rs": "fn alpha() {}\n", ".js": "function alpha() {}\n", ".java": "class Alpha { void alpha() {} }\n", ".ts": "function alpha(): number {}\n",
        ".cpp": "class A { int alpha(); };\n", ".tsx": "const alpha = () => <a/>;\n", ".rb": "def alpha\nend\n", ".md": "# alpha\n\ntext\n",
        ".txt": "alpha\n"}
UNITS = ["x ", "(", "a.b", "\\", "\"", "{[", "0x", "/*", "\t", "\u202e", "{\"a\":", "<a>", "a<", "'", "`${"]
TAILS = ["\x01x", "}", "'", "/*", "#if 1\n", "\"\"\"", "`", "<<", "\\\n", "@", "\x1b]0;x\x07", "\r", "\u2028", "\0", "R\"(", "<!--", "\u009b31m", "=begin\n"]
RULES = ["**/a**/" * 30, "[" * 2000, "!" * 100, "\\", "*" * 5000 + "x", "/", "!.quire", "!/../outside", "a*" * 500, "[!a-z", "\x1b", "src/*\n!src/plain.py",
         "!**", "../", "!.env", "\0", "\u202e"]


# ---- Trees are planned as nested dicts, and made from that in one go: what makes them meets none of their links.

Link = type("Link", (str,), {})
NO_FILES = ["pipe", "socket", "zero", "block"]


class Plan:
    """A tree of somebody's: by name, bytes of a file, a dict, a Link, or one of NO_FILES. `outside` lies beside it."""

    def __init__(self, seed, outside):
        self.random, self.outside = random.Random(seed), outside
        self.tree = {b"src": {b"plain.py": CODE[".py"].encode()}}
        shapes = [self.link, self.link, self.no_file, self.odd_name, self.deep, self.long_line, self.endless, self.ignore_file, self.git, self.index,
                  self.index, self.swapped, self.secret, self.nested]
        for shape in self.random.sample(shapes, self.random.randrange(3, 9)):
            shape()

    def put(self, path, thing):
        """Unless something is there, or above it something that is no folder."""
        *folders, name = os.fsencode(path).split(b"/")
        at = self.tree
        for folder in folders:
            at = at.setdefault(folder, {})
            if not isinstance(at, dict):
                return
        at.setdefault(name, thing)

    def place(self, suffix=""):
        return self.random.choice(["", "src/", "lib/"]) + f"n{self.random.randrange(1000)}{suffix}"

    def any_code(self):
        return self.random.choice(list(CODE.items()))

    def inside_or_beside(self):
        """What a link to which may be written leads to, should somebody follow it."""
        up = "../" * self.random.randrange(4)
        return Link(self.random.choice([f"{self.outside}/file", self.outside, up + "outside/file", up + "outside", up + "outside/new",
                                        up + "outside/ready", ".", "..", "self", "src", "nowhere", "x" * 300]))

    def anywhere(self):
        """What is only ever read."""
        return self.random.choice([self.inside_or_beside(), Link(self.random.choice(["/", "/etc/passwd", "/dev/zero", "/proc/self/mem", "/proc/self/root",
                                                                                   "/dev/stdin", "/proc/self/fd/0", "/proc/self/environ"]))])

    def no_file_at_all(self):
        return self.random.choice([*NO_FILES, {}])

    def link(self):
        for _ in range(self.random.randrange(1, 5)):
            self.put(self.place(self.random.choice(["", *CODE])), self.anywhere())

    def no_file(self):
        self.put(self.place(self.any_code()[0]), self.no_file_at_all())

    def odd_name(self):
        for name in self.random.sample(ODD_NAMES, 4):
            self.put(b"src/" + name, CODE[".py"].encode())

    def deep(self):
        self.put("d/" * self.random.choice([20, 200]) + "deep.py", CODE[".py"].encode())

    def long_line(self):
        unit = self.random.choice(UNITS)
        self.put(self.place(self.any_code()[0]), (unit * self.random.choice([1000, 100_000])).encode())

    def endless(self):
        suffix, code = self.any_code()
        tail = self.random.choice(TAILS)
        self.put(self.place(suffix), (code * self.random.randrange(1, 200) + tail * self.random.choice([1, 3000])).encode())

    def ignore_file(self):
        name = self.random.choice([".gitignore", ".ignore", ".quireignore", "src/.gitignore", "src/.quireignore", ".git/info/exclude"])
        rules = "\n".join(self.random.choices(RULES, k=self.random.choice([3, 300]))).encode()
        self.put(name, self.random.choice([self.anywhere(), self.no_file_at_all(), rules, rules]))

    def git(self):
        there = self.anywhere()
        gitdir = f"gitdir: {self.random.choice([there, '../' * 9, 'a' * 5000, chr(0), '.', '.git'])}\n".encode()
        config = f"[core]\n\texcludesFile = {there}\n\tworktree = {self.anywhere()}\n\tfsmonitor = touch pwned\n\tpager = touch pwned\n".encode()
        folder = {b"config": config, b"commondir": f"{self.anywhere()}\n".encode(), b"HEAD": b"ref: refs/heads/x\n", b"info": self.no_file_at_all()}
        self.put(".git", self.random.choice([gitdir, there, self.no_file_at_all(), folder, folder]))

    def index(self):
        """A `.quire` that nobody made here."""
        if self.random.randrange(3) == 0:
            self.put(".quire", self.random.choice([self.inside_or_beside(), self.no_file_at_all(), b"quire owner 1\n"]))
        for name in self.random.sample(STORE_NAMES, self.random.randrange(1, 9)):
            made_up = self.random.choice([b"", b"{", b'{"next_key":0,"chunks":{}}', b"quire owner 1\nid " + b"0" * 32 + b"\n", bytes(4096),
                                          self.random.randbytes(500)])
            self.put(".quire/" + name, self.random.choice([self.inside_or_beside(), self.inside_or_beside(), self.no_file_at_all(), made_up]))

    def swapped(self):
        """What is a folder for everybody else is a file, and the other way about."""
        self.tree[b"src"] = self.random.choice([b"x", self.anywhere(), {b"plain.py": {}}, {b"plain.py": self.anywhere()}])

    def secret(self):
        for name in self.random.sample([".env", "src/.env.local", "id_rsa", ".netrc", ".aws/credentials"], 2):
            self.put(name, self.random.choice([b"alpha = 1\n", self.anywhere(), self.no_file_at_all()]))

    def nested(self):
        """Trees in the tree, with what they bring along."""
        self.put("lib/other/.quire", self.random.choice([self.inside_or_beside(), {b"metadata.json": self.inside_or_beside(), b"cache": self.anywhere()}]))
        self.put("lib/other/.git", self.random.choice([b"gitdir: /\n", self.anywhere(), {b"info": {b"exclude": self.anywhere()}}]))
        self.put("lib/other/a.py", CODE[".py"].encode())


@contextlib.contextmanager
def opened(name, flags, parent=None):
    descriptor = os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644, dir_fd=parent)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def write_new(name, data, folder=None):
    with opened(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, folder) as file, os.fdopen(os.dup(file), "wb") as out:
        out.write(data)


def make_folder(things, name, parent=None):
    os.mkdir(name, 0o755, dir_fd=parent)
    with opened(name, os.O_RDONLY | os.O_DIRECTORY, parent) as folder:
        for inner, thing in things.items():
            try:
                make(thing, inner, folder)
            except OSError:
                pass  # A name or a kind that this file system, or this user, doesn't have.


def make(thing, name, folder):
    if isinstance(thing, dict):
        make_folder(thing, name, folder)
    elif isinstance(thing, bytes):
        write_new(name, thing, folder)
    elif isinstance(thing, Link):
        os.symlink(os.fsencode(str(thing)), name, dir_fd=folder)
    elif thing == "pipe":
        os.mkfifo(name, dir_fd=folder)
    elif thing == "socket":
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(os.fsencode(f"/proc/self/fd/{folder}/") + name)
    elif thing == "zero":
        os.mknod(name, 0o666 | stat.S_IFCHR, os.makedev(1, 5), dir_fd=folder)
    elif thing == "block":
        os.mknod(name, 0o666 | stat.S_IFBLK, os.makedev(7, 200), dir_fd=folder)


def digest(name, state, leave_out, parent=None):
    """All that is in a folder, by no link: names, kinds, modes, times, targets and bytes."""
    with opened(name, os.O_RDONLY | os.O_DIRECTORY, parent) as folder:
        for inner in sorted(os.fsencode(name) for name in os.listdir(folder)):
            if leave_out and inner in leave_out:
                continue
            found = os.stat(inner, dir_fd=folder, follow_symlinks=False)
            state.update(repr((inner, found.st_mode)).encode())
            if stat.S_ISDIR(found.st_mode):
                digest(inner, state, (), folder)
            elif stat.S_ISLNK(found.st_mode):
                state.update(os.readlink(inner, dir_fd=folder))
            elif stat.S_ISREG(found.st_mode):
                state.update(repr(found.st_mtime_ns).encode())
                with opened(inner, os.O_RDONLY | os.O_NONBLOCK, folder) as file, os.fdopen(os.dup(file), "rb") as whole:
                    state.update(whole.read())


def can_trace():
    return shutil.which("strace") is not None and subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], capture_output=True,
                                                                 check=False).returncode == 0


# ---- Looking at them.

CAN_TRACE = can_trace()


class Look:
    """One tree under all commands."""

    def __init__(self, seed, score):
        self.seed, self.score = seed, score
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="quire-trees-")).resolve()
        self.home, self.tree, self.outside = (self.folder / name for name in ("home", "tree", "outside"))
        self.calls = self.folder / "calls" if CAN_TRACE and seed // PARTS % TRACED == 0 else None
        # What looks for leaks can't do so under strace.
        self.env = {"HOME": str(self.home), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"} | ({"ASAN_OPTIONS": "detect_leaks=0"} if self.calls else {})

    def run(self):
        try:
            make_folder({b".bashrc": b"precious\n", b".gitconfig": b"[core]\n", b".local": {b"state": {}}, b".cache": {}}, self.home)
            make_folder({name.encode(): data for name, data in PRECIOUS.items()} | {b"folder": {}}, self.outside)
            make_folder(Plan(self.seed, str(self.outside)).tree, self.tree)
            self.before = self.all_but_ours()
            for words in [*BEFORE, *(ADOPTING if self.seed // PARTS % 2 else []), *AFTER]:
                self.command(words)
            self.serve()
            self.is_curable()
        finally:
            if "QUIRE_KEEP" in os.environ:
                print(self.folder, file=sys.stderr)
            else:
                shutil.rmtree(self.folder, ignore_errors=True)

    def all_but_ours(self):
        """Of everything around the tree and in it but our index, the user's state and the cache."""
        state = hashlib.sha256()
        digest(self.folder, state, (b"tree", b"home", b"calls"))
        digest(self.home, state, (b".local", b".cache"))
        ours = [name for name in os.listdir(os.fsencode(self.tree)) if name == b".quire" or name.startswith(b".quire.foreign")]
        digest(self.tree, state, ours)
        return state.hexdigest()

    def bad(self, key, *problem):
        self.score.bad(key, f"QUIRE_ROUND={self.seed}", problem)

    def traced(self):
        """As on a kernel that has no confinement: what holds is to hold by itself."""
        return ["strace", "-f", "-qq", "-o", self.calls, "-e", f"trace={LOOKED_FOR},{','.join(CONFINING)}",
                "-e", f"inject={','.join(CONFINING)}:error=ENOSYS"] if self.calls else []

    def command(self, words):
        """What it printed and its exit code; None if it did not end."""
        try:
            done = subprocess.run([*self.traced(), QUIRE, *words], cwd=self.tree, env=self.env, stdin=subprocess.DEVNULL, capture_output=True,
                                  timeout=TIMEOUT_S * SLOWDOWN, check=False)
        except subprocess.TimeoutExpired:
            self.bad("hangs", words)
            return None
        self.look_at(words, done)
        return done

    def serve(self):
        """A server that answers all of it before its input ends."""
        with subprocess.Popen([*self.traced(), QUIRE, "mcp", "--root", "."], cwd=self.tree, env=self.env, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as server:
            late = threading.Timer(TIMEOUT_S * SLOWDOWN, server.kill)
            late.start()
            server.stdin.write("".join(json.dumps(message) + "\n" for message in MESSAGES).encode())
            server.stdin.flush()
            answered = [server.stdout.readline() for message in MESSAGES if "id" in message]
            out, err = server.communicate()
            late.cancel()
        if server.returncode == -9:
            self.bad("hangs", "mcp", answered)
        self.look_at(("mcp",), subprocess.CompletedProcess([], server.returncode, b"".join(answered) + out, err))

    def look_at(self, words, done):
        self.score.add("runs")
        if done.returncode not in (0, 1, 2):
            self.bad("signals", words, done.returncode, done.stderr[-300:])
        is_json = "--json" in words or words[0] in ("mcp", "export")
        for text, obeyed in ((done.stdout, CONTROLS if is_json else OBEYED), (done.stderr, OBEYED)):
            if (found := obeyed.search(text.decode(errors="surrogateescape"))) or re.search("[\udc80-\udcff]", text.decode(errors="surrogateescape")):
                self.bad("obeyed", words, found, text[-300:])
        if (now := self.all_but_ours()) != self.before:
            self.bad("changed", words)
            self.before = now
        if self.calls:
            self.look_at_calls(words)

    def look_at_calls(self, words):
        """The first is that of quire itself; what the kernel refused counts, too."""
        calls = [line for line in self.calls.read_text(errors="replace").splitlines() if re.search(r"^\d+ +\w+\(", line)]
        calls = [line for line in calls if not re.search(rf"^\d+ +({'|'.join(CONFINING)})\(", line)]
        self.score.add("traced")
        if len(calls) != 1 or " execve(" not in calls[0]:
            self.bad("calls", words, calls[:3])

    def is_curable(self):
        """By what the messages propose, and with a file to find."""
        with opened(self.tree, os.O_RDONLY | os.O_DIRECTORY) as folder:
            write_new("alpha_here.py", b"def alpha_here():\n    return 1\n", folder)
        self.before = self.all_but_ours()
        for words in (("index", "--rebuild", "."), ("search", "--root", ".", "alpha_here"), ("check",)):
            done = self.command(words)
            if done is None or done.returncode != 0 or (words[0] == "search" and b"alpha_here.py" not in done.stdout):
                self.bad("incurable", words, done)


def main():
    score = Score("R29", ["trees", "runs", "traced"], ["hangs", "signals", "obeyed", "changed", "calls", "incurable"])
    for seed in rounds(TREES, PARTS):
        Look(seed, score).run()
        score.add("trees")
    return score.finish()


if __name__ == "__main__":
    sys.exit(main())
