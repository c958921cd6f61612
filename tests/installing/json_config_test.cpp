#include "installing/json_config.hpp"

#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "installing/round_trip.hpp"

namespace quire::installing {
namespace {

constexpr const char* kCursor = "cursor";

std::string problem(const Result<FileText>& result) {
  EXPECT_FALSE(result.has_value());
  return result ? "" : result.error().message;
}

Result<FileText> install(const std::string& text) {
  return installed(*find_agent(kCursor), kEntry, text, "f");
}

Result<FileText> uninstall(const std::string& text) {
  return uninstalled(*find_agent(kCursor), text, "f");
}

TEST(JsonConfig, AFileIsMadeAndGoes) {
  EXPECT_EQ(installed_and_back("claude", std::nullopt), R"({
  "mcpServers": {
    "quire": {
      "type": "stdio",
      "command": "quire",
      "args": [
        "mcp"
      ]
    }
  }
}
)");
}

TEST(JsonConfig, EachAgentHasItsOwnForm) {
  EXPECT_EQ(installed_and_back("vscode", "{}\n"), R"({
  "servers": {
    "quire": {
      "type": "stdio",
      "command": "quire",
      "args": ["mcp"]
    }
  }
}
)");
  EXPECT_NE(installed_and_back("zed", "{}").find(R"("source": "custom",)"), std::string::npos);
  EXPECT_EQ(installed_and_back("gemini", "{}").find("type"), std::string::npos);
  EXPECT_EQ(entry_for(*find_agent("vscode"), "q", {}).args,
            (std::vector<std::string>{"mcp", "--root", "${workspaceFolder}"}));
  EXPECT_EQ(entry_for(*find_agent("vscode"), "q", {"--root", "/r"}).args,
            (std::vector<std::string>{"mcp", "--root", "/r"}));
}

TEST(JsonConfig, AnObjectThatIsThereGetsAnotherMember) {
  EXPECT_EQ(
      installed_and_back(kCursor, "{\n\t\"mcpServers\": {\n\t\t\"a\": {}\n\t},\n\t\"b\": 1\n}\n"),
      "{\n\t\"mcpServers\": {\n\t\t\"a\": {},\n\t\t\"quire\": {\n\t\t\t\"type\": \"stdio\",\n"
      "\t\t\t\"command\": \"quire\",\n\t\t\t\"args\": [\"mcp\"]\n\t\t}\n\t},\n\t\"b\": 1\n}\n");
}

TEST(JsonConfig, CommentsTrailingCommasAndLineEndsStay) {
  const std::string after =
      installed_and_back(kCursor,
                         "// mine\r\n{\r\n    \"mcpServers\": {\r\n        \"a\": {}, // one\r\n"
                         "        // \"b\": {},\r\n    },\r\n}");
  EXPECT_EQ(
      after,
      "// mine\r\n{\r\n    \"mcpServers\": {\r\n        \"a\": {}, // one\r\n"
      "        // \"b\": {},\r\n        \"quire\": {\r\n            \"type\": \"stdio\",\r\n"
      "            \"command\": \"quire\",\r\n            \"args\": [\"mcp\"]\r\n        },\r\n"
      "    },\r\n}");
  EXPECT_EQ(
      installed_and_back(kCursor, "{\n  \"a\": 1 // one\n}"),
      "{\n  \"a\": 1, // one\n  \"mcpServers\": {\n    \"quire\": {\n      \"type\": \"stdio\",\n"
      "      \"command\": \"quire\",\n      \"args\": [\"mcp\"]\n    }\n  }\n}");
}

TEST(JsonConfig, WhatStandsOnOneLineStaysOnOne) {
  EXPECT_EQ(
      installed_and_back(kCursor, R"({"mcpServers":{"a":{}}})"),
      R"({"mcpServers":{"a":{}, "quire": {"type": "stdio", "command": "quire", "args": ["mcp"]}}})");
}

TEST(JsonConfig, EmptyObjectsAndFilesComeBack) {
  for (const char* text : {"",
                           "\n",
                           "  ",
                           "// a",
                           "// a\n",
                           "// a\r\n",
                           "/* a */",
                           "\xEF\xBB\xBF",
                           "{}",
                           "{}\n",
                           "{ }",
                           "{\n}",
                           "{\n}\n",
                           "{ // a\n}",
                           "{\n  // a\n}\n",
                           "{}\n\n",
                           "{} // a",
                           R"({"mcpServers":{}})",
                           R"({"mcpServers": {}})",
                           "{\n  \"mcpServers\": {}\n}\n",
                           "{\n  \"mcpServers\": {\n  }\n}\n",
                           "{\n  \"mcpServers\": {},\n}\n",
                           "{\"a\":1}",
                           "{\"a\":1,}",
                           "{\"a\":1\n}",
                           "{\n\"a\":1}",
                           "{\n\"a\":1\n}",
                           "{\"a\":[\n]}",
                           "{\"a\":1/* b */,/* c */}",
                           "{\"a\":1 /* b */}"}) {
    SCOPED_TRACE(text);
    installed_and_back(kCursor, std::string(text));
  }
}

TEST(JsonConfig, WhatOthersWroteIsLeftAlone) {
  for (const char* entry :
       {R"({"command": "node", "args": ["mcp"]})", R"({"command": "quire"})",
        R"({"command": "quire", "args": []})", R"({"command": "quire", "args": ["search"]})",
        R"({"command": "quire", "args": ["mcp"], "env": {"A": "1"}})",
        R"({"command": "quire", "args": ["mcp"], "disabled": true})",
        R"({"command": "quire", "args": ["mcp"] /* mine */})", R"("quire")",
        R"({"url": "http://x"})"}) {
    const std::string text = std::string("{\n\"mcpServers\": {\"quire\": ") + entry + "}}";
    const std::string message = problem(install(text));
    EXPECT_TRUE(message.starts_with("f:2: \"quire\": ")) << message;
    EXPECT_NE(message.find("by hand"), std::string::npos);
    EXPECT_EQ(problem(uninstall(text)), message);
  }
}

TEST(JsonConfig, AnOlderEntryOfOursGivesWay) {
  const std::string text =
      R"({"mcpServers": {"quire": {"command": "/opt/quire", "args": ["mcp", "--db", "d"], "env": {}}}})";
  EXPECT_EQ(install(text).value(),
            R"({"mcpServers": {"quire": {"type": "stdio", "command": "quire", "args": ["mcp"]}}})");
  EXPECT_EQ(uninstall(text).value(), "{}");
}

TEST(JsonConfig, OnlyTheEntryGoesWhereMoreWasAdded) {
  const std::string after = installed_and_back("claude", std::nullopt);
  std::string more = after;
  more.insert(more.find("\"quire\""), "\"a\": {},\n    ");
  EXPECT_EQ(uninstall(more).value(), "{\n  \"mcpServers\": {\n    \"a\": {}\n  }\n}\n");
  more = after;
  more.insert(more.find("\n  }\n}"), ",\n    \"z\": {}");
  EXPECT_EQ(uninstall(more).value(), "{\n  \"mcpServers\": {\n    \"z\": {}\n  }\n}\n");
}

TEST(JsonConfig, TheNextMemberNeverBecomesAComment) {
  const std::string text =
      "{\"mcpServers\": { // a\n\"quire\": {\"command\": \"quire\", \"args\": [\"mcp\"]}, \"b\": "
      "{}}}";
  EXPECT_EQ(uninstall(text).value(), "{\"mcpServers\": { // a\n \"b\": {}}}");
}

TEST(JsonConfig, WhatIsNoConfigurationIsRefused) {
  EXPECT_EQ(problem(install("[]")), "f:1: the file is not an object");
  EXPECT_EQ(problem(install("{\n\"mcpServers\": []}")), "f:2: \"mcpServers\" is not an object");
  EXPECT_EQ(problem(install("{\"mcpServers\": {},\n\"mcpServers\": {}}")),
            "f:2: \"mcpServers\" is there twice");
  EXPECT_EQ(problem(install("{\"a\": 1")), "f:1: a comma or } was expected");
  EXPECT_EQ(uninstall("{\"a\": 1}").value(), "{\"a\": 1}");
  EXPECT_EQ(uninstalled(*find_agent(kCursor), std::nullopt, "f").value(), std::nullopt);
}

/// Writes random JSON with comments, blanks and trailing commas.
class RandomText {
 public:
  explicit RandomText(unsigned seed) : random_(seed), newline_(one_of({"\n", "\n", "\r\n"})) {}

  std::string root() {
    if (chance(20)) {
      return space();
    }
    std::string out = chance(4) ? space() : "";
    return out + object(0) + (chance(2) ? newline_ : space());
  }

 private:
  bool chance(unsigned of) { return random_() % of == 0; }
  std::string one_of(const std::vector<std::string>& words) {
    return words[random_() % words.size()];
  }

  std::string space() {
    std::string out;
    while (!chance(2)) {
      out += one_of(
          {" ", "\t", newline_, newline_ + "  ", "/* } */", "// \"" + newline_, "//" + newline_});
    }
    return out;
  }

  std::string value(int depth) {
    return depth < 3 && chance(2)
               ? object(depth + 1)
               : one_of({"1", "true", "\"//\"", "\"\\\"}\"", "[1, 2]", "[]", "{}"});
  }

  std::string object(int depth) {
    std::string out = "{" + space();
    const std::size_t members = random_() % 4;
    for (std::size_t i = 0; i < members; ++i) {
      const bool servers = depth == 0 && i == 1;
      out += "\"" + (servers ? "mcpServers" : std::string(1, static_cast<char>('a' + i))) + "\"" +
             space() + ":" + space() + (servers ? object(depth + 1) : value(depth)) + space();
      out += i + 1 < members || chance(3) ? "," + space() : "";
    }
    return out + "}";
  }

  std::mt19937 random_;
  std::string newline_;
};

TEST(JsonConfig, RandomTextsComeBackByteForByte) {
  for (unsigned seed = 0; seed < 20'000; ++seed) {
    const std::string text = RandomText(seed).root();
    installed_and_back(seed % 2 == 0 ? kCursor : "gemini", text);
    ASSERT_FALSE(HasFailure()) << "seed " << seed << "\n" << text;
  }
}

}  // namespace
}  // namespace quire::installing
