#!/usr/bin/env python3
"""Draws what bench/suite.py measured, as SVG.

  bench/plot.py RUN_DIR -o docs/plots     RUN_DIR: bench/runs/DATE-NAME

  recall-N.svg    no filter: CPU time of a query against recall, a line an engine
  filters-N.svg   CPU time of a query against the share of rows that a filter accepts, at recall >= 0.985
  updates.svg     CPU time of replacing one file against the size of the store

The same results give the same bytes.
"""

import argparse
import math
import pathlib
import sys
from xml.sax.saxutils import escape, quoteattr

import suite

WIDTH, HEIGHT = 760, 470
LEFT, RIGHT, TOP, BOTTOM = 80, 540, 64, 404
RECALL = 0.985
QUERY_TITLE = "median CPU time of a query, microseconds"
# Okabe and Ito's colours, which the colour-blind can tell apart too; the shapes differ besides.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#7f3c8d")
SHAPES = ("circle", "square", "triangle", "diamond", "plus", "cross", "inverted", "bar")


class LogScale:
    """Numbers above zero to places between `low` and `high`; `ticks` may name those that are shown."""

    def __init__(self, values, low, high, ticks=(), text=None):
        least, most = min(values), max(values)
        if not ticks:
            powers = range(math.floor(math.log10(least)) - 1, math.ceil(math.log10(most)) + 2)
            ticks = [step * 10.0**power for power in powers for step in (1, 2, 5)]
            least = max(tick for tick in ticks if tick <= least * 1.0001)
            most = min(tick for tick in ticks if tick >= most * 0.9999 and tick > least)
        self.ticks = [tick for tick in ticks if least * 0.9999 <= tick <= most * 1.0001]
        self.low, self.high = low, high
        self.least, self.most = math.log(least), math.log(most)
        self.text = text or (lambda value: f"{value:,.10g}")

    def place(self, value):
        share = (math.log(value) - self.least) / (self.most - self.least)
        return self.low + share * (self.high - self.low)


def recall_scale(recalls):
    """What a search misses, on a log scale with the best on the right; a recall above 0.9995 is drawn there."""
    shown = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.9995)
    worst = max([recall for recall in shown if recall <= min(recalls)], default=shown[0])
    ticks = [1 - recall for recall in shown if recall >= worst]
    return LogScale(ticks, RIGHT, LEFT, sorted(ticks), lambda missed: "1" if missed < 0.001 else f"{1 - missed:.6g}")


def missed(record):
    return min(max(1 - record["recall"], 0.0005), 0.5)


def marker(shape, x, y, colour):
    around = {
        "square": ((-4, -4), (4, -4), (4, 4), (-4, 4)),
        "triangle": ((0, -5), (5, 4), (-5, 4)),
        "inverted": ((0, 5), (5, -4), (-5, -4)),
        "diamond": ((0, -6), (5, 0), (0, 6), (-5, 0)),
        "bar": ((-2, -6), (2, -6), (2, 6), (-2, 6)),
    }
    if shape == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{colour}"/>'
    if shape in around:
        points = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in around[shape])
        return f'<polygon points="{points}" fill="{colour}"/>'
    arms = ((0, -5, 0, 5), (-5, 0, 5, 0)) if shape == "plus" else ((-4, -4, 4, 4), (-4, 4, 4, -4))
    path = " ".join(f"M{x + a:.1f},{y + b:.1f}L{x + c:.1f},{y + d:.1f}" for a, b, c, d in arms)
    return f'<path d="{path}" stroke="{colour}" stroke-width="2.5" fill="none"/>'


def words(x, y, text, size=12, anchor="start", extra=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}"{extra}>{escape(text)}</text>'


def axes(across, up, across_title, up_title):
    yield f'<rect x="{LEFT}" y="{TOP}" width="{RIGHT - LEFT}" height="{BOTTOM - TOP}" fill="none" stroke="#555555"/>'
    for tick in across.ticks:
        x = across.place(tick)
        yield f'<path d="M{x:.1f},{TOP}V{BOTTOM + 5}" stroke="#dddddd"/>'
        yield words(x, BOTTOM + 19, across.text(tick), 11, "middle")
    for tick in up.ticks:
        y = up.place(tick)
        yield f'<path d="M{LEFT - 5},{y:.1f}H{RIGHT}" stroke="#dddddd"/>'
        yield words(LEFT - 9, y + 4, up.text(tick), 11, "end")
    yield words((LEFT + RIGHT) / 2, BOTTOM + 44, across_title, 13, "middle")
    middle = (TOP + BOTTOM) / 2
    yield words(20, middle, up_title, 13, "middle", f' transform="rotate(-90 20 {middle:.1f})"')


def line(points, colour, shape, dashed):
    dashes = ' stroke-dasharray="6 4"' if dashed else ""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in points)
    yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>'
    for x, y, note in points:
        yield f"<g><title>{escape(note)}</title>{marker(shape, x, y, colour)}</g>"


def picture(title, subtitle, across, up, titles, series, style):
    """`series`: name, engine, whether dashed, and points (x, y, note); in the units of the scales."""
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
             f'height="{HEIGHT}" role="img" aria-label={quoteattr(title)} font-family="sans-serif" fill="#222222">',
             f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
             words(LEFT, 26, title, 16, extra=' font-weight="bold"'), words(LEFT, 46, subtitle, 12),
             *axes(across, up, *titles)]
    for row, (name, engine, dashed, points) in enumerate(series):
        colour, shape = style[engine]
        placed = [(across.place(x), up.place(y), note) for x, y, note in points]
        parts += line(placed, colour, shape, dashed)
        y = TOP + 14 + 24 * row
        parts += line([(RIGHT + 22, y, name), (RIGHT + 46, y, name)], colour, shape, dashed)
        parts.append(words(RIGHT + 58, y + 4, name))
    return "\n".join([*parts, "</svg>"]) + "\n"


def styles(measured):
    """Each engine's colour and shape, the same in all pictures."""
    names = suite.in_order(record["name"] for record in measured.records)
    return {name: (COLOURS[i % len(COLOURS)], SHAPES[i % len(SHAPES)]) for i, name in enumerate(names)}


def note_of(record):
    took = suite.time_text(suite.cpu_us(record))
    return f"{record['name']}, {record['setting']}: {took}, recall {record['recall']:.3f}"


def by_engine(records, style):
    for name in style:
        own = [record for record in records if record["name"] == name]
        if own:
            yield name, own


def recall_picture(measured, rows, style):
    records = [record for record in measured.of("search", rows) if record["filter"] == "none"]
    records.sort(key=lambda record: record["recall"])
    series = [(name, name, False, [(missed(r), suite.cpu_us(r), note_of(r)) for r in own])
              for name, own in by_engine(records, style)]
    return picture(f"Searching {rows:,} rows, no filter", "further right finds more, further down is cheaper",
                   recall_scale([record["recall"] for record in records]),
                   LogScale([suite.cpu_us(record) for record in records], BOTTOM, TOP),
                   ("recall of the ten nearest (log scale of what is missed)", QUERY_TITLE),
                   series, style)


def filters_picture(measured, rows, style):
    records = [record for record in measured.of("search", rows) if record["matches"] > 0]
    series, short = [], []
    for name, own in by_engine(records, style):
        points = []
        for chosen in suite.in_order(record["filter"] for record in own):
            swept = [record for record in own if record["filter"] == chosen]
            found = suite.cheapest(swept, RECALL)
            if found:
                points.append((found["matches"] / rows, suite.cpu_us(found), f"{chosen}: {note_of(found)}"))
            else:
                short.append(f"{name} {chosen}")
        if points:
            series.append((name, name, False, sorted(points)))
    points = [point for _, _, _, own in series for point in own]
    if not points:
        return None
    never = f"; never reached: {', '.join(short)}" if short else ""
    return picture(f"Searching {rows:,} rows under filters", f"cheapest setting of recall >= {RECALL}{never}",
                   LogScale([x for x, _, _ in points], LEFT, RIGHT, text=lambda share: f"{100 * share:.6g} %"),
                   LogScale([y for _, y, _ in points], BOTTOM, TOP),
                   ("share of the rows that the filter accepts", QUERY_TITLE), series, style)


def updates_picture(measured, style):
    series = []
    costs = (("update", "cpu_p50_ms", ""), ("churn updates", "cpu_total_ms_per_update", ", churn"))
    for phase, key, words_after in costs:
        records = sorted((r for r in measured.records if r["phase"] == phase and key in r), key=lambda r: r["N"])
        for name, own in by_engine(records, style):
            points = [(r["N"], r[key], f"{name}, {r['N']:,} rows: {suite.ms_text(r[key])}") for r in own]
            series.append((name + words_after, name, bool(words_after), points))
    points = [point for _, _, _, own in series for point in own]
    if not points:
        return None
    return picture("Replacing one file by 12 new rows",
                   "median of single updates; dashed: mean of many without a pause, merges included",
                   LogScale([x for x, _, _ in points], LEFT, RIGHT), LogScale([y for _, y, _ in points], BOTTOM, TOP),
                   ("rows in the store", "CPU time of an update, milliseconds"), series, style)


def pictures(measured):
    """File names and what they hold."""
    style = styles(measured)
    drawn = {"updates.svg": updates_picture(measured, style)}
    for rows in measured.sizes("search"):
        drawn[f"recall-{rows}.svg"] = recall_picture(measured, rows, style)
        drawn[f"filters-{rows}.svg"] = filters_picture(measured, rows, style)
    return {name: text for name, text in drawn.items() if text}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=pathlib.Path, metavar="RUN_DIR")
    parser.add_argument("-o", "--out", type=pathlib.Path, required=True, metavar="FOLDER")
    arguments = parser.parse_args()
    measured = suite.Measured((arguments.run / "results.jsonl").read_text().splitlines())
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name, text in pictures(measured).items():
        (arguments.out / name).write_text(text)
        print(arguments.out / name)


if __name__ == "__main__":
    sys.exit(main())
