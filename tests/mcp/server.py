"""`quire mcp` as a process that is talked to in lines, and what holds for every line that it says."""

import itertools
import json
import os
import subprocess
import tempfile
import threading
import time

LEGACY = "2025-11-25"
LEGACY_VERSIONS = ("2024-11-05", "2025-03-26", "2025-06-18", LEGACY)
MODERN = "2026-07-28"
PREFIX = "io.modelcontextprotocol/"
CLIENT = {"name": "quire tests", "version": "1"}
# Sanitizers take ten times as long and more.
SLOWDOWN = float(os.environ.get("QUIRE_SLOWDOWN", "1"))
TIMEOUT_S = 60 * SLOWDOWN


def modern_meta(version=MODERN):
    """What every request of the modern era carries."""
    return {f"{PREFIX}protocolVersion": version, f"{PREFIX}clientCapabilities": {}, f"{PREFIX}clientInfo": CLIENT}


def initialize_params(version=LEGACY):
    return {"protocolVersion": version, "capabilities": {}, "clientInfo": CLIENT}


def unique(pairs):
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError(f"a name twice in {names}")
    return dict(pairs)


def no_constant(name):
    raise ValueError(f"{name} is no JSON")


def parsed(line):
    """The JSON in `line`, bytes. Raises ValueError for what a lenient parser lets pass, too."""
    return json.loads(line.decode("utf-8"), object_pairs_hook=unique, parse_constant=no_constant)


def fault_in(message):
    """Why `message` is none that a server may say; "" if it is one. Requests are none: it has nothing to ask."""
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
        return "not an object of JSON-RPC 2.0"
    if "id" not in message:
        return "" if str(message.get("method", "")).startswith("notifications/") else "neither id nor notification"
    if type(message["id"]) not in (int, str, type(None)):
        return "an id that no request may have"
    if "method" in message or ("result" in message) == ("error" in message):
        return "not one of result and error"
    if "result" in message:
        return "" if isinstance(message["result"], dict) and message["id"] is not None else "no result of a request"
    error = message["error"]
    well_formed = isinstance(error, dict) and type(error.get("code")) is int and isinstance(error.get("message"), str)
    return "" if well_formed else "no code or no message in the error"


class Silent(Exception):
    """An answer that did not come."""


class Server:
    """A running server. `said` is all of its messages as (when, message), `faults` what it must not have said.

    `era` is the protocol's version that requests are made by. Legacy ones open with the handshake unless `opened` is
    False."""

    def __init__(self, program, *words, era=LEGACY, opened=True, **options):
        self.era, self.said, self.faults, self.answers = era, [], [], {}
        self.news = threading.Condition()
        self.numbers = itertools.count(1)
        self.log = tempfile.TemporaryFile()
        self.began = time.monotonic()
        self.process = subprocess.Popen([program, *map(str, words)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.log, bufsize=0, **options)
        self.reader = threading.Thread(target=self.listen, daemon=True)
        self.reader.start()
        if opened and era != MODERN:
            self.opening = self.result("initialize", initialize_params(era))
            self.notify("notifications/initialized")

    # What it says.

    def listen(self):
        with open(self.process.stdout.fileno(), "rb", closefd=False) as lines:
            for line in lines:
                self.hear(line, time.monotonic())
        with self.news:
            self.news.notify_all()

    def hear(self, line, when):
        try:
            message = parsed(line)
            fault = fault_in(message) or ("" if line.endswith(b"\n") else "no line feed at the end")
        except (ValueError, RecursionError) as problem:
            message, fault = {}, str(problem)
        with self.news:
            if fault:
                self.faults.append(f"{fault}: {line[:500]}")
            else:
                self.keep(message, when)
            self.news.notify_all()

    def keep(self, message, when):
        self.said.append((when, message))
        number = message.get("id")
        if number is not None and number in self.answers:
            self.faults.append(f"a second answer: {message}")
        elif number is not None:
            self.answers[number] = (when, message)

    def take(self):
        """All messages since the last time, which are forgotten."""
        with self.news:
            said, self.said, self.answers = self.said, [], {}
        return [message for _, message in said]

    def notifications(self, method):
        """(when, params) of each so far."""
        with self.news:
            return [(when, message["params"]) for when, message in self.said if message.get("method") == method]

    def log_text(self):
        """What it wrote to standard error."""
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    # What it is told.

    def send(self, message):
        """Bytes as they are, anything else as a line of JSON."""
        line = message if isinstance(message, bytes) else json.dumps(message).encode() + b"\n"
        view = memoryview(line)
        while view:
            view = view[self.process.stdin.write(view):]

    def notify(self, method, params=None):
        self.send({"jsonrpc": "2.0", "method": method} | ({"params": params} if params is not None else {}))

    def ask(self, method, params=None, **meta):
        """Sends a request; its id, by turns a number and a string. `meta` is added to _meta."""
        number = next(self.numbers)
        number = number if number % 2 else f"request {number}"
        meta = (modern_meta() if self.era == MODERN else {}) | meta
        params = (params or {}) | ({"_meta": meta} if meta else {})
        self.send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        return number

    def ask_tool(self, tool, arguments, **meta):
        return self.ask("tools/call", {"name": tool, "arguments": arguments}, **meta)

    # Both.

    def answer(self, number, timeout=TIMEOUT_S):
        """The message that answers a request. Raises Silent."""
        with self.news:
            self.news.wait_for(lambda: number in self.answers or not self.reader.is_alive(), timeout)
            if number in self.answers:
                return self.answers[number][1]
        raise Silent(f"no answer to {number!r}; exit code {self.process.poll()}, standard error:\n"
                     f"{self.log_text()[-2000:]}")

    def answered_at(self, number):
        self.answer(number)
        return self.answers[number][0]

    def is_silent(self, number, seconds):
        """True if no answer comes for that long."""
        try:
            self.answer(number, seconds)
        except Silent:
            return True
        return False

    def request(self, method, params=None):
        return self.answer(self.ask(method, params))

    def result(self, method, params=None):
        message = self.request(method, params)
        if "result" not in message:
            raise AssertionError(f"{method} with {params}: {message}")
        return message["result"]

    def error(self, method, params=None):
        """The code of the error that a request must give."""
        message = self.request(method, params)
        if "error" not in message:
            raise AssertionError(f"{method} with {params}: {message}")
        return message["error"]["code"]

    def call(self, tool, **arguments):
        """A tool's result, errors of the tool included."""
        return self.result("tools/call", {"name": tool, "arguments": arguments})

    # Its end.

    def wait(self, timeout=TIMEOUT_S):
        code = self.process.wait(timeout)
        self.reader.join(timeout)
        return code

    def end(self):
        """Closes its input; (exit code, seconds that it still took)."""
        began = time.monotonic()
        self.process.stdin.close()
        return self.wait(), time.monotonic() - began

    def close(self):
        """Whatever state it is in."""
        if self.process.poll() is None:
            self.process.kill()
        self.wait()
        for stream in (self.process.stdin, self.process.stdout, self.log):
            stream.close()
