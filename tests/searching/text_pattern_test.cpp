#include "searching/text_pattern.hpp"

#include <ctime>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <regex.h>

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

std::string repeated(const std::string& text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) {
    out += text;
  }
  return out;
}

std::string refused(const std::string& expression) {
  const auto pattern = TextPattern::regex(expression);
  EXPECT_FALSE(pattern.has_value()) << expression.substr(0, 100);
  return pattern ? "" : pattern.error().message;
}

/// S5: they ended in a signal, or did not end.
TEST(TextPattern, WhatWouldTakeTooMuchIsRefusedWithItsPlace) {
  const auto says = [](const std::string& expression, const std::string& place) {
    const std::string message = refused(expression);
    EXPECT_TRUE(message.contains("at byte " + place)) << message;
  };
  says(repeated("(", 2000) + "a" + repeated(")", 2000), "101, '('");
  says("xa{1,32767}", "3, '{1,32767}'");
  says("(a{1,255}){1,255}", "11, '{1,255}'");
  says("((a{1,100}){1,100}){1,100}", "12, '{1,100}'");
  says("(a*)\\1b", "5, '\\1'");
  says("a" + repeated("*", 5000), "11, '*'");
  says("(((){0,9}a?){0,9}()+){2}", "");
  says(repeated("a|", 4000), "1");
  says(repeated("(a", 20) + repeated(")+", 20), "");
  says(repeated("(a*b*)*", 20), "63, '*'");
  says(repeated("(a|b*|c)+", 5) + repeated("(a?|bc)*", 10), "");
  says("a{4294967295}{4294967295}{4294967295}", "2, ");
}

TEST(TextPattern, NoOddExpressionEndsTheProgram) {
  for (const std::string part :
       {"(", "a*", "a|", "[[", "a{", "{", "(a|", "\\", "[^]", "[[:", "()", "^*", "(?", "a{9}"}) {
    EXPECT_LT(refused(repeated(part, 50000)).size(), 400U) << part;
    const auto shorter = TextPattern::regex(repeated(part, 4000 / part.size()));
    EXPECT_TRUE(shorter || shorter.error().message.size() < 400U) << part;
  }
}

TEST(TextPattern, WhatPeopleWriteIsWithinTheLimits) {
  for (const char* text : {"[0-9a-f]{40}", "foo.{0,200}bar", "((a|b)+c*)+", "(\\w+\\.)*\\w+\\(",
                           "x{3,}", "([0-9]{1,3}\\.){3}[0-9]{1,3}", "a(b(c(d(e)?)?)?)?"}) {
    EXPECT_TRUE(TextPattern::regex(text).has_value()) << text;
  }
}

TEST(TextPattern, NoLineTakesLong) {
  std::mt19937 random(3);
  std::string line;
  for (int i = 0; i < 4000; ++i) {
    line += random() % 2 == 0 ? 'a' : 'b';
  }
  const std::clock_t begin = std::clock();
  for (const char* text : {"[ab]*a[ab]{100}x", ".{1,900}x", "(([ab]*a){10}b){10}x", ".*.*.*.*.*.*x",
                           "a.{400}x", "(a[ab]*a[ab]{50}y|b$|a$)", "((((a*)*)*b?)*)*x"}) {
    const TextPattern pattern = expect(TextPattern::regex(text));
    EXPECT_EQ(pattern.matches(line), std::string(text).contains("$")) << text;
    pattern.ranges(line);
  }
  EXPECT_LT((std::clock() - begin) / CLOCKS_PER_SEC, 10);
}

TEST(TextPattern, ManyTextsAreMatchedAsOne) {
  const TextPattern pattern = expect(TextPattern::regex("b[ab]{20}x"));
  std::mt19937 random(5);
  for (int i = 0; i < 2000; ++i) {
    std::string line(30, 'a');
    for (char& c : line) {
      c = random() % 2 == 0 ? 'a' : 'b';
    }
    EXPECT_EQ(pattern.matches(line + "x"), line[9] == 'b') << line;
  }
}

/// As the C library says of the expression itself.
bool matches_plainly(const std::string& expression, const std::string& line) {
  regex_t regex{};
  EXPECT_EQ(regcomp(&regex, expression.c_str(), REG_EXTENDED), 0) << expression;
  const bool found = regexec(&regex, line.c_str(), 0, nullptr, 0) == 0;
  regfree(&regex);
  return found;
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
      const bool found = pattern->matches(line);
      const bool is_posix = !expression.contains("\\w");
      ASSERT_TRUE(n > 0 || !is_posix || found == matches_plainly(expression, line))
          << expression << ' ' << line;
      if (found) {
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
