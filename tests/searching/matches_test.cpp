#include "searching/matches.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace quire::searching {
namespace {

using Texts = std::vector<std::string>;

Texts texts_of(const std::vector<TextMatch>& matches, std::string_view content) {
  Texts out;
  for (const TextMatch& match : matches) {
    out.emplace_back(content.substr(match.begin, match.end - match.begin));
  }
  return out;
}

/// What is marked in `content` when `text` is asked for.
Texts marked(std::string_view text, std::string_view content) {
  const Question question = understand(text);
  std::vector<TextPattern> patterns;
  for (const std::string& phrase : question.phrases) {
    patterns.push_back(TextPattern::literal(phrase));
  }
  return texts_of(matches_of(question, patterns, content), content);
}

Texts marked_by_regex(const std::string& expression, std::string_view content) {
  std::vector<TextPattern> patterns;
  patterns.push_back(TextPattern::regex(expression).value());
  return texts_of(matches_of({}, patterns, content), content);
}

TEST(Matches, AreWordsByTheirStems) {
  EXPECT_EQ(marked("how are locks released", "lock(); Releasing; clock"),
            (Texts{"lock", "Releasing"}));
}

TEST(Matches, ArePartsOfIdentifiers) {
  EXPECT_EQ(marked("parse the url", "parseUrl parser_of URLs"),
            (Texts{"parse", "Url", "parser", "URLs"}));
}

TEST(Matches, AreNamesHoweverTheyAreJoined) {
  EXPECT_EQ(marked("where is readUrl used", "readurl(x)"), Texts{"readurl"});
  EXPECT_EQ(marked("where is readurl called", "read_url(x)"), Texts{"read_url"});
}

TEST(Matches, OfOneWordHaveOneTerm) {
  const Question question = understand("locks and files");
  const auto matches = matches_of(question, {}, "lock file locked");
  ASSERT_EQ(matches.size(), 3U);
  EXPECT_EQ(matches[0].term, matches[2].term);
  EXPECT_NE(matches[0].term, matches[1].term);
}

TEST(Matches, QuotedTextGoesBeforeItsWords) {
  EXPECT_EQ(marked("\"open file\"", "x OPEN FILE, open(file)"),
            (Texts{"OPEN FILE", "open", "file"}));
  EXPECT_EQ(marked("\"Open\"", "Open"), Texts{"Open"});
}

TEST(Matches, OfARegularExpressionAreOnOneLine) {
  EXPECT_EQ(marked_by_regex("a+[^c]*", "aab\nba"), (Texts{"aab", "a"}));
  EXPECT_EQ(marked_by_regex("^a", "aa\nab"), (Texts{"a", "a"}));
  EXPECT_EQ(marked_by_regex("\\bfoo", "foofoo foo"), (Texts{"foo", "foo"}));
  EXPECT_EQ(marked_by_regex("x*", "axa"), Texts{"x"});
}

TEST(Matches, HoldWholeCharacters) {
  EXPECT_EQ(marked_by_regex("a.", "a\xC3\xA9z"), Texts{"a\xC3\xA9"});
}

TEST(Matches, StandWithinTextWithoutSpaces) {
  EXPECT_EQ(marked("\xE8\xAA\xAD\xE3\x82\x80", "\xE3\x82\x92\xE8\xAA\xAD\xE3\x82\x80\xE6\x97\xA5"),
            Texts{"\xE8\xAA\xAD\xE3\x82\x80"});
}

TEST(Matches, OfASymbolAreThePartsOfItsName) {
  constexpr std::string_view kContent = "void Writer::Append() { reappend(); }";
  EXPECT_EQ(texts_of(matches_of_name("writer.append", kContent), kContent),
            (Texts{"Writer", "Append", "append"}));
  EXPECT_EQ(texts_of(matches_of_name("read_url", "readUrl(x)"), "readUrl(x)"), Texts{"readUrl"});
}

}  // namespace
}  // namespace quire::searching
