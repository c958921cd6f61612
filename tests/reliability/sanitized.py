#!/usr/bin/env python3
"""R17 and R18: the tests under a sanitizer, which fails each that it finds something in.

  sanitized.py ID PRESET [CTEST OPTIONS...]
"""

import os
import pathlib
import re
import subprocess
import sys

from scoreboard import report

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# For each test the form that it has every day: full counts have their own lines, without a sanitizer.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in ("QUIRE_PORTION", "QUIRE_SOAK_SECONDS")}


def main(words):
    line, preset, *options = words
    done = subprocess.run(["ctest", "--test-dir", ROOT / "build" / preset, "--output-on-failure", "--no-tests=error",
                           "--parallel", str(os.cpu_count()), *options], capture_output=True, text=True, check=False,
                          env=ENVIRONMENT)
    failed, tests = map(int, re.search(r"(\d+) tests failed out of (\d+)", done.stdout).groups())
    if failed:
        print(done.stdout[-6000:], file=sys.stderr)
    report(line, tests=tests, failed=failed)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
