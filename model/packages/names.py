"""Which names belong to a project that the model must not have seen (excluded.txt)."""

import pathlib
import re

HERE = pathlib.Path(__file__).resolve().parent


def words_of(name: str) -> tuple[str, ...]:
    return tuple(w for w in re.split(r"[^a-z0-9]+", name.lower()) if w)


def _excluded() -> frozenset[tuple[str, ...]]:
    lines = (HERE / "excluded.txt").read_text().splitlines()
    names = " ".join(line for line in lines if not line.startswith("#")).split()
    return frozenset(words_of(name) for name in names)


EXCLUDED = _excluded()
LONGEST = max(map(len, EXCLUDED))


def is_excluded(package: str) -> bool:
    """Whether an excluded name is a run of the words of `package`."""
    words = words_of(package)
    return any(words[i:i + n] in EXCLUDED for n in range(1, LONGEST + 1) for i in range(len(words)))
