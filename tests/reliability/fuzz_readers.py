#!/usr/bin/env python3
"""R11: made-up bytes for every reader of the store's files, from the kept corpus on.

  fuzz_readers.py [FOLDER]      where the fuzzers are; default: build/fuzz/fuzz

A million inputs each in full; QUIRE_PORTION says which part of them, with a seed of its own.
"""

import pathlib
import re
import subprocess
import sys

from scoreboard import portion, report

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
INPUTS = 1_000_000
READERS = ("journal", "metadata", "usearch_file", "cache")
FOUND = ROOT / "build/fuzz/found"


def stat(text, name):
    return int(re.search(rf"stat::{name}:\s*(\d+)", text)[1])


def fuzz(folder, reader, part, parts):
    """The figures of one fuzzer."""
    corpus = ROOT / f"fuzz/corpus/{reader}_fuzz"
    new = ROOT / f"build/fuzz/corpus/{reader}_fuzz"
    for path in (new, FOUND):
        path.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [folder / f"{reader}_fuzz", f"-runs={INPUTS // parts}", f"-seed={part + 1}", "-timeout=1", "-rss_limit_mb=512",
         "-print_final_stats=1", f"-artifact_prefix={FOUND}/{reader}-", new, *([corpus] if corpus.exists() else [])],
        capture_output=True, text=True, errors="replace", check=False)
    if done.returncode != 0:
        print(f"{reader}_fuzz, part {part} of {parts}:\n{done.stderr[-3000:]}", file=sys.stderr)
    return {reader: stat(done.stderr, "number_of_executed_units"), "crashes": int(done.returncode != 0),
            "peak_mb_max": stat(done.stderr, "peak_rss_mb"), "slowest_s_max": stat(done.stderr, "slowest_unit_time_sec")}


def main(words):
    folder = pathlib.Path(words[0] if words else ROOT / "build/fuzz/fuzz").resolve()
    part, parts = portion(50)
    crashes = 0
    for reader in READERS:
        figures = fuzz(folder, reader, part, parts)
        crashes += figures["crashes"]
        report("R11", **figures)
    return min(crashes, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
