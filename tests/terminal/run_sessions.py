#!/usr/bin/env python3
"""Types *.session files into a real terminal (tmux), and compares what its screen shows with what they say.

  run_sessions.py [--update] QUIRE FILE.session...     0: all as written; 1: what was not; 77: there is no tmux

--update writes the screens into the files as they are now. A session has a fresh folder, a fresh home, bash with the
exit code of the last command in its prompt, and no other environment. A line each:

  size COLUMNS ROWS    of the terminal (100 x 30)     env NAME=VALUE    of the shell; both before all else
  file PATH            the following lines that begin with `| ` are written there
  bytes PATH HEX       so are these bytes             remove PATH       a file
  tree FILES LINES     a tree of so many source files of so many functions in src/
  $ COMMAND            clears the screen, types that, and waits for the next prompt
  type COMMAND         likewise, but waits for nothing
  key NAME...          presses keys by tmux's names: q, Space, Enter, C-c
  press NAME REGEX     presses a key again and again until the screen shows that
  wait REGEX           until the screen shows that
  saw REGEX            until the terminal got that since the last command, even if it was overwritten
  await PATH           until there is such a file, and something in it
  screen               what the screen shows then: the following lines that begin with `| `
  colors               likewise, with its colours as escape sequences, ESC written as ^[

Times, sizes, scores and the like are masked, so that screens are the same on every run. They are compared until they
agree or a minute has passed: nothing depends on how fast the machine is.
"""

import concurrent.futures
import difflib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

TIMEOUT_S = 60
SETTLED_S = 0.5
# As long as what mkdtemp() makes, so that lines break where they broke.
FOLDER = "/tmp/quire-sessions"
PROMPT = re.compile(r"\[\d+\] \$")
MASKS = [(re.compile(pattern), by) for pattern, by in (
    (r"just now|\d+ (second|minute)s? ago", "<ago>"),
    (r"(in|after) (\d+ ms|\d+(\.\d+)? s|\d+ min \d+ s)\b", r"\1 <time>"),
    (r"\b\d+(\.\d+)? (bytes|kB|MB)\b", "<size>"),
    (r"(?m)(\s)-?\d+\.\d{3}(?=\x1b|$| )", r"\1<score>"),
    (r"indexing: [\d,]+ of ([\d,]+) files, [\d,]+ chunks?, ([\d,]+ files/s|finishing \.\.\.)",
     r"indexing: <n> of \1 files, <rate>"),
    (r"[\d,]+ files are safe", "<n> files are safe"),
    (r"\([\d,]+ new, [\d,]+ unchanged\)", "(<n> new, <n> unchanged)"),
    (r"lsn \d+", "lsn <n>"),
    (r"(process|pid) \d+", r"\1 <pid>"),
    (r"builtin/1/[0-9a-f]{16}", "builtin/1/<hash>"),
)]


class Failure(Exception):
    pass


def masked(text, folder):
    """Also where a line breaks in the folder's name."""
    spread = re.compile(r"(\n?)".join(map(re.escape, folder)))
    text = spread.sub(lambda m: "".join(c + (b or "") for c, b in zip(FOLDER, [*m.groups(), ""])), text)
    for pattern, by in MASKS:
        text = pattern.sub(by, text)
    return text


class Terminal:
    """tmux with one window, and bash in it."""

    def __init__(self, quire, folder, size, variables):
        self.folder, self.log = folder, folder / "log"
        for name in ("bin", "home", "project"):
            (folder / name).mkdir()
        (folder / "bin/quire").symlink_to(quire)
        (folder / "rc").write_text("PS1='[$?] $ '\nunset HISTFILE\n")
        self.log.touch()
        self.env = {"HOME": str(folder / "home"), "PATH": f"{folder}/bin:/usr/bin:/bin", "LANG": "C.UTF-8",
                    "TERM": "xterm", "QUIRE_REFRESH_MS": "60000", **variables}
        self.tmux("new-session", "-d", "-x", size[0], "-y", size[1], "-c", str(folder / "project"),
                  f"exec env -u TMUX -u TMUX_PANE TERM={variables.get('TERM', 'screen-256color')} "
                  f"bash --noprofile --rcfile {folder}/rc")
        self.tmux("pipe-pane", "-o", f"exec cat >>{self.log}")

    def tmux(self, *arguments):
        return subprocess.run(["tmux", "-u", "-S", self.folder / "socket", "-f", "/dev/null", *arguments],
                              env=self.env, capture_output=True, text=True, check=True, timeout=TIMEOUT_S).stdout

    def screen(self, *options):
        return masked(self.tmux("capture-pane", "-p", *options).rstrip(), str(self.folder))

    def until(self, what, holds, pause=0.02):
        until = time.monotonic() + TIMEOUT_S
        while not holds():
            if time.monotonic() > until:
                raise Failure(f"not within {TIMEOUT_S} s: {what}; the screen shows\n{self.screen()}")
            time.sleep(pause)

    def type(self, text):
        self.tmux("send-keys", "C-l")
        self.until("a clear screen", lambda: PROMPT.fullmatch(self.screen()))
        self.log.write_bytes(b"")
        self.tmux("send-keys", "-l", text)
        self.tmux("send-keys", "Enter")

    def await_prompt(self):
        def there():
            lines = self.screen().splitlines()
            return len(lines) > 1 and PROMPT.fullmatch(lines[-1])
        self.until("a prompt", there)

    def close(self):
        subprocess.run(["tmux", "-S", self.folder / "socket", "kill-server"], capture_output=True, check=False,
                       timeout=TIMEOUT_S)


class Session:
    def __init__(self, quire, path, update):
        self.quire, self.path, self.update = quire, path, update
        self.lines = path.read_text().splitlines()
        self.size, self.variables, self.terminal = ("100", "30"), {}, None

    def run(self):
        """What went wrong, or None."""
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="quire-", dir="/tmp"))
        written = []
        at = 0
        try:
            while at < len(self.lines):
                line, start = self.lines[at], at + 1
                at = start
                while at < len(self.lines) and self.lines[at].startswith("|"):
                    at += 1
                block = [text[2:] for text in self.lines[start:at]]
                written += [line, *(f"| {text}".rstrip() for text in self.step(line, block))]
            return None
        except (Failure, subprocess.SubprocessError) as failure:
            return f"{self.path.name}:{start}: {self.lines[start - 1]}: {failure}"
        finally:
            if self.terminal:
                self.terminal.close()
            subprocess.run(["chmod", "-R", "u+rwX", self.folder], check=False)
            shutil.rmtree(self.folder, ignore_errors=True)
            if self.update and at == len(self.lines):
                self.path.write_text("\n".join(written) + "\n")

    def step(self, line, block):
        """The block as it is to be written."""
        verb, _, rest = line.partition(" ")
        if not line or verb == "#":
            return block
        if verb in ("size", "env"):
            getattr(self, "do_" + verb)(rest)
            return block
        if self.terminal is None:
            self.terminal = Terminal(self.quire, self.folder, self.size, self.variables)
        name = "do_" + {"$": "run"}.get(verb, verb)
        if not hasattr(self, name):
            raise Failure("no such step")
        return getattr(self, name)(rest, block) or block

    def do_size(self, rest):
        self.size = tuple(rest.split())

    def do_env(self, rest):
        name, _, value = rest.partition("=")
        self.variables[name] = value

    def at(self, path):
        path = self.folder / "project" / path
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def do_file(self, rest, block):
        self.at(rest).write_text("".join(text + "\n" for text in block))

    def do_bytes(self, rest, _):
        path, _, digits = rest.partition(" ")
        path = re.sub(rb"\\x(..)", lambda m: bytes.fromhex(m[1].decode()), os.fsencode(path))
        path = os.path.join(os.fsencode(self.folder / "project"), path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(bytes.fromhex(digits))

    def do_remove(self, rest, _):
        self.at(rest).unlink()

    def do_tree(self, rest, _):
        files, functions = map(int, rest.split())
        for number in range(files):
            lines = (f"def handler_{number}_{i}(request):\n    return request.answer({number}, {i})\n\n\n"
                     for i in range(functions))
            self.at(f"src/d{number // 100:02}/f{number % 100:02}.py").write_text("".join(lines))

    def do_run(self, rest, _):
        self.terminal.type(rest)
        self.terminal.await_prompt()

    def do_type(self, rest, _):
        self.terminal.type(rest)

    def do_key(self, rest, _):
        self.terminal.tmux("send-keys", *rest.split())

    def do_press(self, rest, _):
        key, _, regex = rest.partition(" ")

        def shown():
            self.terminal.tmux("send-keys", key)
            return re.search(regex, self.terminal.screen(), re.MULTILINE)
        self.terminal.until(rest, shown, pause=SETTLED_S)

    def do_wait(self, rest, _):
        pattern = re.compile(rest, re.MULTILINE)
        self.terminal.until(rest, lambda: pattern.search(self.terminal.screen()))

    def do_saw(self, rest, _):
        pattern = re.compile(os.fsencode(rest))
        self.terminal.until(rest, lambda: pattern.search(self.terminal.log.read_bytes()), pause=0.005)

    def do_await(self, rest, _):
        path = self.at(rest)
        self.terminal.until(rest, lambda: path.exists() and path.stat().st_size > 0, pause=0.005)

    def do_screen(self, _, block):
        return self.compare(block, self.terminal.screen)

    def do_colors(self, _, block):
        return self.compare(block, lambda: self.terminal.screen("-e").replace("\x1b", "^["))

    def compare(self, block, screen):
        if self.update:
            return self.settled(screen)
        until = time.monotonic() + TIMEOUT_S
        shown = screen().splitlines()
        while [text.rstrip() for text in shown] != [text.rstrip() for text in block]:
            if time.monotonic() > until:
                raise Failure("\n" + "\n".join(difflib.unified_diff(block, shown, "written", "shown", lineterm="")))
            time.sleep(0.05)
            shown = screen().splitlines()
        return block

    @staticmethod
    def settled(screen):
        shown, before = screen(), None
        while shown != before:
            time.sleep(SETTLED_S)
            shown, before = screen(), shown
        return shown.splitlines()


def main():
    words = [word for word in sys.argv[1:] if word != "--update"]
    if shutil.which("tmux") is None or shutil.which("less") is None:
        print("skipped: tmux and less are needed (tools/install test)")
        return 77
    update = "--update" in sys.argv
    sessions = [Session(os.path.abspath(words[0]), pathlib.Path(path), update) for path in words[1:]]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        failures = [failure for failure in pool.map(Session.run, sessions) if failure]
    print(*failures, sep="\n", end="\n" if failures else "")
    print(f"{len(sessions)} sessions, {len(failures)} failed")
    return 1 if failures or not sessions else 0


if __name__ == "__main__":
    sys.exit(main())
