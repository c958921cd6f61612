#!/usr/bin/env python3
"""Runs clang-tidy 19 over our compiled files other than tests, several at a time, and remembers which were clean.

  tools/run_tidy.py --build BUILD [--jobs N] [FILE...]

A file whose preprocessed text, command and .clang-tidy are those of a clean run is not looked at again;
the memory is $XDG_CACHE_HOME/quire-tidy, else ~/.cache/quire-tidy. Prints the findings of the others.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys
import time

TIDY = "clang-tidy-19"
# Not the tests: what GoogleTest's macros expand to takes minutes a file; they have clang's warnings.
OURS = ("src", "apps", "bench", "fuzz", "examples")


def our_commands(root, build, only):
    """Each file once, however many programs it is part of."""
    seen = set()
    for entry in json.loads((build / "compile_commands.json").read_text()):
        file = pathlib.Path(entry["directory"], entry["file"]).resolve()
        if file.suffix != ".cpp" or not file.is_relative_to(root):
            continue
        name = file.relative_to(root).as_posix()
        if name.split("/")[0] in OURS and (not only or name in only) and name not in seen:
            seen.add(name)
            yield name, file, entry


def fingerprint(root, entry, version):
    """A hash of all that clang-tidy's answer depends on; None if the file can't be preprocessed."""
    words = shlex.split(entry["command"])
    if words[0].endswith("ccache"):
        words = words[1:]
    words = words[: words.index("-o")] + words[words.index("-o") + 2 :]
    made = subprocess.run([w for w in words if w != "-c"] + ["-E", "-CC"], cwd=entry["directory"],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    if made.returncode != 0:
        return None
    state = hashlib.sha256()
    for part in (made.stdout, version, (root / ".clang-tidy").read_bytes(), " ".join(words).encode()):
        state.update(part.replace(str(root).encode(), b".") + b"\0")
    return state.hexdigest()


def tidy(root, build, memory, version, name, file, entry):
    """(name, findings or "", seconds, whether it was remembered)"""
    start = time.monotonic()
    print_of_file = fingerprint(root, entry, version)
    if print_of_file and (memory / print_of_file).exists():
        return name, "", time.monotonic() - start, True
    ran = subprocess.run([TIDY, "--quiet", "-p", str(build), str(file)], text=True, cwd=root,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if ran.returncode == 0 and print_of_file:
        (memory / print_of_file).touch()
    return name, ran.stdout + ran.stderr if ran.returncode else "", time.monotonic() - start, False


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--slowest", action="store_true", help="print the seconds each file took")
    parser.add_argument("files", nargs="*", help="paths from the repository's root; default: all")
    arguments = parser.parse_args()
    root = pathlib.Path(__file__).resolve().parent.parent
    build = arguments.build.resolve()
    memory = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "quire-tidy"
    memory.mkdir(parents=True, exist_ok=True)
    version = subprocess.run([TIDY, "--version"], check=True, stdout=subprocess.PIPE).stdout
    work = list(our_commands(root, build, set(arguments.files)))
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        results = list(pool.map(lambda w: tidy(root, build, memory, version, *w), work))
    bad = [r for r in results if r[1]]
    for name, findings, _, _ in bad:
        print(findings.rstrip(), file=sys.stderr)
    if arguments.slowest:
        for name, _, seconds, remembered in sorted(results, key=lambda r: -r[2]):
            print(f"{seconds:6.1f} s  {name}{' (remembered)' if remembered else ''}")
    print(f"tidy: {len(results)} files, {sum(r[3] for r in results)} unchanged since they were clean, "
          f"{len(bad)} with findings, {sum(r[2] for r in results):.0f} s of work")
    return 1 if bad or not results else 0


if __name__ == "__main__":
    sys.exit(main())
