#!/usr/bin/env python3
"""A server among other processes: how it ends, and how several share one tree.

  processes_test.py QUIRE [unittest arguments]
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time

from case import QUIRE, STATES, Case, eventually, main, write_large, write_many
from server import SLOWDOWN, TIMEOUT_S, Server, Silent

SOON_S = 2 * SLOWDOWN
# Starts the server with our pipes, tells its process id, and waits to be killed.
MIDDLE = """
import subprocess, sys, time
server = subprocess.Popen(sys.argv[1:], stdin=0, stdout=1, stderr=subprocess.DEVNULL)
print(server.pid, file=sys.stderr, flush=True)
time.sleep(1000)
"""


def is_alive(pid):
    """False for a zombie, too: nobody may be left to reap it."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


class Ends(Case):
    def is_sound(self):
        self.quire("index", "--root", str(self.tree), "-q")
        self.quire("check", "--root", str(self.tree))

    def test_at_the_end_of_its_input(self):
        server = self.ready_server()
        code, seconds = server.end()
        self.assertEqual(code, 0)
        self.assertLess(seconds, SOON_S)

    def test_before_the_first_message(self):
        code, seconds = self.server(opened=False).end()
        self.assertEqual(code, 0)
        self.assertLess(seconds, SOON_S)

    def test_in_the_middle_of_indexing(self):
        write_large(self.tree)
        server = self.server()
        number = server.ask_tool("reindex", {})
        time.sleep(0.2)
        code, seconds = server.end()
        self.assertEqual(code, 0)
        self.assertLess(seconds, SOON_S)
        self.assertNotIn("result", server.answers.get(number, (0, {}))[1], "reindex is too fast to be cut short")
        self.is_sound()

    def test_with_the_answers_to_what_was_asked_before(self):
        server = self.ready_server()
        numbers = [server.ask("tools/list") for _ in range(50)]
        numbers += [server.ask_tool("search", {"query": "total price"}) for _ in range(20)]
        server.end()
        self.assertEqual([number for number in numbers if number not in server.answers], [])

    def test_by_a_signal(self):
        write_large(self.tree)
        for sent in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            server = self.server()
            server.ask_tool("reindex", {})
            time.sleep(0.2)
            began = time.monotonic()
            server.process.send_signal(sent)
            self.assertIn(server.wait(), (0, 128 + sent, -sent))
            self.assertLess(time.monotonic() - began, SOON_S)
        self.is_sound()

    def test_when_nobody_reads_it_any_more(self):
        read, write = os.pipe()
        process = subprocess.Popen([QUIRE, "mcp", "--root", self.tree], stdin=subprocess.PIPE, stdout=write,
                                   stderr=subprocess.DEVNULL, env=self.env)
        self.addCleanup(process.kill)
        os.close(write)
        os.close(read)
        process.stdin.write(b'{"jsonrpc":"2.0","id":1,"method":"ping"}\n')
        process.stdin.flush()
        self.assertGreaterEqual(process.wait(SOON_S), 0)
        process.stdin.close()

    def test_when_who_started_it_is_killed(self):
        middle = subprocess.Popen([sys.executable, "-c", MIDDLE, QUIRE, "mcp", "--root", self.tree], env=self.env,
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        pid = int(middle.stderr.readline())
        middle.stdin.write(b'{"jsonrpc":"2.0","id":1,"method":"ping"}\n')
        middle.stdin.flush()
        self.assertIn(b'"id":1', middle.stdout.readline())
        middle.kill()
        middle.wait()
        self.assertTrue(eventually(lambda: not is_alive(pid), 5 * SLOWDOWN), "the server outlives who started it")
        for stream in (middle.stdin, middle.stdout, middle.stderr):
            stream.close()

    def test_when_it_was_idle_for_as_long_as_it_may(self):
        began = time.monotonic()
        server = self.server("--idle-exit", "1")
        self.assertEqual(server.wait(), 0)
        self.assertGreater(time.monotonic() - began, 0.9)
        self.assertLess(time.monotonic() - began, 1 + 3 * SLOWDOWN)

    def test_not_while_it_is_used(self):
        server = self.server("--idle-exit", "2")
        for _ in range(8):
            time.sleep(0.5)
            server.result("ping")
        self.assertEqual(server.wait(), 0)

    def test_with_a_wrong_option_before_it_begins(self):
        for words in (["--idle-exit", "-1"], ["--idle-exit", "soon"], ["--nope"], ["operand"], ["--root", "nowhere"]):
            done = subprocess.run([QUIRE, "mcp", *words], cwd=self.tree, env=self.env, stdin=subprocess.DEVNULL,
                                  capture_output=True, timeout=TIMEOUT_S, check=False)
            self.assertEqual((done.returncode, done.stdout), (2, b""), (words, done.stderr))
            self.assertTrue(done.stderr, words)


class EndsUnread(Case):
    """S4: a server whose answers nobody reads, with a pipe that is full and with more than that waiting."""

    # 40 answers fill the pipe; nothing is left that takes as many as 4,000.
    AMOUNTS = (40, 4000)

    def started(self, *words, command=()):
        process = subprocess.Popen([*command, QUIRE, "mcp", "--root", self.tree, *words], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.env, bufsize=0)
        for stream in (process.stdin, process.stdout, process.stderr):
            self.addCleanup(stream.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def fill(self, process, requests):
        """Asks that often, or as often as anything is taken; how often."""
        os.set_blocking(process.stdin.fileno(), False)
        for number in range(requests):
            asked = {"method": "tools/list"} if number % 2 else {
                "method": "tools/call", "params": {"name": "search", "arguments": {"query": "total price"}}}
            line = json.dumps({"jsonrpc": "2.0", "id": number} | asked).encode() + b"\n"
            if not eventually(lambda line=line: process.stdin.write(line), 0.5):
                return number
        time.sleep(0.3)
        return requests

    def check_ends(self, process, end):
        """That it does soon after `end()`."""
        self.assertIsNone(process.poll())
        began = time.monotonic()
        end()
        process.wait(TIMEOUT_S)
        self.assertLess(time.monotonic() - began, SOON_S)

    def test_by_a_signal(self):
        for requests in self.AMOUNTS:
            for sent in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                with self.subTest(requests=requests, signal=sent):
                    process = self.started()
                    self.fill(process, requests)
                    self.check_ends(process, lambda process=process, sent=sent: process.send_signal(sent))

    def test_at_the_end_of_its_input(self):
        for requests in self.AMOUNTS:
            with self.subTest(requests=requests):
                process = self.started()
                self.fill(process, requests)
                self.check_ends(process, process.stdin.close)

    def test_when_who_started_it_is_killed(self):
        for requests in self.AMOUNTS:
            with self.subTest(requests=requests):
                middle = self.started(command=(sys.executable, "-c", MIDDLE))
                pid = int(middle.stderr.readline())
                self.fill(middle, requests)
                self.assertTrue(is_alive(pid))
                middle.kill()
                self.assertTrue(eventually(lambda pid=pid: not is_alive(pid), SOON_S), "the server outlives who started it")

    def test_when_it_was_idle_for_as_long_as_it_may(self):
        for requests in self.AMOUNTS:
            with self.subTest(requests=requests):
                process = self.started("--idle-exit", "1")
                self.fill(process, requests)
                self.assertEqual(process.wait(1 + 3 * SLOWDOWN), 0)

    def test_not_and_nothing_is_lost_for_who_reads_later(self):
        process = self.started()
        asked = self.fill(process, 1000)
        answered = set()
        for line in process.stdout:
            answered.add(json.loads(line)["id"])
            if len(answered) == asked:
                break
        self.assertEqual(answered, set(range(asked)))

    def test_by_a_signal_while_there_is_always_something_to_read(self):
        process = self.started()
        asking = threading.Thread(target=self.chatter, args=(process,), daemon=True)
        asking.start()
        time.sleep(0.5)
        self.check_ends(process, process.terminate)
        asking.join()

    @staticmethod
    def chatter(process):
        """Notifications, which have no answer, until nobody is there."""
        lines = b'{"jsonrpc":"2.0","method":"notifications/initialized"}\n' * 1000
        try:
            while True:
                process.stdin.write(lines)
        except OSError:
            pass


class Many(Case):
    def searches(self, server, seconds, said):
        """Asks until the time is over; every result, or the exception, is put into `said`."""
        end = time.monotonic() + seconds
        try:
            while time.monotonic() < end:
                said.append(server.call("search", query="function_7 compute"))
        except (AssertionError, Silent) as problem:
            said.append({"isError": True, "content": str(problem)})

    def test_servers_share_a_tree_beside_the_program(self):
        write_many(self.tree, 500)
        servers = [self.server() for _ in range(3)]
        said = [[] for _ in servers]
        threads = [threading.Thread(target=self.searches, args=(server, 6, each))
                   for server, each in zip(servers, said)]
        for thread in threads:
            thread.start()
        for number in range(4):
            self.write(f"src/new{number}.py", f"def newcomer_{number}():\n    return {number}\n")
            subprocess.run([QUIRE, "index", "--root", self.tree, "-q"], env=self.env, cwd=self.tree, timeout=TIMEOUT_S,
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        for thread in threads:
            thread.join()
        for each in said:
            self.assertTrue(each)
            self.assertEqual([result for result in each if result.get("isError")], [])
        for server in servers:
            self.wait_until_ready(server)
            self.assertIn("src/new3.py", self.paths(server, "newcomer_3"))
        self.quire("check", "--root", str(self.tree))

    def test_a_second_server_waits_for_the_writer_and_says_so(self):
        write_large(self.tree)
        servers = [self.server() for _ in range(2)]
        numbers = [server.ask_tool("reindex", {}) for server in servers]
        states = {self.call(server, "search", query="compute")["index"]["state"] for server in servers}
        self.assertLessEqual(states, STATES)
        for server, number in zip(servers, numbers):
            result = server.answer(number)["result"]
            if result.get("isError"):
                self.assertIn("is being written by", result["content"][0]["text"])
            self.wait_until_ready(server)
            self.assertEqual(self.call(server, "status")["files"], 1502)

    def test_the_tree_is_found_from_the_working_directory(self):
        (self.tree / ".git").mkdir()
        server = Server(QUIRE, "mcp", env=self.env, cwd=self.tree / "src")
        self.addCleanup(self.look_after, server)
        self.assertEqual(self.call(server, "status")["root"], str(self.tree.resolve()))


if __name__ == "__main__":
    main()
