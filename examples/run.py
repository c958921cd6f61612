#!/usr/bin/env python3
"""Runs an example in a folder of its own and compares what it prints.

  run.py PROGRAM EXPECTED
"""

import pathlib
import subprocess
import sys
import tempfile


def main(program, expected):
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([pathlib.Path(program).resolve(), f"{folder}/store"], capture_output=True, text=True, check=False)
    if done.returncode or done.stdout != pathlib.Path(expected).read_text():
        print(f"exit code {done.returncode}\n{done.stdout}{done.stderr}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
