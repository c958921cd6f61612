"""A tree of one's own, and servers over it that are looked after when the test is over."""

import fcntl
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from json_schema import problems
from server import LEGACY, MODERN, PREFIX, SLOWDOWN, TIMEOUT_S, Server

QUIRE = os.path.abspath(sys.argv[1])
# What an index may be in while it answers.
STATES = {"sweeping", "indexing", "waiting", "ready"}
# How much of the tree an index that answers may hold.
COVERAGE = {"none", "part", "whole"}
TOOLS = ("search", "find_by_symbol", "list_files", "reindex", "status")
CART = '''class Cart:
    def total_price(self, items):
        """Sums the price of all items."""
        return sum(item.price for item in items)
'''
LOCK = '''package lock

// Acquire takes the lock and waits until it is free.
func Acquire(name string) error { return nil }
'''


def main():
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])


def write_many(root, files, functions=1, version=1):
    """`files` Python files, in folders of a hundred."""
    for number in range(files):
        path = root / f"d{number // 100}" / f"f{number}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        body = "".join(f"    value_{line} = compute_{number}({line}, {version})\n" for line in range(8))
        names = [f"function_{number}", *(f"function_{number}_{more}" for more in range(1, functions))]
        path.write_text("\n".join(f"def {name}(argument):\n{body}    return value_0\n" for name in names))


def write_large(root, version=1):
    """What takes seconds to index, and not much longer to write."""
    write_many(root, 1500, functions=25, version=version)


class Writing:
    """While it lasts nobody else can change the tree's index: byte 0 of LOCK is held, as by a writer."""

    def __init__(self, tree):
        self.lock = open(tree / ".quire/LOCK", "r+b")

    def __enter__(self):
        fcntl.lockf(self.lock, fcntl.LOCK_EX, 1, 0)

    def __exit__(self, *_):
        self.lock.close()


class Swapping:
    """While it lasts nobody can open the tree's index: byte 1 of LOCK is held, as by a writer that swaps its files."""

    def __init__(self, tree, seconds):
        self.lock = open(tree / ".quire/LOCK", "r+b")
        fcntl.lockf(self.lock, fcntl.LOCK_EX, 1, 1)
        self.end = threading.Timer(seconds, self.lock.close)

    def __enter__(self):
        self.end.start()

    def __exit__(self, *_):
        self.end.join()


def eventually(holds, seconds=TIMEOUT_S):
    """True as soon as `holds()` is; False if it is not in that time."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


class Case(unittest.TestCase):
    era = LEGACY

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="quire-mcp-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.tree = self.folder / "tree"
        self.env = {"HOME": str(self.folder / "home"), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        (self.folder / "home").mkdir()
        self.write("src/cart.py", CART)
        self.write("src/lock.go", LOCK)
        self.schemas = {}

    def write(self, path, text):
        path = self.tree / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def quire(self, *words, code=0):
        """The program's standard output."""
        done = subprocess.run([QUIRE, *words], cwd=self.tree, env=self.env, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
        self.assertEqual(done.returncode, code, (words, done.stdout, done.stderr))
        return done.stdout

    def server(self, *words, **options):
        """A server over the tree."""
        options = {"era": self.era, "env": self.env, "cwd": self.tree} | options
        server = Server(QUIRE, "mcp", "--root", self.tree, *words, **options)
        self.addCleanup(self.look_after, server)
        return server

    def look_after(self, server):
        server.close()
        self.assertEqual(server.faults, [], "standard output holds what is no message")

    def ready_server(self, *words, **options):
        """One that has seen the whole tree."""
        server = self.server(*words, **options)
        self.wait_until_ready(server)
        return server

    def wait_until_ready(self, server):
        def ready():
            index = self.call(server, "status")["index"]
            return index["state"] == "ready" and index["swept_at"] > 0
        self.assertTrue(eventually(ready), self.call(server, "status"))

    def result(self, server, method, params=None):
        """A request's result, which must have what its era demands."""
        result = server.result(method, params)
        if server.era == MODERN:
            self.assertEqual(result["resultType"], "complete")
            self.assertEqual(result["_meta"][f"{PREFIX}serverInfo"]["name"], "quire")
            if method != "tools/call":
                self.assertGreaterEqual(result["ttlMs"], 0)
                self.assertIn(result["cacheScope"], ("private", "public"))
        return result

    def schemas_of(self, server):
        """(input, output) by tool."""
        if not self.schemas:
            self.schemas = {tool["name"]: (tool["inputSchema"], tool["outputSchema"])
                            for tool in server.result("tools/list")["tools"]}
        return self.schemas

    def checked(self, server, tool, result):
        """The structured content of a good result, which must be as its tool says."""
        self.assertFalse(result.get("isError"), result)
        self.assertEqual(problems(self.schemas_of(server)[tool][1], result["structuredContent"]), [])
        self.assertEqual(result["content"][0]["type"], "text")
        self.assertTrue(result["content"][0]["text"].strip())
        return result["structuredContent"]

    def call(self, server, tool, **arguments):
        return self.checked(server, tool, self.result(server, "tools/call", {"name": tool, "arguments": arguments}))

    def refusal(self, server, tool, **arguments):
        """What a tool says of arguments that it can't take."""
        result = self.result(server, "tools/call", {"name": tool, "arguments": arguments})
        self.assertTrue(result.get("isError"), (tool, arguments, result))
        return result["content"][0]["text"]

    def paths(self, server, query, **arguments):
        """Of a search's hits."""
        return [hit["file_path"] for hit in self.call(server, "search", query=query, **arguments)["results"]]


def in_both_eras(case):
    """Makes two classes of `case`, which is a mixin, in its module."""
    module = sys.modules[case.__module__]
    for name, era in (("Legacy", LEGACY), ("Modern", MODERN)):
        members = {"era": era, "__module__": case.__module__}
        setattr(module, case.__name__ + name, type(case.__name__ + name, (case, Case), members))
    return case


def text_bytes(value):
    """Of compact JSON."""
    return len(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())
