#!/usr/bin/env python3
"""Runs the phases of quire-bench, and of other engines' programs, one after the other, and writes what came out.

  bench/suite.py NAME --data FOLDER... [--peer NAME=COMMAND]... [--cpu N]
  bench/suite.py --report bench/runs/DATE-NAME        writes its table.md again

A peer is any program that takes PHASE DATASET_DIR DB_DIR and prints one JSON object a measurement, with the phases
build, search, update, open and qps and the keys of quire-bench. Its COMMAND is given these three at its end, or where
it says {phase}, {dataset} and {db}; it runs in the folder that this is started in, as data and programs are found from
there. Without peers quire is measured alone, in more phases.

Every measurement becomes a line of bench/runs/DATE-NAME/results.jsonl, with what the process took in all: proc_wall_s,
proc_cpu_s, peak_rss_mb, peak_rss_anon_mb, rss_anon_mb (the last that was seen of it), db_bytes, cpus, load1 (before it
began). The first line says which commit, machine and compiler. table.md sets the engines side by side: of the settings
that a search swept, the cheapest that reaches each recall; of the openings, the medians. Phases that write begin with
the store as it was built; open and qps find it as update left it.
"""

import argparse
import collections
import datetime
import json
import os
import pathlib
import platform
import shlex
import shutil
import statistics
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PEER_PHASES = ("build", "search", "update", "open", "qps")
PHASES = (*PEER_PHASES, "memory", "churn", "mixed")
WRITING = {"update", "memory", "churn", "mixed"}
ON_ALL_CPUS = {"qps", "churn", "mixed"}
OPENINGS = 5
RECALLS = (0.95, 0.985, 0.99)


# What a run is made of.


def output_of(*words):
    try:
        return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def compiler_of(program):
    """The first words of the compiler that made `program`, by the CMakeCache.txt beside it."""
    cache = program.resolve().parent / "CMakeCache.txt"
    for line in cache.read_text().splitlines() if cache.exists() else []:
        if line.startswith("CMAKE_CXX_COMPILER:"):
            return output_of(line.partition("=")[2], "--version").partition("\n")[0]
    return ""


def first_value(path, name):
    for line in pathlib.Path(path).read_text().splitlines():
        if line.startswith(name):
            return line.partition(":")[2].strip()
    return ""


def commit():
    dirty = output_of("git", "status", "--porcelain", "--untracked-files=no")
    return output_of("git", "rev-parse", "--short", "HEAD") + (", changed" if dirty else "")


def description(arguments):
    return {
        "name": arguments.name,
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "commit": commit(),
        "compiler": compiler_of(arguments.quire),
        "cpu": first_value("/proc/cpuinfo", "model name"),
        "cpus": os.cpu_count(),
        "memory_gib": round(int(first_value("/proc/meminfo", "MemTotal").split()[0]) / 2**20, 1),
        "kernel": platform.release(),
        "pinned_to": arguments.cpu,
    }


class Watcher(threading.Thread):
    """Looks at a process's memory until it ends."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.status = pathlib.Path(f"/proc/{pid}/status")
        self.last = None
        self.peak_anonymous = None
        self.over = threading.Event()

    def run(self):
        started = time.monotonic()
        while not self.over.wait(0.002 if time.monotonic() - started < 1 else 0.02):
            try:
                lines = [line.split() for line in self.status.read_text().splitlines()]
            except OSError:
                return
            seen = {words[0]: int(words[1]) / 1024 for words in lines if words[0] in ("VmHWM:", "RssAnon:")}
            if seen:
                self.last = seen
                self.peak_anonymous = max(self.peak_anonymous or 0, seen["RssAnon:"])


def bytes_in(folder):
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())


def command(template, phase, dataset, db):
    words = shlex.split(template)
    places = {"{phase}": phase, "{dataset}": str(dataset), "{db}": str(db)}
    if not set(places) & set(words):
        return [*words, *places.values()]
    return [places.get(word, word) for word in words]


def measure(words, db, cpu, timeout_s):
    """Runs one phase; (what it printed, what the process took, what went wrong)."""
    cpus = {cpu} if cpu is not None else os.sched_getaffinity(0)
    load = os.getloadavg()[0]
    started = time.perf_counter()
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               preexec_fn=lambda: os.sched_setaffinity(0, cpus))
    watcher = Watcher(process.pid)
    watcher.start()
    stopper = threading.Timer(timeout_s, process.kill)
    stopper.start()
    errors = []
    reader = threading.Thread(target=lambda: errors.append(process.stderr.read().decode(errors="replace")))
    reader.start()
    out = process.stdout.read().decode(errors="replace")
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    stopper.cancel()
    watcher.over.set()
    reader.join()
    watcher.join()
    took = {
        "proc_wall_s": round(wall_s, 4),
        "proc_cpu_s": round(usage.ru_utime + usage.ru_stime, 4),
        "peak_rss_mb": round(watcher.last["VmHWM:"] if watcher.last else usage.ru_maxrss / 1024, 1),
        "peak_rss_anon_mb": watcher.peak_anonymous and round(watcher.peak_anonymous, 1),
        "rss_anon_mb": watcher.last and round(watcher.last["RssAnon:"], 1),
        "db_bytes": bytes_in(db),
        "cpus": ",".join(map(str, sorted(cpus))),
        "load1": round(load, 2),
    }
    wrong = f"exit code {process.returncode}: {errors[0][-500:]}" if process.returncode else ""
    return records_in(out), took, wrong


def records_in(text):
    records = []
    for line in text.splitlines():
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict):
            records.append(record)
    return records


class Suite:
    def __init__(self, arguments, results):
        self.arguments = arguments
        self.results = results
        self.failed = []

    def write(self, record):
        self.results.write(json.dumps(record) + "\n")
        self.results.flush()

    def run(self):
        self.write({"run": description(self.arguments)})
        for dataset in self.arguments.data:
            self.run_engine("quire", str(self.arguments.quire), PHASES, dataset)
            for name, template in self.arguments.peer:
                self.run_engine(name, template, PEER_PHASES, dataset)

    def run_engine(self, name, template, phases, dataset):
        facts = json.loads((dataset / "dataset.json").read_text())
        beside = {"name": name, "N": facts["n"], "seed": facts.get("seed", self.arguments.seed)}
        db = self.arguments.work / f"{name}-{facts['n']}"
        built = db.with_name(db.name + ".built")
        remove(db, built)
        db.mkdir(parents=True)
        for phase in phases:
            if phase != "build" and phase not in self.arguments.phases:
                continue
            if phase in WRITING:
                restore(db, built)
            words = command(template, phase, dataset, db) + (self.options(phase) if name == "quire" else [])
            if not self.run_phase(phase, words, db, beside) and phase == "build":
                break
            if phase == "build":
                shutil.copytree(db, built)
        remove(db, built)

    def options(self, phase):
        return [text.partition(".")[2] for text in self.arguments.set if text.partition(".")[0] == phase]

    def run_phase(self, phase, words, db, beside):
        cpu = None if phase in ON_ALL_CPUS else self.arguments.cpu
        for number in range(OPENINGS if phase == "open" else 1):
            print(f"{beside['N']} {beside['name']} {phase} ...", file=sys.stderr, flush=True)
            records, took, wrong = measure(words, db, cpu, self.arguments.timeout)
            for record in records:
                self.write(beside | record | took | {"number": number})
            if wrong:
                self.write(beside | {"phase": phase, "failed": wrong})
                self.failed.append(f"{beside['N']} {beside['name']} {phase}: {wrong}")
                return False
        return True


def remove(*folders):
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def restore(db, built):
    """Puts the store back as it was built, all of it on the disk."""
    remove(db)
    shutil.copytree(built, db)
    os.sync()


# What comes out.


def cpu_us(record):
    """What a query of this record took: CPU time where the engine says so."""
    return record.get("cpu_p50_us", record["p50_us"])


def cheapest(records, recall):
    """Of the settings that a search swept, the cheapest that reaches `recall`; None: none does."""
    reaching = [record for record in records if record["recall"] >= recall]
    return min(reaching, key=cpu_us, default=None)


def medians(records, keys):
    """Of each key, the median over the records that have it."""
    values = {key: [record[key] for record in records if record.get(key) is not None] for key in keys}
    return {key: statistics.median(numbers) for key, numbers in values.items() if numbers}


def time_text(microseconds):
    if microseconds is None:
        return ""
    for unit, size in (("s", 1e6), ("ms", 1e3)):
        if microseconds >= size:
            return f"{number_text(microseconds / size)} {unit}"
    return f"{microseconds:.3g} us"


def ms_text(milliseconds):
    return "" if milliseconds is None else time_text(milliseconds * 1e3)


def s_text(seconds):
    return "" if seconds is None else time_text(seconds * 1e6)


def mb_text(megabytes):
    return "" if megabytes is None else f"{megabytes:.0f} MB"


def number_text(number):
    return "" if number is None else f"{number:,.3g}" if abs(number) < 999.5 else f"{number:,.0f}"


def recall_text(record):
    return f"{record['recall']:.4f}" if "recall" in record else f"{record['recall_difference']:+.4f}"


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "/") for cell in line) + " |" for line in lines) + "\n"


def search_cell(records, recall):
    if not records:
        return ""
    found = cheapest(records, recall)
    if found is None:
        best = max(records, key=lambda record: record["recall"])
        return f"not reached: {time_text(cpu_us(best))} [{best['recall']:.3f}, {best['setting']}]"
    return f"{time_text(cpu_us(found))} [{found['recall']:.3f}, {found['setting']}]"


def search_tables(measured):
    for rows in measured.sizes("search"):
        records = measured.of("search", rows)
        names = in_order(record["name"] for record in records)
        for recall in RECALLS:
            lines = []
            for name, matches in in_order((record["filter"], record["matches"]) for record in records):
                cells = [search_cell([r for r in records if (r["name"], r["filter"]) == (engine, name)], recall)
                         for engine in names]
                lines.append([name, f"{matches:,}", *cells])
            yield (f"### Search, {rows:,} rows, recall >= {recall}\n\nMedian CPU time of a query [recall, setting], at "
                   "the cheapest setting that reaches the recall.\n\n"
                   + table(["filter", "rows that match", *names], lines))


# One table a phase: its title, and of each column the head and what makes its cell of a record.
COLUMNS = {
    "build": ("Building", [
        ("CPU", lambda r: s_text(r.get("insert_cpu_s"))),
        ("wall", lambda r: s_text(r.get("total_s"))),
        ("rows a CPU second", lambda r: number_text(r.get("rows_per_cpu_s"))),
        ("disk", lambda r: mb_text(r["db_bytes"] / 1e6)),
        ("peak memory", lambda r: mb_text(r["peak_rss_mb"])),
        ("setting", lambda r: r.get("setting", "")),
    ]),
    "update": ("Replacing one file, 12 rows", [
        ("variant", lambda r: r.get("variant", "")),
        ("n", lambda r: number_text(r.get("n"))),
        ("wall p50", lambda r: ms_text(r.get("p50_ms"))),
        ("wall p99", lambda r: ms_text(r.get("p99_ms"))),
        ("wall max", lambda r: ms_text(r.get("max_ms"))),
        ("CPU p50", lambda r: ms_text(r.get("cpu_p50_ms"))),
        ("CPU a file, merges included", lambda r: ms_text(r.get("cpu_total_ms_per_update"))),
        ("merges", lambda r: number_text(r.get("merges"))),
        ("synced", lambda r: {True: "yes", False: "no"}.get(r.get("fsync"), "")),
    ]),
    "qps": ("Queries a second, no filter", [
        ("setting", lambda r: r.get("setting", "")),
        ("threads", lambda r: number_text(r.get("threads"))),
        ("queries a second", lambda r: number_text(r.get("qps"))),
    ]),
    "memory": ("Memory, bytes a row", [
        ("state", lambda r: r["state"]),
        ("rows in the journal", lambda r: number_text(r.get("journal_rows"))),
        ("heap", lambda r: number_text(r.get("heap_bytes_per_row"))),
        ("RssAnon", lambda r: number_text(r.get("rss_anon_bytes_per_row"))),
        ("RssFile", lambda r: number_text(r.get("rss_file_bytes_per_row"))),
    ]),
    "churn": ("Churn: searches", [
        ("state", lambda r: r["state"]),
        ("rows in the journal", lambda r: number_text(r.get("journal_rows"))),
        ("setting", lambda r: r.get("setting", f"ef={r.get('expansion')}")),
        ("recall", recall_text),
        ("CPU p50", lambda r: time_text(r.get("cpu_p50_us")) or f"{r.get('cpu_p50_ratio_in_turn')} times, in turn"),
        ("wall p50", lambda r: time_text(r.get("p50_us")) or f"{r.get('p50_ratio')} times"),
        ("wall p99", lambda r: time_text(r.get("p99_us"))),
    ]),
    "churn updates": ("Churn: commits", [
        ("n", lambda r: number_text(r.get("n"))),
        ("wall p50", lambda r: ms_text(r.get("p50_ms"))),
        ("wall p99", lambda r: ms_text(r.get("p99_ms"))),
        ("wall max", lambda r: ms_text(r.get("max_ms"))),
        ("above 50 ms", lambda r: f"{100 * r['share_above_50_ms']:.3g} %"),
        ("CPU p50, committing thread", lambda r: ms_text(r.get("cpu_thread_p50_ms"))),
        ("CPU max, committing thread", lambda r: ms_text(r.get("cpu_thread_max_ms"))),
        ("CPU a file, all threads", lambda r: ms_text(r.get("cpu_total_ms_per_update"))),
        ("merges", lambda r: number_text(r.get("merges"))),
    ]),
    "mixed": ("Reading beside a writer", [
        ("readers", lambda r: number_text(r.get("readers"))),
        ("queries a second, alone", lambda r: number_text(r.get("qps_alone"))),
        ("beside the writer", lambda r: number_text(r.get("qps_beside_writer"))),
        ("ratio", lambda r: number_text(r.get("qps_ratio"))),
        ("query p99, alone", lambda r: time_text(r.get("query_p99_us_alone"))),
        ("beside the writer", lambda r: time_text(r.get("query_p99_us_beside_writer"))),
        ("commits", lambda r: number_text(r.get("commits"))),
        ("commit p50", lambda r: ms_text(r.get("p50_ms"))),
        ("p99", lambda r: ms_text(r.get("p99_ms"))),
        ("max", lambda r: ms_text(r.get("max_ms"))),
    ]),
    "open": (f"Opening and one query in a new process, medians of {OPENINGS}", [
        ("open", lambda r: ms_text(r.get("open_ms"))),
        ("first query", lambda r: ms_text(r.get("first_query_ms"))),
        ("process, CPU", lambda r: s_text(r.get("proc_cpu_s"))),
        ("process, wall", lambda r: s_text(r.get("proc_wall_s"))),
        ("peak memory", lambda r: mb_text(r.get("peak_rss_mb"))),
        ("of it anonymous", lambda r: mb_text(r.get("peak_rss_anon_mb"))),
    ]),
}
OPENING_KEYS = ("open_ms", "first_query_ms", "proc_cpu_s", "proc_wall_s", "peak_rss_mb", "peak_rss_anon_mb")


def in_order(items):
    return list(dict.fromkeys(items))


class Measured:
    """The records of one run."""

    def __init__(self, lines):
        self.run = {}
        self.records = []
        self.failed = []
        for line in lines:
            record = json.loads(line)
            if "run" in record:
                self.run = record["run"]
            else:
                (self.failed if "failed" in record else self.records).append(record)
        self.records = [self.split_churn(record) for record in self.records]

    @staticmethod
    def split_churn(record):
        is_commits = record["phase"] == "churn" and record["state"] == "updates"
        return record | {"phase": "churn updates"} if is_commits else record

    def of(self, phase, rows):
        return [record for record in self.records if record["phase"] == phase and record["N"] == rows]

    def sizes(self, phase):
        return sorted({record["N"] for record in self.records if record["phase"] == phase})

    def openings(self):
        """The medians of each engine's openings."""
        groups = collections.defaultdict(list)
        for record in self.records:
            if record["phase"] == "open":
                groups[record["N"], record["name"]].append(record)
        return [{"N": rows, "name": name} | medians(records, OPENING_KEYS) for (rows, name), records in groups.items()]


def phase_table(measured, phase):
    title, columns = COLUMNS[phase]
    records = measured.openings() if phase == "open" else [r for r in measured.records if r["phase"] == phase]
    if not records:
        return ""
    lines = [[f"{record['N']:,}", record["name"], *(cell(record) for _, cell in columns)]
             for record in sorted(records, key=lambda record: record["N"])]
    return f"### {title}\n\n" + table(["rows", "engine", *(head for head, _ in columns)], lines)


def heading(measured):
    run = measured.run
    loads = [record["load1"] for record in measured.records] or [0]
    pinned = ""
    if run.get("pinned_to") is not None:
        pinned = f" Pinned to core {run['pinned_to']} but for {', '.join(sorted(ON_ALL_CPUS))}."
    return (f"# {run.get('name')}\n\n{run.get('date')}, commit {run.get('commit')}, {run.get('compiler')}. "
            f"{run.get('cpu')}, {run.get('cpus')} cores, {run.get('memory_gib')} GiB, Linux {run.get('kernel')}. "
            f"Load average before each phase {min(loads)} to {max(loads)}.{pinned}\n")


def report(measured):
    """All of table.md."""
    parts = [heading(measured), *search_tables(measured)]
    parts += [phase_table(measured, phase) for phase in ("build", "update", "churn updates", "churn", "mixed", "qps",
                                                         "open", "memory")]
    if measured.failed:
        parts.append("### Failed\n\n" + table(["rows", "engine", "phase", "how"], [
            [f"{r['N']:,}", r["name"], r["phase"], r["failed"].replace("\n", " ")] for r in measured.failed]))
    return "\n".join(part for part in parts if part)


def write_report(folder):
    measured = Measured((folder / "results.jsonl").read_text().splitlines())
    (folder / "table.md").write_text(report(measured))


# The command line.


def peer(text):
    name, equals, template = text.partition("=")
    if not equals or not name or "/" in name or not template.split():
        raise argparse.ArgumentTypeError(f"{text}: expected NAME=COMMAND")
    return name, template


def phase_list(text):
    phases = text.split(",")
    if set(phases) - set(PHASES):
        raise argparse.ArgumentTypeError(f"{text}: expected some of {','.join(PHASES)}")
    return phases


def parse(words):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    option = parser.add_argument
    option("name", nargs="?", help="of the run; it is written to bench/runs/DATE-NAME")
    option("--data", type=pathlib.Path, nargs="+", default=[], metavar="FOLDER", help="data sets, with dataset.json")
    option("--quire", type=pathlib.Path, default=ROOT / "build/release/quire-bench", metavar="PROGRAM",
           help="default: build/release/quire-bench")
    option("--peer", type=peer, action="append", default=[], metavar="NAME=COMMAND", help="may be repeated")
    option("--phases", type=phase_list, default=PHASES, metavar="A,B",
           help=f"after build only these of {','.join(PHASES)}")
    option("--set", action="append", default=[], metavar="PHASE.KEY=VALUE", help="an option of quire-bench; repeated")
    option("--cpu", type=int, metavar="N", help=f"pins all phases to this core but {', '.join(sorted(ON_ALL_CPUS))}")
    option("--seed", type=int, help="of data sets that do not say theirs")
    option("--timeout", type=float, default=3600, metavar="S", help="seconds that a phase may take; default: 3600")
    option("--work", type=pathlib.Path, default=ROOT / "build/suite", metavar="FOLDER",
           help="on a real disk, for the stores, which are deleted; default: build/suite")
    option("--out", type=pathlib.Path, default=ROOT / "bench/runs", metavar="FOLDER", help="default: bench/runs")
    option("--report", type=pathlib.Path, metavar="RUN", help="only writes the table.md of a kept run")
    arguments = parser.parse_args(words)
    if not arguments.report and (not arguments.name or not arguments.data):
        parser.error("a NAME and --data are needed")
    for folder in arguments.data:
        if not (folder / "dataset.json").exists():
            parser.error(f"{folder} is no data set: there is no dataset.json")
    return arguments


def main(words):
    arguments = parse(words)
    if arguments.report:
        write_report(arguments.report)
        return 0
    if not os.access(arguments.quire, os.X_OK):
        sys.exit(f"suite: there is no {arguments.quire}: cmake --preset release && cmake --build --preset release")
    folder = arguments.out / f"{datetime.date.today().isoformat()}-{arguments.name}"
    folder.mkdir(parents=True)
    with open(folder / "results.jsonl", "w") as results:
        suite = Suite(arguments, results)
        suite.run()
    write_report(folder)
    for failure in suite.failed:
        print(f"suite: {failure}", file=sys.stderr)
    print(folder / "table.md")
    return 1 if suite.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
