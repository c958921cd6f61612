"""What bench/retrieval found out, as Markdown tables and in words."""

import collections
import re

import relevance


def table(head, rows):
    """Markdown, its columns aligned; all but the first two are numbers."""
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    rule = ["-" * width if column < 2 else "-" * (width - 1) + ":" for column, width in enumerate(widths)]
    aligned = [[cell.ljust(width) if column < 2 else cell.rjust(width)
                for column, (cell, width) in enumerate(zip(line, widths))] for line in lines]
    return "".join(f"| {' | '.join(line)} |\n" for line in [aligned[0], rule, *aligned[1:]])


def whole(number):
    return "" if number is None else f"{number:,.0f}"


def signed(comparison):
    low, high = comparison["interval"]
    return f"{comparison['difference']:+.3f} [{low:+.3f}, {high:+.3f}]"


def figures_table(records):
    rows = []
    for by, which, part in relevance.groups(records):
        sums = relevance.summary(part)
        rows.append([by, which, str(sums["count"]), *(f"{sums[name]:.3f}" for name in ("ndcg", "mrr", "recall")),
                     *(whole(sums[name]) for name in ("tokens_median", "tokens_mean", "p50_ms", "p95_ms"))])
    return table(["by", "", "questions", "NDCG@10", "MRR@10", "recall@10", "tokens to first hit, median", "mean",
                  "ms, p50", "p95"], rows)


def comparison_table(before, after):
    rows = [[by, which, str(c["count"]), f"{c['before']:.3f}", f"{c['after']:.3f}", signed(c),
             *(str(c[name]) for name in ("better", "worse", "equal")), f"{c['p']:.2g}"]
            for by, which, c in relevance.compared_groups(before, after)]
    return table(["by", "", "questions", "NDCG@10 before", "after", "difference [95 %]", "better", "worse", "equal",
                  "p"], rows)


def changed_questions(before, after):
    def line(old, new):
        return f"  {old['ndcg']:.3f} -> {new['ndcg']:.3f}  {new['id']}  {new['category']}: {new['query']}"

    parts = zip(("Gained most", "Lost most"), relevance.most_changed(before, after))
    return "\n".join("\n".join([f"{title}:", *(line(*pair) for pair in chosen)]) for title, chosen in parts if chosen)


def index_table(found):
    """What the projects' indexes took; the sum last."""

    def row(name, indexes):
        sizes = collections.Counter()
        for each in indexes:
            for file, size in each["files"].items():
                sizes[re.sub(r"-\d+", "", file)] += size
        parts = ", ".join(f"{file} {size / 1e6:.1f}" for file, size in sizes.most_common() if size >= 50_000)
        chunks, seconds = (sum(each[member] for each in indexes) for member in ("chunks", "seconds"))
        return [name, parts, whole(chunks), f"{seconds:.1f}", f"{sizes.total() / 1e6:.1f}"]

    good = [project.index for project in found if "error" not in project.index]
    return table(["project", "files of the index, MB", "chunks", "built in, s", "MB"],
                 [*(row(each["repo"], [each]) for each in good), row("all", good)])


def heading(facts):
    left_out = f" (not there: {', '.join(facts['left_out'])})" if facts["left_out"] else ""
    failures = f" Failed, and counted as 0: {facts['failed']}." if facts["failed"] else ""
    words = " ".join(["quire search", *facts["options"]])
    projects = f"{facts['projects']} of {facts['projects'] + len(facts['left_out'])} projects"
    return (f"{facts['date']}, commit {facts['commit']}. `{words}`, {facts['questions']} questions about {projects} "
            f"in `{facts['corpora']}`{left_out}, {facts['top']} rows each, {facts['jobs']} at a time on "
            f"{facts['cpus']} cores.{failures}\n")


def ablation_table(runs):
    """`runs` has the records by the signal left out; those in full by ''."""
    full = runs[""]
    parts = [(which or "all", {record["id"] for record in part}) for by, which, part in relevance.groups(full)
             if by != "language"]
    in_full = [f"{relevance.mean(record['ndcg'] for record in full if record['id'] in ids):.3f}" for _, ids in parts]
    rows = [["none", "all", in_full[0], "", *in_full[1:]]]
    for signal, records in runs.items():
        if signal:
            worth = [relevance.comparison(relevance.pairs(records, [record for record in full if record["id"] in ids]))
                     for _, ids in parts]
            better_and_worse = f"better for {worth[0]['better']}, worse for {worth[0]['worse']}"
            rows.append([signal, better_and_worse, f"{worth[0]['before']:.3f}", *map(signed, worth)])
    return table(["without", "the signal is", "NDCG@10", "what it is worth [95 %]",
                  *(f"{which} questions" for which, _ in parts[1:])], rows)
