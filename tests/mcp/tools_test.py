#!/usr/bin/env python3
"""What the tools answer: what is cut off, how fresh it is, what is refused.

  tools_test.py QUIRE [unittest arguments]
"""

import json
import os
import time
import unittest

from case import COVERAGE, STATES, Case, Swapping, Writing, eventually, main, text_bytes, write_large, write_many
from json_schema import problems
from server import SLOWDOWN

WRONG_ARGUMENTS = (
    # tool, arguments, what the sentence must name
    ("search", {}, "query"),
    ("search", {"query": ""}, "query"),
    ("search", {"query": 7}, "query"),
    ("search", {"query": None}, "query"),
    ("search", {"query": ["a"]}, "query"),
    ("search", {"query": "a", "limit": 0}, "limit"),
    ("search", {"query": "a", "limit": 51}, "limit"),
    ("search", {"query": "a", "limit": -1}, "limit"),
    ("search", {"query": "a", "limit": 2.5}, "limit"),
    ("search", {"query": "a", "limit": "8"}, "limit"),
    ("search", {"query": "a", "limit": 1e300}, "limit"),
    ("search", {"query": "a", "limit": 2**64}, "limit"),
    ("search", {"query": "a", "max_tokens": 199}, "max_tokens"),
    ("search", {"query": "a", "max_tokens": 20001}, "max_tokens"),
    ("search", {"query": "a", "include_tests": "yes"}, "include_tests"),
    ("search", {"query": "a", "path": 7}, "path"),
    ("search", {"query": "a", "language": {}}, "language"),
    ("search", {"query": "a", "kind": []}, "kind"),
    ("search", {"query": "a", "cursor": 7}, "cursor"),
    ("search", {"query": "a", "cursor": "nonsense"}, "cursor"),
    ("search", {"query": "a", "match": "words"}, "match"),
    ("search", {"query": "(", "match": "regex"}, "group"),
    ("find_by_symbol", {}, "pattern"),
    ("find_by_symbol", {"pattern": ""}, "pattern"),
    ("find_by_symbol", {"pattern": "a", "limit": 0}, "limit"),
    ("find_by_symbol", {"pattern": "a", "kind": 7}, "kind"),
    ("list_files", {"language": 7}, "language"),
    ("list_files", {"path": []}, "path"),
    ("reindex", {"paths": "src"}, "paths"),
    ("reindex", {"paths": [7]}, "paths"),
)
UNKNOWN_ARGUMENTS = (
    # tool, arguments, the unknown one, the known one that it resembles
    ("search", {"qeury": "a"}, "qeury", "query"),
    ("search", {"query": "a", "limt": 3}, "limt", "limit"),
    ("search", {"query": "a", "max_token": 300}, "max_token", "max_tokens"),
    ("search", {"query": "a", "maxTokens": 300}, "maxTokens", "max_tokens"),
    ("search", {"query": "a", "languages": "go"}, "languages", "language"),
    ("find_by_symbol", {"patern": "a"}, "patern", "pattern"),
    ("list_files", {"paht": "src"}, "paht", "path"),
    ("reindex", {"path": ["src"]}, "path", "paths"),
)
# The second sees what the first had looked for, and one more is for a machine with other work.
MOST_QUESTIONS = 4
DETAILS = ("whole", "signature", "location")
LONG_BODY = "".join(f"    step_{line} = polish_the_lens(surface, {line})\n" for line in range(30))


def place(hit):
    return hit["file_path"], hit["start_line"], hit["end_line"]


def tokens(content):
    return text_bytes(content) / 4


class Schemas(unittest.TestCase):
    def test_what_a_schema_forbids_is_found(self):
        schema = {"type": "object", "required": ["a"], "additionalProperties": False,
                  "properties": {"a": {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 3}},
                                 "b": {"anyOf": [{"type": "null"}, {"enum": ["x"]}]}}}
        self.assertEqual(problems(schema, {"a": [1, 3], "b": None}), [])
        for value in ([], {}, {"a": 1}, {"a": [0]}, {"a": [4]}, {"a": [True]}, {"a": [], "b": "y"}, {"a": [], "c": 1}):
            self.assertTrue(problems(schema, value), value)
        with self.assertRaises(KeyError):
            problems({"patternProperties": {}}, {})


class Arguments(Case):
    def test_each_wrong_one_is_named_in_a_sentence_and_the_next_call_is_answered(self):
        server = self.ready_server()
        for tool, arguments, name in WRONG_ARGUMENTS:
            with self.subTest(tool=tool, arguments=arguments):
                self.assertIn(name, self.refusal(server, tool, **arguments))
        self.assertIn("src/cart.py", self.paths(server, "total price"))

    def test_an_unknown_one_is_refused_with_the_nearest_known_one(self):
        server = self.ready_server()
        for tool, arguments, unknown, known in UNKNOWN_ARGUMENTS:
            with self.subTest(tool=tool, arguments=arguments):
                said = self.refusal(server, tool, **arguments)
                self.assertIn(unknown, said)
                self.assertRegex(said, rf"\b{known}\b")

    def test_none_at_all_is_the_same_as_an_empty_object(self):
        server = self.ready_server()
        for params in ({"name": "status"}, {"name": "status", "arguments": {}}):
            self.assertFalse(server.result("tools/call", params).get("isError"))

    def test_filters_hold(self):
        self.write("tests/cart_test.py", "def test_total_price():\n    assert Cart().total_price([]) == 0\n")
        server = self.ready_server()
        self.assertIn("tests/cart_test.py", self.paths(server, "total price"))
        self.assertNotIn("tests/cart_test.py", self.paths(server, "total price", include_tests=False))
        self.assertEqual(set(self.paths(server, "lock", language="go")), {"src/lock.go"})
        self.assertEqual(set(self.paths(server, "lock", language="Golang")), {"src/lock.go"})
        self.assertEqual(self.paths(server, "lock", limit=None, path=None), self.paths(server, "lock"))
        self.assertEqual(self.paths(server, "lock", limit=5.0), self.paths(server, "lock", limit=5))
        self.assertEqual(set(self.paths(server, "total price", path="tests/**")), {"tests/cart_test.py"})
        functions = self.call(server, "search", query="total price", kind="function")["results"]
        self.assertEqual({hit["symbol_kind"] for hit in functions}, {"function"})

    def test_quoted_text_that_nothing_holds_is_named(self):
        server = self.ready_server()
        mixed = self.call(server, "search", query='total price "no such text"')
        self.assertIn("src/cart.py", [hit["file_path"] for hit in mixed["results"]])
        self.assertIn('Nothing holds "no such text"', mixed["hint"])
        alone = self.call(server, "search", query='"no such text"')
        self.assertEqual(alone["results"], [])
        self.assertIn('Nothing holds "no such text"', alone["hint"])
        self.assertNotIn("hint", self.call(server, "search", query='"Cart" total price'))

    def test_filters_hold_for_files_too(self):
        server = self.ready_server()
        for arguments, paths in (({}, ["src/cart.py", "src/lock.go"]), ({"language": "go"}, ["src/lock.go"]),
                                 ({"path": "src/*.py"}, ["src/cart.py"]), ({"path": "lib/*"}, [])):
            files = self.call(server, "list_files", **arguments)["files"]
            self.assertEqual([file["file_path"] for file in files], paths, arguments)

    def test_a_symbol_is_found_by_its_name(self):
        found = self.call(self.ready_server(), "find_by_symbol", pattern="Acquire")["results"]
        self.assertEqual((found[0]["file_path"], found[0]["symbol_name"]), ("src/lock.go", "Acquire"))

    def test_status_counts_what_is_there(self):
        status = self.call(self.ready_server(), "status")
        self.assertEqual((status["files"], status["languages"]), (2, {"go": 1, "python": 1}))
        self.assertEqual(status["root"], str(self.tree.resolve()))


class Budget(Case):
    """Forty functions that answer a question equally well."""

    QUESTION = {"query": "polish the lens surface", "limit": 40, "path": "lens/*"}

    def setUp(self):
        super().setUp()
        for number in range(40):
            signature = f"def polish_surface_{number}(surface):"
            self.write(f"lens/l{number:02}.py", f"{signature}\n{LONG_BODY}    return step_0\n")

    def test_what_does_not_fit_loses_its_text_then_its_signature_then_its_place(self):
        server = self.ready_server()
        everything = self.call(server, "search", **self.QUESTION, max_tokens=20000)
        self.assertEqual((len(everything["results"]), everything["omitted"]), (40, 0))
        self.assertIsNone(everything.get("next_cursor"))
        seen = set()
        for most in (200, 400, 800, 1600, 3000, 6000, 12000, 20000):
            given = self.call(server, "search", **self.QUESTION, max_tokens=most)
            details = [hit["detail"] for hit in given["results"]]
            self.assertEqual(details, sorted(details, key=DETAILS.index), most)
            self.assertEqual(len(details) + given["omitted"], 40, most)
            self.assertEqual("next_cursor" in given, given["omitted"] > 0, most)
            self.assertLessEqual(tokens(given), most, most)
            self.assertTrue(details, most)
            seen |= {*details, *(["omitted"] if given["omitted"] else [])}
        self.assertEqual(seen, {*DETAILS, "omitted"})

    def test_members_follow_the_detail(self):
        server = self.ready_server()
        for most in (400, 3000):
            for hit in self.call(server, "search", **self.QUESTION, max_tokens=most)["results"]:
                self.assertEqual("content" in hit, hit["detail"] == "whole", hit)
                self.assertEqual("signature" in hit, hit["detail"] == "signature", hit)

    def test_the_text_for_the_model_keeps_to_the_budget_too(self):
        server = self.ready_server()
        for most in (200, 1000, 6000):
            result = server.call("search", **self.QUESTION, max_tokens=most)
            self.assertLessEqual(sum(len(part["text"].encode()) for part in result["content"]) / 4, most)

    def test_the_default_budget_is_six_thousand(self):
        server = self.ready_server()
        self.assertEqual(self.call(server, "search", **self.QUESTION),
                         self.call(server, "search", **self.QUESTION, max_tokens=6000))

    def walk(self, server, **arguments):
        """The hits of all pages."""
        hits, cursor = [], None
        for _ in range(100):
            page = self.call(server, "search", **arguments, **({"cursor": cursor} if cursor else {}))
            hits += page["results"]
            cursor = page.get("next_cursor")
            if cursor is None:
                return hits
        self.fail("the pages have no end")

    def test_walking_the_cursor_gives_each_hit_once_and_in_order(self):
        server = self.ready_server()
        at_once = [place(hit) for hit in self.walk(server, **self.QUESTION, max_tokens=20000)]
        for most in (200, 700, 2500):
            self.assertEqual([place(hit) for hit in self.walk(server, **self.QUESTION, max_tokens=most)], at_once, most)

    def test_a_cursor_of_another_question_is_refused(self):
        server = self.ready_server()
        cursor = self.call(server, "search", **self.QUESTION, max_tokens=400)["next_cursor"]
        for change in ({"query": "the lock"}, {"language": "python"}, {"path": "lens/**"}, {"include_tests": False}):
            self.assertIn("cursor", self.refusal(server, "search", **self.QUESTION | change, cursor=cursor))

    def test_a_list_of_files_is_cut_too_and_says_so(self):
        write_many(self.tree, 1500)
        server = self.ready_server()
        given = self.call(server, "list_files")
        self.assertEqual(len(given["files"]) + given["omitted"], 1542)
        self.assertLessEqual(tokens(given), 25000)


class Freshness(Case):
    def test_a_file_edited_after_indexing_is_never_shown_as_current_with_its_old_text(self):
        server = self.ready_server()
        self.write("src/cart.py", "# one line more\n\n" + self.tree.joinpath("src/cart.py").read_text())
        hit = self.call(server, "search", query="total_price", limit=1)["results"][0]
        self.assertTrue(hit["freshness"] == "moved" or hit["start_line"] > 2, hit)
        self.write("src/cart.py", "class Cart:\n    def total_weight(self, items):\n        return 0\n")
        for hit in self.call(server, "search", query="total_price")["results"]:
            old = hit["file_path"] == "src/cart.py" and "total_price" in json.dumps(hit)
            self.assertFalse(old and hit["freshness"] == "current", hit)

    def questions_until(self, holds):
        """How often one has to ask, once a second, until `holds()`."""
        for count in range(1, MOST_QUESTIONS):
            if holds():
                return count
            time.sleep(SLOWDOWN)
        return MOST_QUESTIONS

    def test_a_new_file_is_found_by_the_second_question(self):
        server = self.ready_server()
        self.write("src/kettle.py", "def boil_the_water(kettle):\n    return kettle.heat(100)\n")
        count = self.questions_until(lambda: "src/kettle.py" in self.paths(server, "boil_the_water"))
        self.assertLess(count, MOST_QUESTIONS)

    def test_a_new_file_is_found_as_soon_after_a_run_that_took_long(self):
        write_large(self.tree)
        server = self.ready_server()
        self.write("src/kettle.py", "def boil_the_water(kettle):\n    return kettle.heat(100)\n")
        count = self.questions_until(lambda: "src/kettle.py" in self.paths(server, "boil_the_water"))
        self.assertLess(count, MOST_QUESTIONS)

    def test_a_deleted_file_is_gone_and_until_then_said_to_be(self):
        server = self.ready_server()
        (self.tree / "src/lock.go").unlink()

        def is_gone():
            hits = self.call(server, "search", query="Acquire")["results"]
            said = [hit["freshness"] for hit in hits if hit["file_path"] == "src/lock.go"]
            self.assertLessEqual(set(said), {"gone"})
            return not said
        self.assertLess(self.questions_until(is_gone), MOST_QUESTIONS)

    def test_reindexing_says_what_it_did(self):
        server = self.ready_server()
        self.write("src/kettle.py", "def boil_the_water(kettle):\n    return kettle.heat(100)\n")
        self.write("src/cart.py", "def other():\n    return 1\n")
        (self.tree / "src/lock.go").unlink()
        done = self.call(server, "reindex")
        self.assertEqual([done[name] for name in ("files", "added", "changed", "removed")], [2, 1, 1, 1], done)
        self.assertEqual(self.paths(server, "boil_the_water")[0], "src/kettle.py")

    def test_reindexing_paths_leaves_the_others_alone(self):
        server = self.ready_server()
        self.write("src/kettle.py", "def boil_the_water(kettle):\n    return kettle.heat(100)\n")
        done = self.call(server, "reindex", paths=["src/kettle.py"])
        self.assertEqual((done["added"], done["removed"]), (1, 0), done)
        self.assertIn("src/lock.go", self.paths(server, "Acquire"))

    def test_reindexing_a_path_that_nobody_knows_is_refused_with_it(self):
        """N15: a mistyped path was "up to date"."""
        server = self.ready_server()
        for paths in (["nosuch.c"], ["src", "src/cart.pyx"], ["src/cart.py/x"], ["sr"]):
            self.assertIn(paths[-1], self.refusal(server, "reindex", paths=paths))
        (self.tree / "src/lock.go").unlink()
        self.assertEqual(self.call(server, "reindex", paths=["src/lock.go"])["removed"], 1)
        (self.tree / "src/cart.py").unlink()
        (self.tree / "src").rmdir()
        self.assertEqual(self.call(server, "reindex", paths=["src"])["removed"], 1)

    def test_what_is_newer_than_the_last_look_at_the_tree_is_said_to_be_missing(self):
        """N5: an answer without a new file said that the tree was seen just now."""
        server = self.ready_server(env=self.env | {"TZ": "UTC"})
        self.assertTrue(eventually(lambda: "tree seen just now" in self.text(server, "search", query="total price")))
        time.sleep(1.5)
        with Writing(self.tree):
            self.write("src/kettle.py", "def boil_the_water(kettle):\n    return kettle.heat(100)\n")
            text = self.text(server, "search", query="boil_the_water")
        self.assertNotIn("kettle.py", text)
        self.assertRegex(text, r"tree seen at \d\d:\d\d:\d\d: newer files are not seen yet")

    @staticmethod
    def text(server, tool, **arguments):
        """What the model reads."""
        return server.call(tool, **arguments)["content"][0]["text"]

    def test_another_process_index_is_seen_without_a_restart(self):
        server = self.ready_server()
        self.write("src/kettle.py", "def boil_the_water(kettle):\n    return kettle.heat(100)\n")
        self.quire("index", "--root", str(self.tree))
        self.assertIn("src/kettle.py", self.paths(server, "boil_the_water"))

    def test_answers_state_facts_and_order_nothing(self):
        server = self.ready_server()
        self.write("src/cart.py", "def other():\n    return 1\n")
        (self.tree / "src/lock.go").unlink()
        said = json.dumps(server.call("search", query="total price")).lower()
        for order in ("--rebuild", "force", "you should", "please", "delete the"):
            self.assertNotIn(order, said)


class FirstAnswer(Case):
    def test_comes_before_ten_thousand_files_are_indexed(self):
        write_many(self.tree, 10_000)
        server = self.server()
        opened = time.monotonic() - server.began
        self.assertLess(opened, SLOWDOWN)
        index = self.call(server, "search", query="function_77")["index"]
        answered = time.monotonic() - server.began
        print(f"\n10,000 new files: initialize after {opened * 1000:.0f} ms, search after {answered * 1000:.0f} ms "
              f"({index['state']}, {index['files_done']} of {index['files_total']} files)")
        self.assertLess(answered, 2 * SLOWDOWN)
        self.assertIn(index["state"], STATES)
        self.wait_until_ready(server)
        self.assertIn("d0/f77.py", self.paths(server, "function_77"))

    def test_over_an_index_that_is_there_has_hits(self):
        self.quire("index")
        self.assertIn("src/cart.py", self.paths(self.server(), "total price"))


class IndexThatIsThere(Case):
    """N4: a complete index was called empty by a server that had just begun, or had rested."""

    HELD_S = 0.5
    QUESTIONS = (("search", {"query": "total price"}, "results"), ("list_files", {}, "files"),
                 ("find_by_symbol", {"pattern": "Acquire"}, "results"), ("status", {}, "files"))

    def check_answered(self, server, tool, arguments, member):
        given = self.call(server, tool, **arguments)
        self.assertTrue(given[member], (tool, given))
        self.assertEqual(given["index"]["coverage"], "whole", given)
        self.assertNotIn("hint", given)

    def test_is_asked_at_once_by_new_servers(self):
        self.quire("index")
        for question in self.QUESTIONS:
            with self.subTest(question[0]), Swapping(self.tree, self.HELD_S):
                self.check_answered(self.server(), *question)

    def test_is_asked_after_a_rest(self):
        self.quire("index")
        server = self.ready_server(env=self.env | {"QUIRE_MCP_REST": "1"})
        for question in self.QUESTIONS:
            with self.subTest(question[0]):
                self.assertTrue(eventually(lambda: not self.is_open(server)), "it does not rest")
                with Swapping(self.tree, self.HELD_S):
                    self.check_answered(server, *question)

    def is_open(self, server):
        """True if the server holds the index's files."""
        with open(f"/proc/{server.process.pid}/maps", encoding="utf-8") as maps:
            return "/.quire/" in maps.read()

    def test_is_asked_while_it_is_changed(self):
        write_many(self.tree, 300, functions=25)
        self.quire("index")
        write_many(self.tree, 300, functions=25, version=2)
        server = self.server()
        number = server.ask_tool("reindex", {})
        with Swapping(self.tree, self.HELD_S):
            for question in self.QUESTIONS:
                self.check_answered(server, *question)
        self.assertEqual(server.answer(number)["result"]["structuredContent"]["index"]["coverage"], "whole")

    def test_says_that_it_holds_nothing_of_what_was_asked_and_no_more(self):
        self.quire("index")
        server = self.server()
        given = self.call(server, "search", query="total price", path="nowhere/**")
        self.assertEqual((given["results"], given["index"]["coverage"]), ([], "whole"))
        self.assertEqual(given["hint"], "No indexed file matches 'nowhere/**'; at the top there are: src/.")
        given = self.call(server, "search", query="no such text", match="text")
        self.assertEqual((given["results"], given["total"]["lines"]), ([], 0))
        self.assertNotIn("hint", given)

    def test_gives_every_match_of_exact_text_in_pages_and_counts_them(self):
        write_many(self.tree, 30, functions=5)
        self.quire("index")
        server = self.server()
        asked = {"query": "DEF \\w+\\(", "match": "regex", "ignore_case": True, "limit": 7}
        page = self.call(server, "search", **asked)
        found, total = [], page["total"]
        while True:
            self.assertEqual(page["total"], total)
            found += [(hit["file_path"], hit["start_line"]) for hit in page["results"]]
            if "next_cursor" not in page:
                break
            page = self.call(server, "search", cursor=page["next_cursor"], **asked)
        self.assertEqual((len(found), len(set(found))), (total["chunks"], total["chunks"]))
        self.assertGreaterEqual(total["lines"], 150)
        text = self.call(server, "search", query="def ", match="text", path="!{d0,src}/**")
        self.assertEqual(text["results"], [])

    def test_is_not_there_before_the_first_run(self):
        write_large(self.tree)
        server = self.server()
        seen = set()

        def whole():
            given = self.call(server, "search", query="compute", path="nowhere/**")
            seen.add(given["index"]["coverage"])
            said = {"none": "Nothing is indexed yet", "part": "Only a part of the tree is indexed yet", "whole": ""}
            self.assertTrue(given.get("hint", "").startswith(said[given["index"]["coverage"]]), given)
            return given["index"]["coverage"] == "whole"
        self.assertTrue(eventually(whole))
        self.assertEqual(seen - COVERAGE, set())
        self.assertTrue(seen & {"none", "part"}, seen)


class Outside(Case):
    def setUp(self):
        super().setUp()
        (self.folder / "secret.py").write_text("def secret_recipe():\n    return 'outside of the tree'\n")
        (self.folder / "beside").mkdir()
        (self.folder / "beside/secret2.py").write_text("def second_secret_recipe():\n    return 2\n")
        os.symlink(self.folder / "secret.py", self.tree / "src/link.py")
        os.symlink(self.folder / "beside", self.tree / "linked")

    def test_paths_that_lead_out_are_refused(self):
        server = self.ready_server()
        for path in ("../secret.py", "..", "/etc/passwd", "src/../../secret.py", str(self.folder / "secret.py"),
                     "linked", "linked/secret2.py", "src/link.py", "../tree-2/x"):
            with self.subTest(path=path):
                self.assertIn("path", self.refusal(server, "reindex", paths=["src", path]))

    def test_nothing_from_outside_is_indexed_or_shown(self):
        server = self.ready_server()
        server.call("reindex", paths=["linked", "src/link.py"])
        self.call(server, "reindex")
        files = [file["file_path"] for file in self.call(server, "list_files")["files"]]
        self.assertEqual(files, ["src/cart.py", "src/lock.go"])
        for tool, arguments in (("search", {"query": "secret_recipe"}), ("find_by_symbol", {"pattern": "secret"})):
            self.assertNotIn("outside of the tree", json.dumps(server.call(tool, **arguments)))
        for path in ("../*", "/etc/*", "/etc/passwd", "../secret.py"):
            result = server.call("search", query="secret_recipe", path=path)
            self.assertTrue(result.get("isError") or not result["structuredContent"]["results"], path)

    def test_a_file_that_became_a_link_to_the_outside_is_not_read(self):
        server = self.ready_server()
        (self.tree / "src/cart.py").unlink()
        os.symlink(self.folder / "secret.py", self.tree / "src/cart.py")
        self.assertNotIn("outside of the tree", json.dumps(server.call("search", query="Cart total_price")))


if __name__ == "__main__":
    main()
