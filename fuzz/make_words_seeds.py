#!/usr/bin/env python3
"""Writes the kept corpus of words_file_fuzz: contents of segments, without the hashes that the fuzzer adds.

  make_words_seeds.py QUIRE      the program that indexes; fuzz/corpus/words_file_fuzz is written
"""

import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

CORPUS = pathlib.Path(__file__).resolve().parent / "corpus/words_file_fuzz"
TRAILER = 16
# Files of each seed: one run of postings in some, several in the last.
SEEDS = {"one": 1, "twenty": 20, "runs": 150}


def content_of(segment):
    (size,) = struct.unpack_from("<Q", segment, len(segment) - TRAILER)
    return segment[:size]


def segment_of(quire, files):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for number in range(files):
            (folder / f"f{number}.c").write_text(f"int read_{number % 7}; // walrus {number}\n")
        subprocess.run([quire, "index"], cwd=folder, check=True, capture_output=True)
        (words,) = folder.glob("**/cache/words-*")
        return words.read_bytes()


def main(words):
    quire = shutil.which(words[0])
    CORPUS.mkdir(parents=True, exist_ok=True)
    for name, files in SEEDS.items():
        (CORPUS / name).write_bytes(content_of(segment_of(pathlib.Path(quire).resolve(), files)))


if __name__ == "__main__":
    main(sys.argv[1:])
