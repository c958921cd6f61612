#include "searching/text_pattern.hpp"

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/expect.hpp"

namespace quire::searching {
namespace {

using Texts = std::vector<std::string>;
using support::expect;

Texts required(const std::string& expression) {
  return expect(TextPattern::regex(expression)).required();
}

TEST(TextPattern, PlainCharactersAreRequired) {
  EXPECT_EQ(required("func \\w+Lock\\("), (Texts{"func ", "Lock("}));
  EXPECT_EQ(required("ab*c+d?e{2}f"), (Texts{"a", "c", "e", "f"}));
  EXPECT_EQ(required("a\\.b\\db"), (Texts{"a.b", "b"}));
  EXPECT_EQ(required("a|b"), Texts{});
  EXPECT_EQ(required("x(a|b)+y"), (Texts{"x", "y"}));
}

TEST(TextPattern, WhatRepeatsLeaveOutIsNotRequired) {
  EXPECT_EQ(required("xa+*"), Texts{"x"});
  EXPECT_EQ(required("xa{2}?y"), (Texts{"x", "y"}));
  EXPECT_EQ(required("xab**"), Texts{"xa"});
  EXPECT_EQ(required("xa{0,3}"), Texts{"x"});
}

TEST(TextPattern, NothingOfASetIsRequired) {
  EXPECT_EQ(required("[[:alpha:]a-z]foo"), Texts{"foo"});
  EXPECT_EQ(required("[]a]foo"), Texts{"foo"});
  EXPECT_EQ(required("[^]a]foo"), Texts{"foo"});
  EXPECT_EQ(required("[a[.].]b]foo"), Texts{"foo"});
  EXPECT_EQ(required("[\\]]foo"), Texts{"]foo"});
}

TEST(TextPattern, ABracketWithoutItsFellowIsPlain) {
  EXPECT_EQ(required("foo)bar"), Texts{"foo)bar"});
  EXPECT_EQ(required("foo)bar|baz"), Texts{});
}

TEST(TextPattern, LettersBehindABackslashMeanTheSameInASet) {
  const TextPattern pattern = expect(TextPattern::regex("^[\\d.]+[\\w]+$"));
  EXPECT_TRUE(pattern.matches("1.25rc_1"));
  EXPECT_FALSE(pattern.matches("\\d]"));
}

std::string random_of(const std::vector<std::string>& parts,
                      std::size_t most,
                      std::mt19937& random) {
  std::string out;
  for (std::size_t n = 1 + random() % most; n > 0; --n) {
    out += parts[random() % parts.size()];
  }
  return out;
}

/// Whatever the expression, what it requires stands in each line that it matches.
TEST(TextPattern, EveryMatchHasWhatIsRequired) {
  const Texts expression_parts = {"a",     "b",   "a",   "b",   "(",     ")",    "|",
                                  "*",     "+",   "?",   "{2}", "{0,1}", "{1,}", "[ab]",
                                  "[^]b]", ".",   "\\.", "^",   "[]a",   "]",    "[[:alpha:]",
                                  "[[.",   ".]]", "\\b", "\\w", "$"};
  const Texts line_parts = {"a", "b", "a", "b", "ab", "ba", ".", ")", "]", "{", "|", " "};
  std::mt19937 random(7);
  int matches = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::string expression = random_of(expression_parts, 8, random);
    const auto pattern = TextPattern::regex(expression);
    for (int n = 0; pattern && n < 20; ++n) {
      const std::string line = random_of(line_parts, 8, random);
      if (pattern->matches(line)) {
        ++matches;
        for (const std::string& text : pattern->required()) {
          ASSERT_TRUE(line.contains(text))
              << expression << " requires " << text << ", not in " << line;
        }
      }
    }
  }
  EXPECT_GT(matches, 10000);
}

}  // namespace
}  // namespace quire::searching
