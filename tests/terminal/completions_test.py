#!/usr/bin/env python3
"""Asks real shells what they complete with the scripts of `quire completions`, and man-page checkers about `quire man`.

  completions_test.py QUIRE     0: as expected (what is not installed is skipped, and said); 1: what was not
"""

import os
import pathlib
import pty
import select
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

TIMEOUT_S = 120

# What is typed, and all that is offered then.
CASES = [
    ("quire sea", {"search"}),
    ("quire sta", {"status"}),
    ("quire co", {"compact", "completions"}),
    ("quire help co", {"compact", "completions"}),
    ("quire --color ", {"auto", "always", "never"}),
    ("quire --color al", {"always"}),
    ("quire search --color=n", {"never"}),
    ("quire --root sub search --wit", {"--without"}),
    ("quire --root=sub search --expl", {"--explain"}),
    ("quire search --by ", {"words", "vectors", "both"}),
    ("quire search --by=wo", {"words"}),
    ("quire search --without path,fi", {"file"}),
    ("quire search --no-p", {"--no-pager"}),
    ("quire symbol --expl", set()),
    ("quire search -n ", set()),
    ("quire search lock -- --by", set()),
    ("quire completions ", {"bash", "zsh", "fish"}),
    ("quire dump no", {"notes.txt"}),
    ("quire dump a", {"a file.txt"}),
    ("quire import no", {"notes.txt"}),
    ("quire export -o no", {"notes.txt"}),
    ("quire index su", {"sub"}),
    ("quire index ", {"sub"}),
    ("quire status --db su", {"sub"}),
    ("quire similar sub/", {"inner.c"}),
]

BASH = """
source <("$1" completions bash) || exit 1
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_quire
printf '%s\\n' "${COMPREPLY[@]}"
"""

# What is offered goes to $OFFERED instead of the screen; Ctrl-X ends the list.
ZSH = """
PS1='> ' LISTMAX=10000
autoload -Uz compinit && compinit -D -u
source <("$QUIRE" completions zsh)
compadd() {
  if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return; fi
  local -a offered
  builtin compadd -A offered "$@"
  if (( $#offered )); then print -rl -- $offered >>$OFFERED; fi
  builtin compadd "$@"
}
end_list() { print -r -- '<end>' >>$OFFERED; zle kill-whole-line }
zle -N end_list
bindkey '^X' end_list
bindkey '^I' complete-word
print -r -- '<end>' >>$OFFERED
"""


def normal(offers):
    """Without what some shells add: the option before =, values before a comma, folders, a slash, backslashes."""
    values = (offer.rpartition("=")[2].rpartition(",")[2].rstrip("/").replace("\\ ", " ") for offer in offers)
    return {os.path.basename(value) for value in values if value}


def bash_words(line):
    """As readline splits them, which also splits at =."""
    words = shlex.split(line.replace("=", " = "))
    return words + [""] if line.endswith((" ", "=")) else words


def bash_offers(quire, lines):
    for line in lines:
        words = bash_words(line)
        done = subprocess.run(["bash", "--norc", "-c", BASH, "bash", quire, *words], capture_output=True, text=True,
                              timeout=TIMEOUT_S, check=True)
        if done.stderr:
            raise RuntimeError(f"bash says {done.stderr}")
        yield done.stdout.splitlines()


def fish_offers(quire, lines):
    for line in lines:
        done = subprocess.run(["fish", "--no-config", "-c", "$argv[1] completions fish | source; complete -C $argv[2]",
                               quire, line], capture_output=True, text=True, timeout=TIMEOUT_S, check=True)
        yield [offer.partition("\t")[0] for offer in done.stdout.splitlines()]


class Zsh:
    """A shell at a terminal of its own."""

    def __init__(self, quire, folder):
        self.file = folder / "offered"
        (folder / ".zshrc").write_text(ZSH)
        self.file.touch()
        environment = dict(os.environ, ZDOTDIR=str(folder), QUIRE=quire, OFFERED=str(self.file), TERM="dumb")
        self.terminal, inner = pty.openpty()
        self.process = subprocess.Popen(["zsh", "-d", "-i"], stdin=inner, stdout=inner, stderr=inner, env=environment,
                                        start_new_session=True)
        os.close(inner)
        self.list()

    def list(self):
        """What was offered until the list's end."""
        until = time.monotonic() + TIMEOUT_S
        while time.monotonic() < until:
            if select.select([self.terminal], [], [], 0.01)[0]:
                os.read(self.terminal, 65536)
            lines = self.file.read_text().splitlines()
            if lines and lines[-1] == "<end>":
                self.file.write_text("")
                return lines[:-1]
        raise RuntimeError("zsh does not answer")

    def offers(self, line):
        os.write(self.terminal, line.encode() + b"\t\x18")
        return self.list()

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.terminal)


def zsh_offers(quire, lines):
    with tempfile.TemporaryDirectory() as folder:
        zsh = Zsh(quire, pathlib.Path(folder))
        try:
            for line in lines:
                yield zsh.offers(line)
        finally:
            zsh.close()


def check_shell(name, offers_of, quire):
    if shutil.which(name) is None:
        print(f"skipped: there is no {name} here")
        return 0
    wrong = 0
    for (line, expected), offers in zip(CASES, offers_of(quire, [line for line, _ in CASES])):
        if normal(offers) != expected:
            wrong += 1
            print(f"{name}: '{line}' offers {sorted(normal(offers))}, not {sorted(expected)}")
    print(f"{name}: {len(CASES) - wrong} of {len(CASES)} lines are completed as expected")
    return wrong


def check_text(quire, arguments, checker):
    """The checker's complaints about what the program prints."""
    if shutil.which(checker[0]) is None:
        print(f"skipped: there is no {checker[0]} here")
        return 0
    text = subprocess.run([quire, *arguments], capture_output=True, timeout=TIMEOUT_S, check=True).stdout
    done = subprocess.run(checker, input=text, capture_output=True, timeout=TIMEOUT_S, check=False)
    complaints = done.stderr.decode() + (done.stdout.decode() if "groff" not in checker else "")
    if not text or done.returncode != 0 or complaints:
        print(f"{' '.join(checker)} about quire {' '.join(arguments)}: {complaints or 'no text'}")
        return 1
    return 0


def check_page(quire):
    """Every command and option that -h tells of stands in the manual page."""
    page = subprocess.run([quire, "man"], capture_output=True, text=True, check=True).stdout.replace("\\-", "-")
    missing = []
    summary = subprocess.run([quire, "-h"], capture_output=True, text=True, check=True).stdout
    commands = [line.split()[0] for line in summary.splitlines() if line.startswith("  ")]
    for command in commands:
        missing += [] if f".SS quire {command} " in page else [command]
        short = subprocess.run([quire, command, "-h"], capture_output=True, text=True, check=True).stdout
        lines = short.splitlines()
        if len(lines) > 23 or max(map(len, lines)) > 80:
            missing.append(f"{command} -h on a screen of 24 lines of 80")
        options = [line.split()[0].rstrip(",") for line in lines if line.startswith("  -")]
        missing += [f"{command} {option}" for option in options if f"\\fB{option}\\fR" not in page]
    if missing or len(commands) < 10 or len(summary.splitlines()) > 23:
        print(f"of {len(commands)} commands, missing: {missing}; -h has {len(summary.splitlines())} lines")
        return 1
    return 0


def main():
    quire = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        os.mkdir("sub")
        for name in ("notes.txt", "a file.txt", "sub/inner.c"):
            pathlib.Path(name).touch()
        wrong = sum(check_shell(*shell, quire) for shell in
                    (("bash", bash_offers), ("fish", fish_offers), ("zsh", zsh_offers)))
    wrong += check_text(quire, ["completions", "bash"], ["shellcheck", "-s", "bash", "-"])
    wrong += check_text(quire, ["man"], ["mandoc", "-T", "lint"])
    wrong += check_text(quire, ["man"], ["groff", "-man", "-Tutf8", "-ww"])
    return 1 if wrong + check_page(quire) else 0


if __name__ == "__main__":
    sys.exit(main())
