#include "installing/jsonc.hpp"

#include <gtest/gtest.h>

namespace quire::installing {
namespace {

JsoncDocument parsed(std::string_view text) {
  auto document = parse_jsonc(text, "f.json");
  EXPECT_TRUE(document.has_value()) << document.error().message;
  return document ? *std::move(document) : JsoncDocument();
}

std::string problem(std::string_view text) {
  const auto document = parse_jsonc(text, "f.json");
  EXPECT_FALSE(document.has_value()) << text;
  return document ? "" : document.error().message;
}

TEST(Jsonc, CommentsAndTrailingCommasAreRead) {
  const std::string text = "// a\n{ /* {\"b\": */ \"c\": [1, 2,], // }\r\n \"d\": \"//\\\"\",\n}\n";
  const JsoncDocument document = parsed(text);
  EXPECT_EQ(base::dump_json(to_json(*document.root)), R"({"c":[1,2],"d":"//\""})");
  ASSERT_EQ(document.comments.size(), 3U);
  EXPECT_EQ(text.substr(document.comments[2].begin,
                        document.comments[2].end - document.comments[2].begin),
            "// }");
  const JsoncMember& d = document.root->members.back();
  EXPECT_EQ(text.substr(d.begin, d.value.end - d.begin), R"("d": "//\"")");
  EXPECT_EQ(text[*d.comma], ',');
}

TEST(Jsonc, NothingButCommentsHasNoRoot) {
  EXPECT_FALSE(parsed("").root.has_value());
  EXPECT_FALSE(parsed("\xEF\xBB\xBF \r\n// a").root.has_value());
}

TEST(Jsonc, WhatDoesNotParseIsAnErrorWithItsLine) {
  EXPECT_EQ(problem("{\n\"a\": 1\n\"b\": 2}"), "f.json:3: a comma or } was expected");
  EXPECT_EQ(problem("{\n\"a\" 1}"), "f.json:2: a colon was expected");
  EXPECT_EQ(problem("{\"a\": \"x\n\"}"), "f.json:1: a string that does not end");
  EXPECT_EQ(problem("{\n\n/* "), "f.json:3: a comment that does not end");
  EXPECT_EQ(problem("{\"a\": tru}"), "f.json:1: not a JSON value");
  EXPECT_EQ(problem("{\"a\": 01}"), "f.json:1: not a JSON value");
  EXPECT_EQ(problem("{\"a\": \"\xFF\"}"), "f.json:1: not a JSON value");
  EXPECT_EQ(problem("{} {}"), "f.json:1: more follows the value");
  EXPECT_EQ(problem("{"), "f.json:1: a name in quotation marks was expected");
  EXPECT_EQ(problem("{\"a\":"), "f.json:1: the file ends too soon");
  EXPECT_EQ(problem("{,}"), "f.json:1: a name in quotation marks was expected");
  EXPECT_EQ(problem("[,]"), "f.json:1: a value was expected");
  EXPECT_EQ(problem("{\r}"), "f.json:1: a carriage return without a line feed");
  EXPECT_EQ(problem("\"a\\"), "f.json:1: a string that does not end");
  EXPECT_EQ(problem(std::string(100'000, '[')), "f.json:1: nested too deep");
}

}  // namespace
}  // namespace quire::installing
