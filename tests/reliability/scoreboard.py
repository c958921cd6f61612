"""The lines of the scoreboard, and which part of the full count a run does.

  QUIRE_PORTION=I/N   does the I-th of N equal parts; unset: the first of as many as a driver has for a short run
  QUIRE_ROUND=R       does the round of that number alone
"""

import os
import sys


def portion(parts):
    """(I, N): which part of how many."""
    part, parts = os.environ.get("QUIRE_PORTION", f"0/{parts}").split("/")
    return int(part), int(parts)


def rounds(full, parts):
    """The numbers in [0, full) that this run is to do."""
    alone = os.environ.get("QUIRE_ROUND")
    if alone is not None:
        return range(int(alone), int(alone) + 1)
    part, parts = portion(parts)
    return range(part, full, parts)


def portion_of(cases, parts):
    """Those of `cases` that this run is to do."""
    part, parts = portion(parts)
    return cases[part::parts]


def report(line, **figures):
    print("reliability", line, *(f"{name}={number}" for name, number in figures.items()), flush=True)


class Score:
    """One line of the scoreboard: keys with counts. Counts in `bad` must stay 0."""

    def __init__(self, line, counts, bad):
        self.line, self.bad_keys = line, bad
        self.counts = dict.fromkeys([*counts, *bad], 0)

    def add(self, key, count=1):
        self.counts[key] += count

    def most(self, key, value):
        self.counts[key] = max(self.counts[key], value)

    def bad(self, key, where, problem):
        """`where` says how to do it alone."""
        self.add(key)
        print(f"{self.line} {key}: {where}: {problem}", file=sys.stderr, flush=True)

    def finish(self):
        """Prints the line; the exit code."""
        report(self.line, **self.counts)
        return int(any(self.counts[key] for key in self.bad_keys))


def skip(line, why):
    print(f"{line} is skipped: {why}", file=sys.stderr)
    report(line, skipped=1)
    sys.exit(0)
