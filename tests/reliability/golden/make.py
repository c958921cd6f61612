#!/usr/bin/env python3
"""Makes the golden stores of the format that QUIRE writes, as README.md beside this file says.

  make.py QUIRE FOLDER     FOLDER should be /srv/golden: its name goes into the stores
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys

QUIRE, FOLDER = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
HERE = pathlib.Path(__file__).resolve().parent
TREE = FOLDER / "tree"
STORE = TREE / ".quire"
TIME = 1_767_225_600  # 2026-01-01
PYTHON = '''"""Step {n} of the walk."""


class Step{n}:
    """Goes {n} metres."""

    def walk(self, path, limit={n}):
        total = sum(len(part) for part in path.split("/"))
        return min(total * {n}, limit)


def make_step_{n}(path):
    return Step{n}().walk(path) + {n}
'''
GO = '''package steps

// Close{n} gives back what step {n} holds.
func (s *Step{n}) Close{n}() error {{
\tif s.closed {{
\t\treturn errTwice{n}
\t}}
\ts.closed = true
\treturn nil
}}
'''
QUESTIONS = ["close a step twice", "how far does step 3 walk", "make step"]
BARE_MEMBERS = ("file_path", "chunk_id", "content", "symbol_name", "symbol_kind", "package_name", "language",
                "start_line", "end_line", "last_modified")


def quire(*words):
    env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(FOLDER)}
    return subprocess.run([QUIRE, *words], cwd=TREE, env=env, check=True, capture_output=True).stdout


def write(name, template, number):
    path = TREE / name.format(n=number)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(template.format(n=number))
    os.utime(path, (TIME, TIME))


def answers_to(question):
    hits = json.loads(quire("search", "--json", question))["results"]
    return [{name: hit[name] for name in ("key", "file_path", "start_line", "score")} for hit in hits]


def keep(name):
    """The store as it is now, and what it answers."""
    kept = HERE / name
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(STORE, kept / "store", ignore=shutil.ignore_patterns(".gitignore", "LOCK"))
    (kept / "rows.jsonl").write_bytes(quire("export"))
    answers = {question: answers_to(question) for question in QUESTIONS}
    (kept / "answers.json").write_text(json.dumps(answers, indent=1) + "\n")


def make_bare():
    """The pair as the original design wrote it: no footer, no member of ours, rows in any order."""
    content = (STORE / "index.usearch").read_bytes()[:-64]
    (STORE / "index.usearch").write_bytes(content)
    metadata = json.loads((STORE / "metadata.json").read_bytes())
    rows = {key: {name: row[name] for name in BARE_MEMBERS} for key, row in reversed(metadata["chunks"].items())}
    (STORE / "metadata.json").write_text(json.dumps({"chunks": rows, "next_key": metadata["next_key"]}))
    for path in [*STORE.glob("journal-*"), *STORE.glob("cache/*")]:
        path.unlink()


def make_torn():
    """As a crash leaves it: the last journal is not sealed and ends in a part of a commit."""
    last = max(STORE.glob("journal-*"))
    last.write_bytes(last.read_bytes()[:-48 - 100])


shutil.rmtree(FOLDER, ignore_errors=True)
for n in range(1, 6):
    write("src/step{n}.py", PYTHON, n)
    write("src/step{n}.go", GO, n)
quire("index")
keep("format-1-pair")
write("src/step2.py", PYTHON.replace("metres", "miles"), 2)
write("src/step6.py", PYTHON, 6)
quire("index")
write("src/step7.go", GO, 7)
write("src/step8.py", PYTHON, 8)
quire("index")
keep("format-1-journals")
make_torn()
keep("format-1-torn")
quire("index")
quire("compact")
make_bare()
keep("original-bare")
shutil.rmtree(HERE / "tree", ignore_errors=True)
shutil.copytree(TREE, HERE / "tree", ignore=shutil.ignore_patterns(".quire"))
