#include "installing/toml_config.hpp"

#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "installing/round_trip.hpp"
#include "installing/toml.hpp"

namespace quire::installing {
namespace {

constexpr const char* kTable = "[mcp_servers.quire]\ncommand = \"quire\"\nargs = [\"mcp\"]";

std::string problem(const auto& result) {
  EXPECT_FALSE(result.has_value());
  return result ? "" : result.error().message;
}

Result<FileText> install(const std::string& text) {
  return installed(*find_agent("codex"), kEntry, text, "f");
}

Result<FileText> uninstall(const std::string& text) {
  return uninstalled(*find_agent("codex"), text, "f");
}

TEST(Toml, StatementsAreFoundWhateverStringsHold) {
  const std::string text =
      "# [no]\na.\"b c\" . 'd' = \"\"\"\n[no]\n\\\"\"\"\"\"\" # x\nb = '''\n[no]'''\r\n[ x . \"y\" "
      "]\n"
      "c = [ # ]\n  \"]\", '#', [1, 2,],\n]\nd = { e = \"}\", f = { } }\n[[z]]\ng = 1979-05-27 "
      "07:32:00Z\nh = +inf";
  const auto document = parse_toml(text, "f");
  ASSERT_TRUE(document.has_value()) << document.error().message;
  std::vector<TomlPath> paths;
  for (const TomlStatement& statement : document->statements) {
    paths.push_back(statement.path);
  }
  EXPECT_EQ(paths, (std::vector<TomlPath>{{"a", "b c", "d"},
                                          {"b"},
                                          {"x", "y"},
                                          {"x", "y", "c"},
                                          {"x", "y", "d"},
                                          {"z"},
                                          {"z", "g"},
                                          {"z", "h"}}));
  EXPECT_EQ(document->comments.size(), 3U);
}

TEST(Toml, WhatDoesNotParseIsAnErrorWithItsLine) {
  const auto error = [](const std::string& text) { return problem(parse_toml(text, "f")); };
  EXPECT_EQ(error("a = 1\nb"), "f:2: = was expected");
  EXPECT_EQ(error("a ="), "f:1: a value was expected");
  EXPECT_EQ(error("a = yes"), "f:1: a value was expected");
  EXPECT_EQ(error("a = 1 b = 2"), "f:1: more follows on the line");
  EXPECT_EQ(error("a = \"x\n\""), "f:1: a string that does not end");
  EXPECT_EQ(error("\na = '''x"), "f:2: a string that does not end");
  EXPECT_EQ(error("a = \"\\q\""), "f:1: an unknown escape");
  EXPECT_EQ(error("[a"), "f:1: a header that does not end");
  EXPECT_EQ(error("[a]]"), "f:1: more follows on the line");
  EXPECT_EQ(error("[]"), "f:1: a name was expected");
  EXPECT_EQ(error("a = [1 2]"), "f:1: a comma or ] was expected");
  EXPECT_EQ(error("a = 1\rb = 2"), "f:1: a carriage return without a line feed");
  EXPECT_EQ(error("a = " + std::string(100'000, '[')), "f:1: nested too deep");
}

TEST(TomlConfig, ATableIsAppended) {
  EXPECT_EQ(installed_and_back("codex", std::nullopt), std::string(kTable) + "\n");
  EXPECT_EQ(installed_and_back("codex", "model = \"x\"\n\n[a]\nb = 1\n"),
            "model = \"x\"\n\n[a]\nb = 1\n\n" + std::string(kTable) + "\n");
  EXPECT_EQ(installed_and_back("codex", "a = 1\r\n"),
            "a = 1\r\n\r\n[mcp_servers.quire]\r\ncommand = \"quire\"\r\nargs = [\"mcp\"]\r\n");
}

TEST(TomlConfig, AnyFileComesBack) {
  for (const char* text :
       {"", "\n", "\n\n", "a = 1", "a = 1\n", "a = 1\n\n\n", "# a",
        "a = '''\n[mcp_servers.quire]\n'''", "a = \"\"\"\n[mcp_servers.quire]\\\n\"\"\"\n",
        "[mcp_servers]\n", "[mcp_servers.other]\r\n", "[mcp_servers.quirel]\ncommand = \"quire\"\n",
        "a = 1\r\nb = 2\n"}) {
    SCOPED_TRACE(text);
    installed_and_back("codex", std::string(text));
  }
}

TEST(TomlConfig, WhatFollowsTheTableStays) {
  const std::string table = kTable;
  EXPECT_EQ(uninstall("a = 1\n\n" + table + "\n\n[b]\nc = 1\n").value(), "a = 1\n\n[b]\nc = 1\n");
  EXPECT_EQ(uninstall("a = 1\n" + table + "\n# b\n").value(), "a = 1\n# b\n");
  EXPECT_EQ(uninstall(table + "\n[b]\n").value(), "[b]\n");
}

TEST(TomlConfig, WhatOthersWroteIsLeftAlone) {
  const std::string table = kTable;
  for (const std::string& text :
       {table + "\nstartup_timeout_sec = 20\n", table + "\n\n[mcp_servers.quire.env]\nA = \"1\"\n",
        table + " # mine\n",
        std::string("[mcp_servers.quire]\n# mine\ncommand = \"quire\"\nargs = [\"mcp\"]\n"),
        std::string("[mcp_servers.quire]\ncommand = \"npx\"\nargs = [\"mcp\"]\n"),
        std::string("[mcp_servers.\"quire\"]\nurl = \"http://x\"\n"),
        std::string("[mcp_servers]\nquire = { command = \"quire\", args = [\"mcp\"] }\n"),
        std::string("mcp_servers.quire.command = \"quire\"\n"),
        std::string("[[mcp_servers.quire]]\n"),
        std::string("[mcp_servers.quire]\ncommand = \"\"\"quire\"\"\"\nargs = [\"mcp\"]\n"),
        table + "\n" + table + "\n"}) {
    SCOPED_TRACE(text);
    const std::string message = problem(install(text));
    EXPECT_NE(message.find("by hand"), std::string::npos) << message;
    EXPECT_EQ(problem(uninstall(text)), message);
  }
  EXPECT_NE(problem(install("mcp_servers = {}\n")).find("f:1: mcp_servers takes no further table"),
            std::string::npos);
  EXPECT_NE(problem(install("\n[[mcp_servers]]\n")).find("f:2: mcp_servers takes no further table"),
            std::string::npos);
}

TEST(TomlConfig, AnOlderTableOfOursGivesWayWhereItStands) {
  EXPECT_EQ(install("[mcp_servers.'quire']\nargs = ['mcp', \"--db\", 'd']\ncommand = "
                    "'/opt/quire'\nenv = {}\n[b]\n")
                .value(),
            std::string(kTable) + "\n[b]\n");
}

TEST(TomlConfig, RandomTextsComeBackByteForByte) {
  const std::vector<std::string> lines = {
      "a = 1",           "# c",        "",        "[t]",
      "[t.u]",           "s = \"#[\"", "m = '''", "'''",
      "[mcp_servers.b]", "l = [",      "]",       "  ",
      "x.y = { z = 1 }", "d = \"\"\"", "\"\"\"",  "[mcp_servers.quire]"};
  std::mt19937 random(7);
  int held = 0;
  for (int run = 0; run < 20'000; ++run) {
    std::string text;
    for (std::size_t i = random() % 6; i > 0; --i) {
      text += lines[random() % lines.size()] + (random() % 4 == 0 ? "\r\n" : "\n");
    }
    text += random() % 3 == 0 ? lines[random() % lines.size()] : "";
    if (install(text)) {
      installed_and_back("codex", text);
      ++held;
    }
    ASSERT_FALSE(HasFailure()) << text;
  }
  EXPECT_GT(held, 5'000);
}

}  // namespace
}  // namespace quire::installing
