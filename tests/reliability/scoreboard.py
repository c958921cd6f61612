"""The lines of the scoreboard, and which part of the full count a run does."""

import os


def portion_of(cases, portions=1):
    """Those of `cases` that QUIRE_PORTION ("I/N": the I-th of N equal parts; unset: 0/`portions`) leaves."""
    part, _, parts = os.environ.get("QUIRE_PORTION", f"0/{portions}").partition("/")
    return cases[int(part)::int(parts)]


def report(line, **numbers):
    print("reliability", line, *(f"{name}={number}" for name, number in numbers.items()), flush=True)
