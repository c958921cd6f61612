#include "lexical/terms.hpp"

#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "lexical/comments.hpp"

namespace quire::lexical {
namespace {

using Terms = std::vector<std::string>;

Terms terms(std::string_view text) {
  Terms out;
  TermReader reader(text);
  for (auto term = reader.next(); !term.empty(); term = reader.next()) {
    out.emplace_back(term);
  }
  return out;
}

TEST(Terms, AreStemsOfPartsAndWholeNames) {
  EXPECT_EQ(terms("getHttpResponses"), (Terms{"get", "http", "respons", "gethttpresponses"}));
  EXPECT_EQ(terms("parser"), (Terms{"pars", "parser"}));
  EXPECT_EQ(terms("of"), Terms{"of"});
  EXPECT_EQ(terms("_read_url2(x)"), (Terms{"read", "url2", "readurl2", "x"}));
}

TEST(Terms, FoldLettersBeyondAscii) {
  EXPECT_EQ(terms("\xC3\x9C"
                  "ber"),
            terms("\xC3\xBC"
                  "ber"));
  EXPECT_EQ(fold_case("\xD0\x94\xD0\x9E\xD0\x9C"), "\xD0\xB4\xD0\xBE\xD0\xBC");
  EXPECT_EQ(fold_case("\xCE\x91\xCE\xA9"), "\xCE\xB1\xCF\x89");
}

TEST(Terms, OfScriptsWithoutSpacesArePairs) {
  EXPECT_EQ(terms("\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E"),
            (Terms{"\xE6\x97\xA5\xE6\x9C\xAC", "\xE6\x9C\xAC\xE8\xAA\x9E"}));
  EXPECT_EQ(terms("\xE6\x97\xA5"), Terms{"\xE6\x97\xA5"});
}

TEST(Terms, SignsBeyondAsciiAreNoLetters) {
  EXPECT_EQ(terms("\xE2\x80\x9Cquoted\xE2\x80\x9D"), terms("quoted"));
}

/// F11: no term had the name in it.
TEST(Terms, NamesBesideOtherScriptsAndSignsAreWhole) {
  EXPECT_EQ(terms("\u91CAkmalloc_array\u91CA\u653E"),
            (Terms{"\u91CA", "kmalloc", "arra", "kmallocarray", "\u91CA\u653E"}));
  EXPECT_EQ(terms("x\u2192read_url\u2014HTTP\u91CA"),
            (Terms{"x", "read", "url", "readurl", "http", "\u91CA"}));
  EXPECT_EQ(terms("caf\u00E9_read"), (Terms{"caf\u00E9", "read", "caf\u00E9read"}));
  EXPECT_EQ(terms("\u91CA" + std::string(65, 'a')), (Terms{"\u91CA", std::string(kLongName)}));
  EXPECT_EQ(terms("\u2192\u2014"), Terms{});
}

TEST(Terms, NamesThatAreTooLongShareOne) {
  EXPECT_EQ(terms(std::string(65, 'a')), Terms{std::string(kLongName)});
  EXPECT_EQ(terms(std::string(64, 'a')), Terms{std::string(64, 'a')});
}

TEST(FunctionWords, AreFoundInTheirTable) {
  for (const char* word : {"a", "how", "the", "your", "which", "is", "are"}) {
    EXPECT_TRUE(is_function_word(word)) << word;
  }
  EXPECT_FALSE(is_function_word("parser"));
  EXPECT_FALSE(is_function_word(""));
}

std::string comments(std::string_view text, std::string_view language) {
  std::string out;
  CommentReader reader(text, language);
  for (auto piece = reader.next(); !piece.text.empty(); piece = reader.next()) {
    out += piece.is_comment ? std::string(piece.text) : "~";
  }
  return out;
}

TEST(Comments, AreToldFromCodeByLanguage) {
  EXPECT_EQ(comments("a; // b\nc /* d */ e", "cpp"), "~// b\n~/* d */~");
  EXPECT_EQ(comments("x = 1 # y\n", "python"), "~# y\n");
  EXPECT_EQ(comments("x = 1 # y\n", "c"), "~");
  EXPECT_EQ(comments("-- a\nb --[[ c\nd ]] e", "lua"), "-- a\n~--[[ c\nd ]]~");
  EXPECT_EQ(comments("def f():\n  \"\"\"Says.\"\"\"\n", "python"), "~\"\"\"Says.\"\"\"~");
  EXPECT_EQ(comments("all of it", "markdown"), "all of it");
}

TEST(Comments, SignsInStringsBeginNone) {
  EXPECT_EQ(comments("s = \"// no\"; t = 'a\\'# no'", "javascript"), "~");
  EXPECT_EQ(comments("fn f<'a>() {} // yes", "rust"), "~// yes");
  EXPECT_EQ(comments("don't # yes\n", "bash"), "~# yes\n");
}

TEST(Comments, WithoutAnEndGoToTheEnd) {
  EXPECT_EQ(comments("a /* b", "c"), "~/* b");
  EXPECT_EQ(comments("", "c"), "");
}

TEST(Comments, EscapedQuotesWithoutAnEndTakeNoLonger) {
  std::string text = "\"";
  for (int i = 0; i < 1'000'000; ++i) {
    text += "\\\"\\'";
  }
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(comments(text + "\n// yes", "c"), "~// yes");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

}  // namespace
}  // namespace quire::lexical
