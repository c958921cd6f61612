#!/usr/bin/env python3
"""R12: made-up lines and arguments for the MCP server: it says valid messages, answers each request once, and lives.

  mcp_lines.py QUIRE

A million lines in full, in batches of 500 that are seeded by their number: QUIRE_ROUND=N does the N-th alone.
"""

import json
import pathlib
import random
import re
import shutil
import sys
import time

from harness import Folder
from scoreboard import Score, report, rounds

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "mcp"))
from server import SLOWDOWN, Server, Silent, initialize_params, modern_meta  # noqa: E402

BATCHES, LINES, PARTS = 2000, 500, 50
SOURCES = pathlib.Path(__file__).resolve().parent
# An address sanitizer keeps what is freed.
MOST_RSS_MB = 256 * SLOWDOWN
WORDS = ("lock", "open the file", "retries", "class Store:", '"return"', "a.b", "\u00e4\u00f6\u00fc \U0001f600", "")
GLOBS = ("**", "*.py", "src/**", "*a" * 40 + "b", "[" * 30, "{a,b}" * 12, "..", "../*", "/etc/passwd", "**/" * 60, "\\")
NUMBERS = (0, 1, -1, 8, 50, 51, 200, 20000, 2**31, 2**53, 2**63, 2**64, -2**63, 10**40, 0.5, 1e308, -0.0)
TEXTS = ("", "a", "\0", "\n", "\u2028", "\U0001f600", "' OR 1=1 --", '"open', "a" * 10_000, "x y " * 2000, "(" * 500)
VALUES = (None, True, False, [], {}, [[]], [None], {"a": {}}, ["a"] * 100, [1, "a", {}], *NUMBERS, *TEXTS, *GLOBS)
HUGE = ("1e999", "-1e999", "1" * 5000, "0." + "9" * 5000, "1e-999", "00", "+1", ".5", "0x10", "NaN", "-", "1E+")
TOOLS = {"search": ("query", "limit", "path", "language", "kind", "include_tests", "max_tokens", "cursor"),
         "find_by_symbol": ("pattern", "kind", "limit"), "list_files": ("language", "path"), "reindex": ("paths",),
         "status": ()}
METHODS = ("initialize", "ping", "tools/list", "tools/call", "server/discover", "resources/list", "prompts/get",
           "completion/complete", "logging/setLevel", "subscriptions/listen", "nope", "", "tools/", "\0", "a" * 5000)
NOTIFICATIONS = ("notifications/initialized", "notifications/cancelled", "notifications/progress", "notifications/nope",
                 "ping", "tools/call", "")


def call(tool, **arguments):
    return {"method": "tools/call", "params": {"name": tool, "arguments": arguments}}


SEEDS = (
    {"method": "initialize", "params": initialize_params()},
    {"method": "initialize", "params": initialize_params("2024-11-05")},
    {"method": "ping"},
    {"method": "tools/list"},
    {"method": "tools/list", "params": {"cursor": "abc"}},
    {"method": "server/discover", "params": {}},
    call("search", query="where are retries limited", limit=3, path="**/*.py", language="python", include_tests=False),
    call("search", query="portion", max_tokens=300, kind="function", cursor="abc"),
    call("find_by_symbol", pattern="portion", kind="function", limit=2),
    call("list_files", language="python", path="*.py"),
    call("reindex", paths=["no_such.py"]),
    call("status"),
)


def line_of(value):
    return json.dumps(value, separators=(",", ":")).encode()


class Lines:
    """The lines of one batch: bytes, with what must become of them."""

    def __init__(self, number):
        self.chance, self.number, self.count = random.Random(number), number, 0
        self.lines, self.requests, self.may_be_silent = [], set(), set()
        self.others = 0  # Lines that may be answered or not, though no more than once.
        self.huge_ids = set()
        kinds, weights = zip(*((getattr(self, name), weight) for name, weight in self.KINDS.items()))
        while self.count < LINES:
            self.chance.choices(kinds, weights)[0]()

    KINDS = {"valid": 30, "wrong_arguments": 22, "wrong_params": 8, "mutated": 18, "other_json": 8, "not_utf8": 3,
             "huge_numbers": 2, "twice_named": 2, "deep": 0.7, "huge_text": 0.3, "noise": 1, "batch": 1,
             "notification": 3, "cancelled": 1, "reindexing": 0.3}

    def fresh(self):
        # A number or a string: neither is told from another's of the batch.
        number = (self.number + 1) * 10_000 + self.count
        return number if self.count % 2 else f"line {number}"

    def put(self, line):
        self.lines.append(line)
        self.count += 1

    def other(self, line):
        """One line that may be anything."""
        self.others += 1
        self.put(line.replace(b"\n", b" "))

    def request(self, **message):
        """One that must be answered."""
        number = self.fresh()
        self.requests.add(number)
        self.put(line_of({"jsonrpc": "2.0", "id": number} | message))
        return number

    def in_some_era(self, message):
        modern = self.chance.random() < 0.5
        return message | {"params": message.get("params", {}) | {"_meta": modern_meta()}} if modern else message

    def seed(self):
        return self.in_some_era(self.chance.choice(SEEDS))

    def other_id(self):
        return f"other {self.fresh()}"

    def seed_line(self):
        return line_of({"jsonrpc": "2.0", "id": self.other_id()} | self.seed())

    # The kinds.

    def valid(self):
        self.request(**self.seed())

    def wrong_arguments(self):
        tool = self.chance.choice(list(TOOLS))
        names = [*TOOLS[tool], "qeury", "", "a" * 300]
        arguments = {name: self.chance.choice(VALUES) for name in names if self.chance.random() < 0.4}
        if self.chance.random() < 0.5:
            arguments["pattern" if tool == "find_by_symbol" else "query"] = self.chance.choice(WORDS)
        self.request(**self.in_some_era(call(tool, **arguments)))

    def wrong_params(self):
        names = ("name", "arguments", "_meta", "cursor", "protocolVersion")
        params = {name: self.chance.choice(VALUES) for name in names if self.chance.random() < 0.4}
        if self.chance.random() < 0.3:
            params["_meta"] = {name: self.chance.choice(VALUES) for name in (*modern_meta(), "progressToken")}
        if self.chance.random() < 0.2:
            params = self.chance.choice(VALUES)
        self.request(method=self.chance.choice(METHODS), params=params)

    def mutated(self):
        line = bytearray(self.seed_line())
        for _ in range(self.chance.randint(1, 4)):
            at = self.chance.randrange(len(line))
            end = min(len(line), at + self.chance.randint(1, 12))
            line[at:end] = self.chance.choice((b"", self.chance.randbytes(3), line[at:end] * 2, b'"', b"\\", b"\\ud800",
                                               b"\0", b"{", b"]", b",", line[at:end][::-1], self.seed_line()[at:end]))
        self.other(bytes(line) or b"{")

    def json_value(self, depth):
        if depth == 0 or self.chance.random() < 0.3:
            return self.chance.choice(VALUES)
        inner = [self.json_value(depth - 1) for _ in range(self.chance.randint(0, 3))]
        names = ("jsonrpc", "method", "params", "result", "error", "a")
        return inner if self.chance.random() < 0.4 else {self.chance.choice(names): each for each in inner}

    def other_json(self):
        self.other(line_of(self.json_value(4)))

    def not_utf8(self):
        bad = self.chance.choice((b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xe2\x82", b"\x80"))
        line = self.seed_line()
        at = self.chance.randrange(len(line))
        self.other(line[:at] + bad + line[at:])

    def huge_numbers(self):
        number = self.chance.choice(HUGE).encode()
        message = {"id": self.other_id()} | call("search", query="a", limit="@")
        if number not in self.huge_ids:
            self.huge_ids.add(number)
            message = {"id": "@", "method": "ping"}
        self.other(line_of({"jsonrpc": "2.0"} | message).replace(b'"@"', number))

    def twice_named(self):
        line = self.seed_line()
        name = self.chance.choice((b'"method":"ping"', b'"jsonrpc":"2.0"', b'"id":"other"', b'"params":7'))
        self.other(line[:-1] + b"," + name.replace(b"other", self.other_id().encode() + b" again") + b"}")

    def deep(self):
        depth = self.chance.choice((50, 500, 5000, 200_000))
        opening, closing = self.chance.choice(((b"[", b"]"), (b'{"a":', b"}")))
        inner = opening * depth + (b"1" + closing * depth if self.chance.random() < 0.7 else b"")
        request = line_of({"jsonrpc": "2.0", "id": self.other_id()} | call("search", query="@"))
        self.other(self.chance.choice((inner, request.replace(b'"@"', inner))))

    def huge_text(self):
        text = self.chance.choice(("x", "word ", "\u00e4", "/", "*", "\\", '"')) * self.chance.choice((50_000, 200_000))
        tool, name = self.chance.choice((("search", "query"), ("search", "path"), ("find_by_symbol", "pattern"),
                                         ("nope", "a"), ("list_files", "path"), ("search", "cursor")))
        self.request(**call(tool, **({"query": "a"} if tool == "search" else {}) | {name: text}))

    def noise(self):
        noise = self.chance.randbytes(self.chance.choice((10, 1000, 20_000)))
        self.others += noise.count(b"\n") + 1
        self.put(noise)

    def batch(self):
        self.other(b"[" + b",".join(self.seed_line() for _ in range(self.chance.randint(0, 4))) + b"]")

    def notification(self):
        params = self.chance.choice(({}, {"params": {}}, {"params": self.chance.choice(VALUES)}))
        self.put(line_of({"jsonrpc": "2.0", "method": self.chance.choice(NOTIFICATIONS)} | params))

    def cancelled(self):
        number = self.request(**self.seed())
        self.may_be_silent.add(number)
        self.put(line_of({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": number}}))

    def reindexing(self):
        self.request(**self.in_some_era(call("reindex", **self.chance.choice(({}, {"paths": ["scoreboard.py"]})))))


class Trial:
    """A server that gets one batch after the other."""

    def __init__(self, quire, folder, score):
        self.quire, self.folder, self.score, self.server = pathlib.Path(quire).resolve(), folder, score, None
        self.slowest, self.open_lines = 0, 0
        self.tree = folder / "tree"
        shutil.copytree(SOURCES, self.tree, ignore=shutil.ignore_patterns("golden", "__pycache__"))

    def start(self):
        environment = {"HOME": str(self.folder), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        self.server = Server(self.quire, "mcp", "--root", self.tree, env=environment, cwd=self.tree)
        self.server.call("reindex")
        self.server.take()

    def batch(self, number):
        lines, began = Lines(number), time.monotonic()
        self.score.add("lines", lines.count)
        self.score.add("requests", len(lines.requests))
        try:
            self.server.send(b"\n".join(lines.lines) + b"\n")
            self.server.result("ping")
            self.wait_for(lines.requests - lines.may_be_silent)
        except (Silent, OSError, AssertionError) as problem:
            self.score.bad("silent", f"QUIRE_ROUND={number}", str(problem)[-1500:])
            self.stop()
            self.start()
        self.slowest = max(self.slowest, time.monotonic() - began)
        self.judge(lines, number)

    def wait_for(self, numbers):
        """Until all are answered: a ping may overtake what a tool does."""
        for each in numbers:
            self.server.answer(each)

    def judge(self, lines, number):
        answers = [message for message in self.server.take() if "id" in message]
        others = [message for message in answers if not self.is_of(message["id"], lines)]
        self.score.add("answers", len(answers))
        for fault in self.server.faults:
            self.score.bad("impure", f"QUIRE_ROUND={number}", fault)
        self.server.faults.clear()
        # The ping is one more; what a tool answers may come beside the next batch.
        self.open_lines += lines.others + 1 - len(others)
        if self.open_lines < 0:
            self.score.bad("unasked", f"QUIRE_ROUND={number}", f"{-self.open_lines} more answers than lines")
            self.open_lines = 0
        rss = self.rss_mb()
        self.score.most("rss_mb_max", rss)
        if rss > MOST_RSS_MB:
            self.score.bad("large", f"QUIRE_ROUND={number}", f"{rss} MB of memory")

    @staticmethod
    def is_of(number, lines):
        return isinstance(number, (int, str)) and number in lines.requests

    def rss_mb(self):
        status = pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text(encoding="utf-8")
        return int(re.search(r"VmRSS:\s*(\d+)", status)[1]) // 1024

    def stop(self):
        self.server.close()


def main(quire):
    score = Score("R12", ["lines", "requests", "answers", "rss_mb_max"], ["impure", "unasked", "silent", "large"])
    with Folder() as folder:
        trial = Trial(quire, folder, score)
        trial.start()
        for number in rounds(BATCHES, PARTS):
            trial.batch(number)
        code, _ = trial.server.end()
        if code != 0:
            score.bad("silent", "at the end", f"exit code {code}")
        trial.stop()
    report("R12", slowest_batch_s_max=round(trial.slowest, 1))
    return score.finish()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
