#!/usr/bin/env python3
"""R22b: stores that somebody made to harm whoever opens them: huge declared sizes, deep nesting, long strings, tables
that lie. Opening, checking and repairing take at most 64 MiB and 8 times the files' size of memory, and a second and a second a
MB; they end with an answer or an error that says what is wrong, never by a signal.

  hostile_stores.py QUIRE [NAME...]     only the cases whose name has one of these words in it
"""

import os
import resource
import struct
import subprocess
import sys
import threading
import time

from scoreboard import portion_of, report
from stores import CACHE, INDEX, METADATA, FOOTER, JOURNAL_HEADER, Tree, sign_cache, sign_index, sign_journal
from xxh3 import xxh3_64

QUIRE = os.path.abspath(sys.argv[1])
J2, J3 = "journal-00000002.log", "journal-00000003.log"
MIB = 1 << 20
BASE_RSS, BASE_ADDRESSES, TIMES_SIZE = 64 * MIB, 64 * MIB, 8
BASE_SECONDS, SECONDS_PER_MB, TIMEOUT_S = 1.0, 1.0, 120
U32, U63, U64 = (1 << 32) - 1, 1 << 63, (1 << 64) - 1
ROW = (b'{"file_path":"a","chunk_id":0,"content":"","symbol_name":null,"symbol_kind":null,"package_name":null,'
       b'"language":"c","start_line":1,"end_line":1,"last_modified":0')


# ---- Making them.

def times(unit, count):
    """`unit`, a multiple of 1,000 times."""
    return lambda: (unit * 1000 for _ in range(count // 1000))


def numbered(template, count):
    """`template` with each number below `count` in it, between commas."""
    return lambda: (b"," * (number > 0) + template.replace(b"%d", b"%d" % number) for number in range(count))


def metadata(*pieces):
    """A file of the original design, which has no checksum: its members are `pieces`, bytes or what makes them."""
    def make(tree):
        tree.remove(J2, J3, CACHE)
        tree.cut(INDEX, -FOOTER)
        with open(tree.db / METADATA, "wb") as file:
            for piece in (b"{", *pieces, b"}"):
                file.writelines([piece] if isinstance(piece, bytes) else piece())
    return make


def chunks(*rows, next_key=b"9"):
    return metadata(b'"next_key":' + next_key + b',"chunks":{', *rows, b"}")


def usearch(**fields):
    """A file without a footer whose head or graph declares something else."""
    head = 8 + 25 * 512
    layout = {"rows": ("<I", 0), "stride": ("<I", 4), "present": ("<Q", head + 17), "removed": ("<Q", head + 25),
              "dimensions": ("<Q", head + 33), "graph_rows": ("<Q", head + 64), "connectivity": ("<Q", head + 72),
              "base_connectivity": ("<Q", head + 80), "top_level": ("<Q", head + 88), "entry": ("<Q", head + 96),
              "level": ("<H", head + 104)}
    return lambda tree: ([tree.put(INDEX, layout[name][1], struct.pack(layout[name][0], value))
                          for name, value in fields.items()], tree.edit(INDEX, sign_index))


def footer(**fields):
    return lambda tree: tree.edit(INDEX, lambda data: sign_index(data, **fields))


def journal(offset, kind, value):
    """A number in the first journal, signed again."""
    return lambda tree: (tree.put(J2, offset, struct.pack(kind, value)), tree.edit(J2, sign_journal))


def overlapping_frames(size, synced):
    """Frame headers that hold, each declaring that the rest of the file is its payload and that commit `synced` was on
    the disk."""
    def make(tree):
        data = bytearray(tree.read(J3)[:JOURNAL_HEADER] + bytes(size))
        salt = struct.unpack_from("<Q", data, 48)[0]
        for at in range(JOURNAL_HEADER, size, 48):
            frame = struct.pack("<IIQQQQ", 0x544D4F43, 0, len(data) - at - 48, 3, synced, 0)
            data[at:at + 48] = frame + struct.pack("<Q", xxh3_64(frame, salt + at & U64))
        tree.write(J3, bytes(data))
    return make


def cache(offset, value=U63):
    return lambda tree: (tree.put(CACHE, offset, struct.pack("<Q", value)), tree.edit(CACHE, sign_cache))


HEAD = 80  # Of a cache, up to the number of index.usearch's blocks.
COLUMNS = HEAD + 8 * (1 + 5 + 1 + 3 + 1)

# Name, what makes it, and what check or search say of it ("": that nothing is wrong).
CASES = [
    ("next_key of 2^64", chunks(next_key=b"18446744073709551616"), "byte 12"),
    ("next_key of 1e999", chunks(next_key=b"1e999"), "byte 12"),
    ("next_key of -1", chunks(next_key=b"-1"), "byte 12"),
    ("a chunk's key of 1e999", chunks(b'"1e999":' + ROW + b"}"), "a chunk's key"),
    ("a chunk's key of 2^63", chunks(b'"9223372036854775808":' + ROW + b"}"), "a chunk's key"),
    ("a line of 10^30", chunks(b'"1":' + ROW.replace(b'start_line":1', b'start_line":1' + b"0" * 30) + b"}"), "byte"),
    ("arrays 100,000 deep", metadata(b'"x":', times(b"[", 100_000), times(b"]", 100_000)), "deep"),
    ("objects 100,000 deep", metadata(b'"x":', times(b'{"x":', 100_000), b"1", times(b"}", 100_000)), "deep"),
    ("brackets that never close, 20 MB", metadata(b'"x":', times(b"[", 20_000_000)), "deep"),
    ("a chunk's key of 50 MB", chunks(b'"', times(b"1", 50_000_000), b'":' + ROW + b"}"), "a chunk's key"),
    ("a member's name of 50 MB", metadata(b'"', times(b"x", 50_000_000), b'":1'), "no member"),
    ("a string of 50 MB", metadata(b'"x":"', times(b"x", 50_000_000), b'"'), "no member"),
    ("a string of 50 MB that does not end", metadata(b'"x":"', times(b"x", 50_000_000)), "does not end"),
    ("a name of 8,000,000 escapes", metadata(b'"', times(b"\\u0041", 8_000_000), b'":1'), "no member"),
    ("a path of 50 MB", chunks(b'"1":{"file_path":"', times(b"p", 50_000_000), ROW[15:] + b"}"), "keys in both"),
    ("a content of 50 MB", chunks(b'"1":' + ROW[:41], times(b"\\n", 25_000_000), ROW[41:] + b"}"), "keys in both"),
    ("a million members", metadata(numbered(b'"%d":0', 1_000_000)), "no member"),
    ("a million attributes", metadata(b'"attributes":{', numbered(b'"%d":""', 1_000_000), b"}"), "no member"),
    ("a million fields of a chunk", chunks(b'"1":' + ROW + b",", numbered(b'"%d":""', 1_000_000), b"}"),
     "keys in both"),
    ("100,000 chunks of distinct strings", chunks(numbered(
        b'"%d":' + ROW.replace(b'"a"', b'"%d"').replace(b'"c"', b'"l%d"') + b"}", 100_000), next_key=b"100000"),
     "keys in both"),
    ("a number of 20,000,000 digits", metadata(b'"x":', times(b"1", 20_000_000)), "no member"),
    ("a usearch file of 2^32 - 1 rows", usearch(rows=U32), "the file ends before"),
    ("a usearch file of 2^32 - 1 rows of 4 GiB", usearch(rows=U32, stride=U32), "the file ends before"),
    ("a usearch file of 2^32 - 1 empty rows", usearch(rows=U32, stride=0), "the word usearch"),
    ("vectors of 4 GiB", usearch(stride=U32), "the file ends before"),
    ("2^63 dimensions", usearch(dimensions=U63), "dimensions"),
    ("a graph of 2^40 rows", usearch(graph_rows=1 << 40), "rows of the graph"),
    ("connectivity 0", usearch(connectivity=0, base_connectivity=0), "can't be"),
    ("connectivity 2^63", usearch(connectivity=U63, base_connectivity=U63), "can't be"),
    ("connectivity of the file's size", usearch(connectivity=2, base_connectivity=16_000), "the file ends"),
    ("top level 2^63", usearch(top_level=U63), "level"),
    ("a node's level 32767", usearch(level=32767, top_level=32767), "level"),
    ("entry slot 2^63", usearch(entry=U63), "entry slot"),
    ("2^63 vectors present", usearch(present=U63), "the head counts"),
    ("2^63 vectors removed", usearch(removed=U63), "the head counts"),
    ("a footer before 2^63 bytes", footer(length=U63), "bytes lie before it"),
    ("a footer of commit 2^63", footer(lsn=U63), "a file is missing"),
    ("a footer alone", lambda tree: tree.edit(INDEX, lambda data: sign_index(data[-FOOTER:])), "index.usearch:0"),
    ("a journal of 2^32 - 1 dimensions", journal(12, "<I", U32), "impossible values"),
    ("a journal of generation 2^63", journal(40, "<Q", U63), ""),
    ("a journal after commit 2^63", journal(56, "<Q", U63), "begins after commit"),
    ("a journal with next key 2^64 - 1", journal(64, "<Q", U64), ""),
    ("a frame of 4 GiB", journal(JOURNAL_HEADER + 8, "<Q", 1 << 32), "does not verify"),
    ("a frame of 2^63 bytes", journal(JOURNAL_HEADER + 8, "<Q", U63), "does not verify"),
    ("a frame of 2^64 - 8 bytes", journal(JOURNAL_HEADER + 8, "<Q", U64 - 7), "does not verify"),
    ("a frame of commit 2^63", journal(JOURNAL_HEADER + 16, "<Q", U63), "found lsn"),
    ("2^32 - 1 dimensions in a commit", journal(144, "<I", U32), "dimensions"),
    ("2^32 - 1 inserts in a commit", journal(148, "<I", U32), "declares more than it holds"),
    ("2^32 - 1 removals in a commit", journal(152, "<I", U32), "declares more than it holds"),
    ("2^32 - 1 attributes in a commit", journal(156, "<I", U32), "declares more than it holds"),
    ("5,000 attributes in a commit", journal(156, "<I", 5000), "does not parse"),
    ("next key 2^64 - 1 in a commit", journal(160, "<Q", U64), ""),
    ("vectors of 2^63 bytes in a commit", journal(168, "<Q", U63), "does not parse"),
    ("key 2^64 - 1 in a commit", journal(176, "<Q", U64), ""),
    ("a MB of frames that overlap", overlapping_frames(MIB, synced=0), "sound"),
    ("4 MB of frames that overlap and vouch for each other", overlapping_frames(4 * MIB, synced=3), "does not verify"),
    ("a journal of 64 MiB of zeros", lambda tree: tree.append(J3, bytes(64 * MIB)), "after the seal"),
    ("a cache of 2^63 blocks", cache(HEAD), "does not belong"),
    ("a cache of an index of 2^63 bytes", cache(40), "does not belong"),
    ("a cache with columns of 2^63 bytes", cache(COLUMNS - 8), "does not belong"),
    ("a cache of 2^63 rows", cache(COLUMNS), "does not belong"),
    ("a cache of 2^61 rows", cache(COLUMNS, 1 << 61), "does not belong"),
    ("a cache of 2^63 attributes", cache(COLUMNS + 48), "does not belong"),
]


# ---- Measuring.

class Run:
    """What one run of the program said and took."""

    code, said, seconds, rss = 0, "", 0.0, 0


def limit_addresses(size):
    limit = BASE_ADDRESSES + TIMES_SIZE * size
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def run(tree, size, *words):
    """The run, with its seconds and the most memory that it had."""
    ran = Run()
    with open(tree.folder / "out", "w+b") as out:
        started = time.monotonic()
        process = subprocess.Popen([QUIRE, *words], cwd=tree.root, stdout=out, stderr=out, stdin=subprocess.DEVNULL,
                                   env={"HOME": str(tree.folder)}, preexec_fn=lambda: limit_addresses(size))
        timer = threading.Timer(TIMEOUT_S, process.kill)
        timer.start()
        _, status, used = os.wait4(process.pid, 0)
        timer.cancel()
        ran.seconds, ran.rss = time.monotonic() - started, used.ru_maxrss * 1024
        ran.code = process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        ran.said = out.read(2000).decode(errors="replace")
    return ran


def problem_of(ran, size, codes):
    """What is wrong with a run; empty if nothing."""
    if ran.code not in codes:
        return f"exit code {ran.code}"
    if ran.rss > BASE_RSS + TIMES_SIZE * size:
        return f"{ran.rss / MIB:.0f} MiB of memory"
    if ran.seconds > BASE_SECONDS + SECONDS_PER_MB * size / 1e6:
        return f"{ran.seconds:.1f} s"
    return ""


def run_case(make, expected):
    """What is wrong, and the runs."""
    with Tree(QUIRE) as tree:
        make(tree)
        size = sum(path.stat().st_size for path in tree.db.rglob("*") if path.is_file())
        runs = [(run(tree, size, "check"), (0, 1)), (run(tree, size, "search", "step"), (0, 1, 2)),
                (run(tree, size, "check", "--repair"), (0, 1))]
    problems = [problem for ran, codes in runs if (problem := problem_of(ran, size, codes))]
    said = "".join(ran.said for ran, _ in runs)
    if expected not in said:
        problems.append(f"nothing says {expected!r}")
    return [f"{problem} ({size / MIB:.1f} MiB of files): {said}" for problem in problems], runs


def main():
    wanted = [case for case in CASES if not sys.argv[2:] or any(word in case[0] for word in sys.argv[2:])]
    cases, bad, memory, seconds = portion_of(wanted, 4), 0, 0, 0.0
    for name, make, expected in cases:
        problems, runs = run_case(make, expected)
        bad += bool(problems)
        memory = max(memory, *(ran.rss // MIB for ran, _ in runs))
        seconds = max(seconds, *(ran.seconds for ran, _ in runs))
        for problem in problems:
            print(f"{name}: {problem[:1500]}")
    report("R22b", stores=len(cases), bad=bad, rss_mib_max=memory, seconds_max=f"{seconds:.1f}")
    return 1 if bad or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
