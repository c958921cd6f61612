#!/usr/bin/env python3
"""Runs the real program as *.case files say, and compares what it prints and how it exits.

  run_cases.py QUIRE FILE.case...     0: all as expected; 1: what was not, with what was printed

Each case begins with `== SENTENCE` and has a fresh folder as the current one, a fresh home, and no other
environment. What comes before the first `==` happens in every case of the file. Then, a line each:

  file PATH            the following lines that begin with `| ` are written there
  bytes PATH HEX...    so are these bytes        flip PATH OFFSET   one bit of a file is turned over
  mkdir PATH           a folder                  cut PATH SIZE      a file is cut to that size
  link PATH TARGET     a symbolic link
  git                  an empty .git             remove PATH        a file or a folder
  chmod PATH MODE      a file's mode, in octal
  env NAME=VALUE       for the runs that follow; {here} is the case's folder, {bin} the program's
  cd PATH              likewise
  input TEXT           standard input of the next run; the following `| ` lines belong to it
  $ quire ARGS         runs the program; words as in a shell, '\\xFF' is a byte
  exit N               ... and this was its exit code
  out REGEX            ... and its output has that somewhere (not-out: nowhere; no-out: nothing was printed)
  err REGEX            ... likewise for standard error (not-err, no-err)
  json PATH = VALUE    ... and its output, as JSON, has that value there; `#` instead of a name is a length
  exists PATH          ... and there is such a file (absent: there is none; is-link: it is a symbolic link)
  contents PATH        ... and it holds exactly the following `| ` lines
  mode PATH MODE       ... and it has that mode, in octal
"""

import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

TIMEOUT_S = 60


class Failure(Exception):
    pass


def bytes_of(text):
    """Words of a case file as bytes, \\xNN being one."""
    return re.sub(rb"\\x([0-9a-fA-F]{2})", lambda m: bytes([int(m[1], 16)]), os.fsencode(text))


class Case:
    def __init__(self, quire, name, steps):
        self.quire, self.name, self.steps = quire, name, steps
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="quire-cli-"))
        self.here = self.folder / "tree"
        self.here.mkdir()
        (self.folder / "home").mkdir()
        self.env = {"HOME": str(self.folder / "home"), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8",
                    "QUIRE_REFRESH_MS": "60000"}  # However busy the machine is.
        self.input = b""
        self.result = None

    def run(self):
        try:
            for line, verb, rest, block in self.steps:
                try:
                    getattr(self, "do_" + verb.replace("-", "_"))(rest, block)
                except Failure as failure:
                    return f"line {line}: {verb} {rest}: {failure}\n{self.shown()}"
            return None
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def shown(self):
        if self.result is None:
            return ""
        out, err = (stream.decode("utf-8", "backslashreplace") for stream in (self.result.stdout, self.result.stderr))
        return f"    exit code {self.result.returncode}\n    stdout: {out[:3000]!r}\n    stderr: {err[:3000]!r}"

    def path(self, word):
        return os.path.join(os.fsencode(self.here), bytes_of(word))

    def write(self, path, data):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)

    def edit(self, word, change):
        with open(self.path(word), "rb") as file:
            data = file.read()
        self.write(self.path(word), change(data))

    def do_file(self, rest, block):
        self.write(self.path(rest), bytes_of(block))

    def do_bytes(self, rest, _):
        word, *numbers = rest.split()
        self.write(self.path(word), bytes.fromhex("".join(numbers)))

    def do_flip(self, rest, _):
        word, offset = rest.split()
        at = int(offset)
        self.edit(word, lambda data: data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1:])

    def do_cut(self, rest, _):
        word, size = rest.split()
        self.edit(word, lambda data: data[:int(size)])

    def do_mkdir(self, rest, _):
        os.makedirs(self.path(rest))

    def do_link(self, rest, _):
        word, target = rest.split()
        os.makedirs(os.path.dirname(self.path(word)), exist_ok=True)
        os.symlink(bytes_of(target), self.path(word))

    def do_git(self, _, __):
        (self.here / ".git").mkdir()

    def do_remove(self, rest, _):
        path = self.path(rest)
        shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)

    def do_chmod(self, rest, _):
        word, mode = rest.split()
        os.chmod(self.path(word), int(mode, 8))

    def do_env(self, rest, _):
        name, value = rest.split("=", 1)
        self.env[name] = value.replace("{here}", str(self.here)).replace("{bin}", os.path.dirname(self.quire))

    def do_cd(self, rest, _):
        self.here = pathlib.Path(os.path.normpath(self.here / rest))

    def do_input(self, rest, block):
        self.input = bytes_of(rest + block)

    def do_run(self, rest, _):
        words = [bytes_of(word) for word in shlex.split(rest)]
        if words[:1] != [b"quire"]:
            raise Failure("only quire is run")
        self.result = subprocess.run([self.quire] + words[1:], cwd=self.here, env=self.env, input=self.input,
                                     capture_output=True, timeout=TIMEOUT_S, check=False)
        self.input = b""
        if self.result.returncode < 0:
            raise Failure(f"died of signal {-self.result.returncode}")

    def do_exit(self, rest, _):
        if self.result.returncode != int(rest):
            raise Failure("another exit code")

    def find(self, regex, stream):
        return re.search(os.fsencode(regex), stream, re.MULTILINE)

    def do_out(self, rest, _):
        if not self.find(rest, self.result.stdout):
            raise Failure("not in the output")

    def do_not_out(self, rest, _):
        if self.find(rest, self.result.stdout):
            raise Failure("it is in the output")

    def do_no_out(self, _, __):
        if self.result.stdout:
            raise Failure("something was printed")

    def do_err(self, rest, _):
        if not self.find(rest, self.result.stderr):
            raise Failure("not in standard error")

    def do_not_err(self, rest, _):
        if self.find(rest, self.result.stderr):
            raise Failure("it is in standard error")

    def do_no_err(self, _, __):
        if self.result.stderr:
            raise Failure("something was printed")

    def do_json(self, rest, _):
        path, _, expected = rest.partition(" = ")
        try:
            value = json.loads(self.result.stdout)
            for name in path.split("."):
                value = len(value) if name == "#" else value[int(name) if isinstance(value, list) else name]
        except (ValueError, LookupError, TypeError) as error:
            raise Failure(f"{type(error).__name__}: {error}") from error
        if value != json.loads(expected):
            raise Failure(f"found {value!r}")

    def do_exists(self, rest, _):
        if not os.path.lexists(self.path(rest)):
            raise Failure("it is not there")

    def do_absent(self, rest, _):
        if os.path.lexists(self.path(rest)):
            raise Failure("it is there")

    def do_is_link(self, rest, _):
        if not os.path.islink(self.path(rest)):
            raise Failure("it is no link")

    def do_contents(self, rest, block):
        with open(self.path(rest), "rb") as file:
            found = file.read()
        if found != bytes_of(block):
            raise Failure(f"it holds {found!r}")

    def do_mode(self, rest, _):
        word, mode = rest.split()
        found = os.stat(self.path(word)).st_mode & 0o7777
        if found != int(mode, 8):
            raise Failure(f"it has the mode {found:o}")


def read_cases(path):
    """[(name, [(line, verb, rest, block)])] of one file."""
    common, cases, steps = [], [], None
    steps = common
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.startswith("== "):
            steps = list(common)
            cases.append((line[3:], steps))
        elif line.startswith("|"):
            at, verb, rest, block = steps.pop()
            steps.append((at, verb, rest, block + line[2:] + "\n"))
        elif line.startswith("$ "):
            steps.append((number, "run", line[2:], ""))
        elif line.strip() and not line.startswith("#"):
            verb, _, rest = line.partition(" ")
            steps.append((number, verb, rest, ""))
    return cases


def main():
    quire = os.path.abspath(sys.argv[1])
    failed, total = 0, 0
    for path in map(pathlib.Path, sys.argv[2:]):
        for name, steps in read_cases(path):
            total += 1
            problem = Case(quire, name, steps).run()
            if problem:
                failed += 1
                print(f"{path.name}: {name}\n  {problem}")
    print(f"{total} cases, {failed} failed")
    return 1 if failed or not total else 0


if __name__ == "__main__":
    sys.exit(main())
