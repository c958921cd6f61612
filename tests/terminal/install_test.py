#!/usr/bin/env python3
"""Installs the program into an empty folder, and compares what it put there with what the program prints.

  install_test.py CMAKE BUILD QUIRE     0: all there; 1: what was not
"""

import pathlib
import subprocess
import sys
import tempfile

PRINTED = {
    "share/bash-completion/completions/quire": ["completions", "bash"],
    "share/zsh/site-functions/_quire": ["completions", "zsh"],
    "share/fish/vendor_completions.d/quire.fish": ["completions", "fish"],
    "share/man/man1/quire.1": ["man"],
}


def main():
    cmake, build, quire = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([cmake, "--install", build, "--prefix", folder, "--component", "program"], check=True,
                       stdout=subprocess.DEVNULL)
        wrong = [path for path, arguments in PRINTED.items()
                 if (pathlib.Path(folder) / path).read_bytes() != subprocess.check_output([quire, *arguments])]
        subprocess.run([pathlib.Path(folder) / "bin/quire", "--version"], check=True, stdout=subprocess.DEVNULL)
    print(f"{len(PRINTED) - len(wrong)} of {len(PRINTED)} files are installed as they are printed", *wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
