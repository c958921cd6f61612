#!/usr/bin/env python3
"""What agents are told about the program is true of the real program.

  agents_test.py QUIRE PAGE     PAGE: docs/agents.md
"""

import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import unittest

QUIRE, PAGE = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
SOURCE = """\
def parse_config(path):
    return open(path)

# exact text; TODO: do it later; release notes
"""


class Agents(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="quire-agents-")
        self.addCleanup(folder.cleanup)
        self.tree = pathlib.Path(folder.name) / "tree"
        (self.tree / ".git").mkdir(parents=True)
        (self.tree / "config.py").write_text(SOURCE)
        self.env = {"HOME": folder.name, "PATH": os.path.dirname(QUIRE), "LC_ALL": "C.UTF-8"}

    def run_quire(self, *words, text=""):
        return subprocess.run([QUIRE, *words], cwd=self.tree, env=self.env, input=text, capture_output=True, text=True,
                              timeout=60, check=False)

    def block(self):
        return self.run_quire("install", "agents.md", "--print").stdout

    def spans(self):
        return re.findall(r"`([^`]+)`", self.block())

    def tools(self):
        """The names of the server's tools."""
        requests = [{"jsonrpc": "2.0", "id": 1, "method": "initialize",
                     "params": {"protocolVersion": "2025-06-18", "capabilities": {},
                                "clientInfo": {"name": "test", "version": "1"}}},
                    {"jsonrpc": "2.0", "method": "notifications/initialized"},
                    {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}]
        served = self.run_quire("mcp", text="".join(json.dumps(request) + "\n" for request in requests))
        answers = [json.loads(line) for line in served.stdout.splitlines()]
        [listed] = [answer for answer in answers if answer.get("id") == 2]
        return {tool["name"] for tool in listed["result"]["tools"]}

    def test_every_command_line_of_the_block_works(self):
        commands = [span for span in self.spans() if span.startswith("quire ")]
        self.assertGreaterEqual(len(commands), 6)
        for command in commands:
            result = self.run_quire(*shlex.split(command.replace("FILE:LINE", "config.py:1"))[1:])
            self.assertIn(result.returncode, (0, 1), f"{command}: {result.stderr}")

    def test_every_option_of_the_block_exists(self):
        known = self.run_quire("search", "--help").stdout
        options = [word for span in self.spans() for word in span.split() if re.fullmatch(r"--?[a-z-]+", word)]
        self.assertIn("--json", options)
        for option in options:
            self.assertRegex(known, rf"(?m)(^|[ ,]){option}\b")

    def test_the_tools_of_the_block_are_the_servers(self):
        [line] = [line for line in self.block().splitlines() if "MCP tools" in line]
        named = set(re.findall(r"`([^`]+)`", line))
        self.assertEqual(len(named), 5)
        if re.search(r"(?m)^ +mcp ", self.run_quire("--help").stdout):
            self.assertEqual(named, self.tools())

    def test_the_page_shows_what_is_written(self):
        page = PAGE.read_text()
        self.assertIn(f"```markdown\n{self.block()}```\n", page)
        for agent, language in (("claude", "json"), ("cursor", "json"), ("codex", "toml")):
            written = self.run_quire("install", agent, "--print").stdout
            self.assertIn(f"```{language}\n{written}```\n", page)

    def test_the_page_names_every_file(self):
        page = PAGE.read_text()
        for agent in ("claude", "cursor", "vscode", "codex", "zed", "gemini", "agents.md"):
            [row] = [line for line in page.splitlines() if line.startswith(f"| `quire install {agent}`")]
            shown = self.run_quire("install", agent, "--dry-run").stdout
            file = re.search(r"(?m)^\+\+\+ (.*)$", shown)[1]
            self.assertIn(f"`{os.path.relpath(file, self.tree.resolve())}`", row)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
