"""What the ranking of a question's answers is worth, and whether one run is better than another.

A question has targets: files, each perhaps with its lines, that answer it. A row finds a target if the path of one ends
with the other's, at a slash, and their lines overlap where both have lines. A target's rank is that of the first row
that finds it; further rows of the same file count for nothing, but use up ranks.
"""

import collections
import math
import random
import statistics

DEPTH = 10
RESAMPLES = 10_000
SEED = 42


# One question.


def normal(path):
    path = path.replace("\\", "/")
    while path.startswith("./"):
        path = path[2:]
    return path


def same_file(one, other):
    return one == other or one.endswith("/" + other) or other.endswith("/" + one)


def finds(row, target):
    if not same_file(normal(row["file"]), normal(target["path"])):
        return False
    lines = [row.get("start_line"), row.get("end_line"), target.get("start_line"), target.get("end_line")]
    return None in lines or not (lines[1] < lines[2] or lines[0] > lines[3])


def ranks(targets, rows):
    """For every target that a row among the first ten finds: the rank of the first such row, from 1."""
    found = (next((rank for rank, row in enumerate(rows[:DEPTH], 1) if finds(row, target)), None) for target in targets)
    return [rank for rank in found if rank]


def gain(places):
    return sum(1 / math.log2(rank + 1) for rank in places)


def score(targets, rows):
    """NDCG@10, MRR@10 and recall@10. Targets first found by the same row count as one in NDCG, and each in recall."""
    found = ranks(targets, rows)
    return {
        "ndcg": gain(set(found)) / gain(range(1, min(DEPTH, len(targets)) + 1)) if targets else 0.0,
        "mrr": 1 / min(found) if found else 0.0,
        "recall": len(found) / len(targets) if targets else 0.0,
    }


def tokens_to_first_hit(targets, rows):
    """Tokens, four bytes each, of the rows' contents up to and with the first that finds a target; else of all rows."""
    total = 0
    for row in rows:
        total += math.ceil(len(row["content"].encode()) / 4)
        if any(finds(row, target) for target in targets):
            break
    return total


# Many questions. A record is a dict with id, language, category, ndcg, mrr, recall, and tokens and latency_ms, which
# may be None.


def groups(records):
    """(by what, which, its records): all of them, then by language, then by kind of question."""
    yield "all", "", records
    for by, member in (("language", "language"), ("kind", "category")):
        parted = collections.defaultdict(list)
        for record in records:
            parted[record[member]].append(record)
        yield from ((by, which, parted[which]) for which in sorted(parted))


def mean(values):
    values = list(values)
    return sum(values) / len(values) if values else 0.0


def percentile(values, share):
    """The smallest value that is above `share` of them, or the largest; None without values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None


def summary(records):
    tokens = [record["tokens"] for record in records if record["tokens"] is not None]
    times = [record["latency_ms"] for record in records if record["latency_ms"] is not None]
    return {
        "count": len(records),
        **{name: mean(record[name] for record in records) for name in ("ndcg", "mrr", "recall")},
        "tokens_median": statistics.median(tokens) if tokens else None,
        "tokens_mean": mean(tokens) if tokens else None,
        "p50_ms": percentile(times, 0.5),
        "p95_ms": percentile(times, 0.95),
    }


# Two runs of the same questions.


def interval(differences):
    """95 % of the means of as many differences, drawn again and again with a fixed seed, lie between these two."""
    drawn = random.Random(SEED)
    count = len(differences)
    means = sorted(sum(drawn.choices(differences, k=count)) / count for _ in range(RESAMPLES))
    return means[int(0.025 * RESAMPLES)], means[int(0.975 * RESAMPLES) - 1]


def sign_test(better, worse):
    """How likely a split at least as uneven is, if better and worse were equally likely."""
    total = better + worse
    tail = sum(math.comb(total, count) for count in range(min(better, worse) + 1))
    return min(1.0, 2 * tail / 2**total)


def pairs(before, after):
    """(earlier record, later record) of every question that both runs asked, in the later one's order."""
    earlier = {record["id"]: record for record in before}
    return [(earlier[record["id"]], record) for record in after if record["id"] in earlier]


def difference(pair):
    return pair[1]["ndcg"] - pair[0]["ndcg"]


def comparison(paired):
    differences = [difference(pair) for pair in paired]
    better = sum(value > 1e-12 for value in differences)
    worse = sum(value < -1e-12 for value in differences)
    return {
        "count": len(paired),
        "before": mean(old["ndcg"] for old, _ in paired),
        "after": mean(new["ndcg"] for _, new in paired),
        "difference": mean(differences),
        "interval": interval(differences),
        "better": better,
        "worse": worse,
        "equal": len(paired) - better - worse,
        "p": sign_test(better, worse),
    }


def compared_groups(before, after):
    """(by what, which, its comparison) of the groups of questions that both runs asked."""
    for by, which, records in groups([new for _, new in pairs(before, after)]):
        if records:
            yield by, which, comparison(pairs(before, records))


def most_changed(before, after, count=10):
    """(those that gained most, those that lost most), at most `count` pairs each."""
    ordered = sorted(pairs(before, after), key=difference)
    lost = [pair for pair in ordered[:count] if difference(pair) < -1e-12]
    gained = [pair for pair in ordered[::-1][:count] if difference(pair) > 1e-12]
    return gained, lost
