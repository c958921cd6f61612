#include <string>

#include <gtest/gtest.h>

#include <quire/highlight.hpp>

namespace quire {
namespace {

/// Each range as its kind's first letter and its text.
std::string shown(std::string_view text, std::string_view language) {
  std::string out;
  for (const SyntaxRange& range : highlight(text, language)) {
    out += "[";
    out += "cskn"[static_cast<std::size_t>(range.kind)];
    out += ":" + std::string(text.substr(range.begin, range.end - range.begin)) + "]";
  }
  return out;
}

TEST(Highlight, TellsKeywordsStringsNumbersAndComments) {
  EXPECT_EQ(shown("return f(\"a\", 3.14, x1); // if", "cpp"),
            "[k:return][s:\"a\"][n:3.14][c:// if]");
}

TEST(Highlight, CommentsGoOverLines) {
  EXPECT_EQ(shown("/* if\n 1 */ 2", "go"), "[c:/* if\n 1 */][n:2]");
  EXPECT_EQ(shown("\"\"\"if\n1\"\"\" 2", "python"), "[c:\"\"\"if\n1\"\"\"][n:2]");
}

TEST(Highlight, CommentSignsInStringsAreNone) {
  EXPECT_EQ(shown("\"//\" 1", "c"), "[s:\"//\"][n:1]");
  EXPECT_EQ(shown("'#' # '", "python"), "[s:'#'][c:# ']");
}

TEST(Highlight, AQuotationMarkWithoutItsFellowIsCode) {
  EXPECT_EQ(shown("' if", "python"), "[k:if]");
}

TEST(Highlight, EachLanguageHasItsKeywords) {
  EXPECT_EQ(shown("def defer", "python"), "[k:def]");
  EXPECT_EQ(shown("def defer", "go"), "[k:defer]");
  EXPECT_EQ(shown("iffy if_ if", "c"), "[k:if]");
}

TEST(Highlight, PlainTextHasNothing) {
  EXPECT_EQ(shown("if 1 \"x\" // y", "markdown"), "");
  EXPECT_EQ(shown("", "c"), "");
}

}  // namespace
}  // namespace quire
