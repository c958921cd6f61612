#include "mcp/tool.hpp"

#include <string>

#include <gtest/gtest.h>

namespace quire::mcp {
namespace {

std::string fault(const char* tool, const std::string& arguments) {
  const auto document = base::JsonDocument::parse(arguments);
  return fault_in(*find_tool(tool), document->root());
}

TEST(Tools, AreFiveInFewBytes) {
  std::string names;
  for (const Tool& tool : tools()) {
    names += std::string(tool.name) + " ";
  }
  EXPECT_EQ(names, "search find_by_symbol list_files reindex status ");
  EXPECT_LE(base::dump_json(tool_definitions()).size(), 6400U);
}

TEST(Tools, HaveSchemas) {
  for (const base::Json& tool : tool_definitions()) {
    EXPECT_EQ(tool["inputSchema"]["type"], "object") << tool["name"];
    EXPECT_EQ(tool["inputSchema"]["additionalProperties"], false) << tool["name"];
    EXPECT_TRUE(tool["outputSchema"]["properties"].contains("index")) << tool["name"];
  }
}

TEST(Arguments, AreTakenAsTheyShouldBe) {
  EXPECT_EQ(fault("search", R"({"query":"x","limit":50,"include_tests":false,"path":"src"})"), "");
  EXPECT_EQ(fault("reindex", R"({"paths":["a","b"]})"), "");
  EXPECT_EQ(fault("status", "null"), "");
}

TEST(Arguments, AreRefusedWithWhatIsRight) {
  EXPECT_EQ(fault("search", R"({"qeury":"x"})"),
            "search has no argument 'qeury'; did you mean 'query'? It takes: query, limit, path, "
            "language, kind, match, ignore_case, include_tests, max_tokens, cursor.");
  EXPECT_EQ(fault("search", R"({"query":"x","limit":"8"})"),
            "search: 'limit' must be a whole number from 1 to 50.");
  EXPECT_EQ(fault("search", R"({"query":"x","limit":0})"),
            "search: 'limit' must be a whole number from 1 to 50.");
  EXPECT_EQ(fault("reindex", R"({"paths":"src"})"),
            "reindex: 'paths' must be an array of strings.");
  EXPECT_EQ(fault("status", R"({"x":1})"), "status has no argument 'x'. It takes: no arguments.");
  EXPECT_NE(fault("search", R"({"query":" "})"), "");
  EXPECT_NE(fault("search", "{}"), "");
  EXPECT_NE(fault("search", "[1]"), "");
}

}  // namespace
}  // namespace quire::mcp
