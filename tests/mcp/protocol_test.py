#!/usr/bin/env python3
"""The protocol, message by message, as the real server speaks it in both of its eras.

  protocol_test.py QUIRE [unittest arguments]
"""

import json
import random
import re
import time

from case import TOOLS, Case, in_both_eras, main, text_bytes, write_large, write_many
from server import LEGACY, LEGACY_VERSIONS, MODERN, PREFIX, SLOWDOWN, initialize_params, modern_meta

PARSE_ERROR, INVALID_REQUEST, NO_METHOD, INVALID_PARAMS, WRONG_VERSION = -32700, -32600, -32601, -32602, -32022
DEFINITIONS_MAX_BYTES = 6400
LONGEST_LINE = 4 << 20
RANDOM_BYTES = 2_000_000
# Those that are required, and all.
ARGUMENTS = {
    "search": (["query"], {"query", "limit", "path", "language", "kind", "match", "ignore_case", "include_tests",
                          "max_tokens", "cursor"}),
    "find_by_symbol": (["pattern"], {"pattern", "kind", "limit"}),
    "list_files": ([], {"language", "path"}),
    "reindex": ([], {"paths"}),
    "status": ([], set()),
}
TEN_A_SECOND = 10
NO_MESSAGES = (
    (b'{"jsonrpc":"2.0","id":1,', PARSE_ERROR),
    (b"nul\x00", PARSE_ERROR),
    (b'{"jsonrpc":"2.0","id":1,"method":"ping"} {}', PARSE_ERROR),
    (b'{"jsonrpc":"2.0","id":1,"method":"p\xff\xfe"}', PARSE_ERROR),
    (b"[" * 100_000, PARSE_ERROR),
    (b"[]", INVALID_REQUEST),
    (b'[{"jsonrpc":"2.0","id":1,"method":"ping"}]', INVALID_REQUEST),
    (b"7", INVALID_REQUEST),
    (b"null", INVALID_REQUEST),
    (b'"ping"', INVALID_REQUEST),
    (b"{}", INVALID_REQUEST),
    (b'{"id":1,"method":"ping"}', INVALID_REQUEST),
    (b'{"jsonrpc":"1.0","id":1,"method":"ping"}', INVALID_REQUEST),
    (b'{"jsonrpc":2.0,"id":1,"method":"ping"}', INVALID_REQUEST),
    (b'{"jsonrpc":"2.0","id":1}', INVALID_REQUEST),
    (b'{"jsonrpc":"2.0","id":1,"method":7}', INVALID_REQUEST),
    (b'{"jsonrpc":"2.0","id":null,"method":"ping"}', INVALID_REQUEST),
    (b'{"jsonrpc":"2.0","id":1.5,"method":"ping"}', INVALID_REQUEST),
    (b'{"jsonrpc":"2.0","id":true,"method":"ping"}', INVALID_REQUEST),
    (b'{"jsonrpc":"2.0","id":[1],"method":"ping"}', INVALID_REQUEST),
    (b'{"jsonrpc":"2.0","id":{"a":1},"method":"ping"}', INVALID_REQUEST),
)
NO_ANSWER = (
    b"", b"  \t\r", b'{"jsonrpc":"2.0","method":"notifications/initialized"}',
    b'{"jsonrpc":"2.0","method":"notifications/nope"}',
    b'{"jsonrpc":"2.0","method":"ping"}', b'{"jsonrpc":"2.0","method":"tools/call","params":[7]}',
    b'{"jsonrpc":"2.0","method":"notifications/cancelled"}',
    b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":7}',
    b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"never asked"}}',
    b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{}}}',
    b'{"jsonrpc":"2.0","id":77,"result":{}}', b'{"jsonrpc":"2.0","id":78,"error":{"code":1,"message":"no"}}',
)


@in_both_eras
class Messages:
    def test_what_is_no_request_gets_the_error_that_json_rpc_has_for_it(self):
        server = self.server()
        for line, code in NO_MESSAGES:
            server.take()
            server.send(line + b"\n")
            said = self.said_before_a_mark(server)
            self.assertEqual([message["error"]["code"] for message in said], [code], line[:80])
            self.assertIn(said[0]["id"], (None, 1), line[:80])

    def said_before_a_mark(self, server):
        server.answer(server.ask("tools/list"))
        return server.take()[:-1]

    def test_notifications_and_answers_and_empty_lines_get_no_answer(self):
        server = self.server()
        server.take()
        for line in NO_ANSWER:
            server.send(line + b"\n")
        time.sleep(0.2)
        self.assertEqual(self.said_before_a_mark(server), [])

    def test_a_line_may_end_in_cr_and_lf_and_come_in_pieces(self):
        server = self.server()
        line = json.dumps({"jsonrpc": "2.0", "id": "cr", "method": "tools/list",
                           "params": {"_meta": modern_meta()} if self.era == MODERN else {}}).encode() + b"\r\n"
        for byte in range(0, len(line), 7):
            server.send(line[byte:byte + 7])
        self.assertIn("result", server.answer("cr"))

    def test_a_line_that_is_too_long_is_refused_and_the_next_one_is_answered(self):
        server = self.server()
        server.take()
        server.send(b'{"jsonrpc":"2.0","id":1,"method":"' + b"p" * LONGEST_LINE + b'"}\n')
        self.assertEqual([message["error"]["code"] for message in self.said_before_a_mark(server)], [PARSE_ERROR])

    def test_wrong_params_of_the_protocol_are_protocol_errors(self):
        server = self.server()
        for method, params, code in (("nope", {}, NO_METHOD), ("tools/nope", {}, NO_METHOD), ("", {}, NO_METHOD),
                                     ("tools/call", {}, INVALID_PARAMS), ("tools/call", {"name": 7}, INVALID_PARAMS),
                                     ("tools/call", {"name": "nope", "arguments": {}}, INVALID_PARAMS),
                                     ("tools/call", {"name": "Search", "arguments": {}}, INVALID_PARAMS),
                                     ("tools/list", {"cursor": "bad"}, INVALID_PARAMS),
                                     ("tools/list", {"cursor": 7}, INVALID_PARAMS)):
            self.assertEqual(server.error(method, params), code, (method, params))

    def test_what_is_not_declared_is_not_there(self):
        server = self.server()
        for method in ("resources/list", "resources/read", "resources/templates/list", "resources/subscribe",
                       "prompts/list", "prompts/get", "completion/complete", "logging/setLevel", "tasks/list"):
            self.assertEqual(server.error(method, {"uri": "x://y", "name": "x", "level": "info"}), NO_METHOD, method)

    def test_random_bytes_get_errors_and_do_no_harm(self):
        server = self.server()
        server.take()
        server.send(random.Random(7).randbytes(RANDOM_BYTES) + b"\n")
        said = self.said_before_a_mark(server)
        self.assertGreater(len(said), RANDOM_BYTES // 512)
        self.assertLessEqual({message["error"]["code"] for message in said}, {PARSE_ERROR, INVALID_REQUEST})
        self.assertEqual({message["id"] for message in said}, {None})
        self.assertIsNone(server.process.poll())

    def test_tools_are_five_the_same_every_time_and_cost_little(self):
        servers = [self.server(), self.server()]
        lists = [self.result(server, "tools/list") for server in (*servers, servers[0])]
        tools = lists[0]["tools"]
        self.assertEqual([tool["name"] for tool in tools], list(TOOLS))
        self.assertEqual({json.dumps(each["tools"]) for each in lists}, {json.dumps(tools)})
        self.assertNotIn("nextCursor", lists[0])
        self.assertLessEqual(text_bytes(tools), DEFINITIONS_MAX_BYTES)

    def test_tools_say_what_they_take_give_and_do(self):
        server = self.server()
        for tool in self.result(server, "tools/list")["tools"]:
            schema, (required, names) = tool["inputSchema"], ARGUMENTS[tool["name"]]
            self.assertEqual(schema["type"], "object")
            self.assertIs(schema["additionalProperties"], False)
            self.assertEqual((schema.get("required", []), set(schema.get("properties", {}))), (required, names))
            self.assertEqual(tool["outputSchema"]["type"], "object")
            self.assertIn("index", tool["outputSchema"]["required"] if tool["name"] != "status" else ["index"])
            self.assertTrue(tool["description"])
            for hint, value in (("readOnlyHint", tool["name"] != "reindex"), ("destructiveHint", False),
                                ("idempotentHint", True), ("openWorldHint", False)):
                self.assertIs(tool["annotations"].get(hint), value, (tool["name"], hint))

    def test_every_tool_gives_what_it_says(self):
        server = self.ready_server()
        for tool, arguments in (("search", {"query": "total price of the items"}), ("list_files", {}), ("reindex", {}),
                                ("find_by_symbol", {"pattern": "Acquire"}), ("status", {})):
            given = self.call(server, tool, **arguments)
            self.assertEqual(given["index"]["state"], "ready", tool)
            self.assertLess(abs(given["index"]["swept_at"] - time.time()), 120, tool)
        self.assertIn("cart.py", json.dumps(self.call(server, "search", query="total price")))

    def test_text_with_line_ends_of_all_kinds_stays_on_its_line(self):
        self.write("src/ends.py", 'def line_ends():\n    return "a\u2028b\u0085c\x0b\x0cd\ttab \\" \U0001f600"\r\n')
        (self.tree / "src/bytes.py").write_bytes(b"def raw_bytes():\n    return '\xff\xfe'\n")
        server = self.ready_server()
        self.assertIn("src/ends.py", self.paths(server, "line_ends"))
        self.assertIn("src/bytes.py", self.paths(server, "raw_bytes"))

    def test_progress_is_told_to_those_who_ask_rises_and_ends_before_the_answer(self):
        server = self.server()
        for version, token in enumerate(("a token", 7)):
            write_many(self.tree, 300, functions=25, version=version)
            number = server.ask_tool("reindex", {}, progressToken=token)
            self.checked(server, "reindex", server.answer(number)["result"])
            told = [(when, params) for when, params in server.notifications("notifications/progress")
                    if params["progressToken"] == token]
            values = [params["progress"] for _, params in told]
            self.assertGreater(len(told), 0, token)
            self.assertEqual(values, sorted(set(values)), token)
            self.assertTrue(all(params.get("total", values[-1]) >= params["progress"] for _, params in told), told)
            self.assertLess(told[-1][0], server.answered_at(number) + 1e-9)
            seconds = told[-1][0] - told[0][0]
            self.assertLessEqual(len(told), TEN_A_SECOND * seconds + 3, told)
        time.sleep(0.3)
        self.assertEqual(server.said[-1][1].get("id"), number)

    def test_without_a_token_there_is_no_progress(self):
        write_many(self.tree, 100)
        server = self.server()
        self.call(server, "reindex")
        self.assertEqual(server.notifications("notifications/progress"), [])

    def test_what_is_cancelled_ends_at_once_without_an_answer(self):
        write_large(self.tree)
        server = self.server()
        number = server.ask_tool("reindex", {}, progressToken="t")
        time.sleep(0.1)
        self.assertNotIn(number, server.answers, "reindex is too fast to be cancelled")
        cancelled = time.monotonic()
        server.notify("notifications/cancelled", {"requestId": number, "reason": "the user"})
        self.assertTrue(server.is_silent(number, 2))
        told = [when - cancelled for when, _ in server.notifications("notifications/progress")]
        self.assertEqual([seconds for seconds in told if seconds > SLOWDOWN], [])
        self.call(server, "search", query="function_7")
        self.assertFalse(number in server.answers)

    def test_what_waits_its_turn_can_be_cancelled_too(self):
        write_many(self.tree, 300, functions=25)
        server = self.server()
        numbers = [server.ask_tool("reindex", {}) for _ in range(3)]
        server.notify("notifications/cancelled", {"requestId": numbers[2]})
        for number in numbers[:2]:
            self.checked(server, "reindex", server.answer(number)["result"])
        self.assertTrue(server.is_silent(numbers[2], 0.5))


class Legacy(Case):
    def test_known_versions_are_echoed_and_others_get_the_latest(self):
        for version in (*LEGACY_VERSIONS, "1999-01-01", "2099-01-01"):
            opening = self.server(era=version).opening
            self.assertEqual(opening["protocolVersion"], version if version in LEGACY_VERSIONS else LEGACY)
            self.assertEqual(opening["serverInfo"]["name"], "quire")
            self.assertRegex(opening["serverInfo"]["version"], r"^\d+\.\d+")
            self.assertEqual(set(opening["capabilities"]), {"tools"})
            self.assertLessEqual(len(re.findall(r"[.!?](?:\s|$)", opening["instructions"])), 3)

    def test_a_ping_is_answered_also_while_a_tool_runs(self):
        write_large(self.tree)
        server = self.server()
        self.assertEqual(server.result("ping"), {})
        tool = server.ask_tool("reindex", {})
        pings = [server.ask("ping") for _ in range(5)]
        slowest = max(server.answered_at(number) for number in pings)
        self.assertLess(slowest, server.answered_at(tool))

    def test_a_version_that_comes_with_a_request_makes_that_request_modern(self):
        server = self.server()
        self.assertNotIn("resultType", server.result("tools/list"))
        self.assertEqual(server.answer(server.ask("tools/list", **modern_meta()))["result"]["resultType"], "complete")
        self.assertEqual(server.answer(server.ask("ping", **modern_meta()))["error"]["code"], NO_METHOD)
        self.assertEqual(server.result("ping"), {})


class Modern(Case):
    era = MODERN

    def test_discovery_says_which_versions_and_what_there_is(self):
        found = self.result(self.server(), "server/discover")
        self.assertIn(MODERN, found["supportedVersions"])
        self.assertEqual(set(found["capabilities"]), {"tools"})
        self.assertTrue(found["instructions"])

    def test_another_version_is_refused_with_those_that_are_spoken(self):
        server = self.server()
        for method in ("tools/list", "server/discover", "tools/call"):
            error = server.answer(server.ask(method, **modern_meta("1900-01-01")))["error"]
            self.assertEqual(error["code"], WRONG_VERSION)
            self.assertIn(MODERN, error["data"]["supported"])
            self.assertEqual(error["data"]["requested"], "1900-01-01")

    def test_what_every_request_must_carry_is_demanded(self):
        server = self.server()
        for capabilities in ({}, {f"{PREFIX}clientCapabilities": 7}):
            meta = {f"{PREFIX}protocolVersion": MODERN} | capabilities
            server.send({"jsonrpc": "2.0", "id": str(meta), "method": "tools/list", "params": {"_meta": meta}})
            self.assertEqual(server.answer(str(meta))["error"]["code"], INVALID_PARAMS)

    def test_what_the_era_removed_is_gone(self):
        server = self.server()
        for method in ("ping", "logging/setLevel", "initialize"):
            self.assertEqual(server.error(method, initialize_params()), NO_METHOD, method)

    def test_a_client_that_probes_and_falls_back_is_served(self):
        server = self.server()
        server.result("server/discover")
        server.send({"jsonrpc": "2.0", "id": "old", "method": "initialize", "params": initialize_params()})
        self.assertEqual(server.answer("old")["result"]["protocolVersion"], LEGACY)
        server.send({"jsonrpc": "2.0", "id": "bare", "method": "server/discover", "params": {}})
        server.answer("bare")


if __name__ == "__main__":
    main()
