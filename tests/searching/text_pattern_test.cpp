#include "searching/text_pattern.hpp"

#include <algorithm>
#include <ctime>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <regex.h>

#include "base/utf8.hpp"
#include "support/expect.hpp"

namespace quire::searching {
namespace {

using Texts = std::vector<std::string>;
using Kind = RequiredText::Kind;
using support::expect;

/// "a & (b | c)"; "*" for anything.
std::string in_words(const RequiredText& required) {
  if (required.kind == Kind::anything) {
    return "*";
  }
  if (required.kind == Kind::text) {
    return required.text;
  }
  std::string out;
  for (const RequiredText& part : required.parts) {
    out += (out.empty() ? "" : required.kind == Kind::all ? " & " : " | ") + in_words(part);
  }
  return "(" + out + ")";
}

std::string required(const std::string& expression) {
  return in_words(expect(TextPattern::regex(expression)).required());
}

bool holds(const std::string& lower, const RequiredText& required) {
  const auto part_holds = [&](const RequiredText& part) { return holds(lower, part); };
  switch (required.kind) {
    case Kind::text:
      return lower.contains(required.text);
    case Kind::all:
      return std::ranges::all_of(required.parts, part_holds);
    case Kind::any:
      return std::ranges::any_of(required.parts, part_holds);
    default:
      return true;
  }
}

TEST(TextPattern, RequiresWhatStandsInEveryMatch) {
  EXPECT_EQ(required("func \\w+Lock\\("), "(func  & lock()");
  EXPECT_EQ(required("TODO|FIXME"), "(todo | fixme)");
  EXPECT_EQ(required("x(ab|cd)+y"), "(x & (ab | cd) & y)");
  EXPECT_EQ(required("(?i)KMalloc"), "kmalloc");
  EXPECT_EQ(required("\\Qa.b\\E"), "a.b");
  EXPECT_EQ(required(".*"), "*");
  EXPECT_EQ(required("\u2192foo"), "\u2192foo");
}

TEST(TextPattern, RequiresNothingOfCharactersThatMayCountAsLetters) {
  EXPECT_EQ(required("\u212Amalloc"), "*");
  EXPECT_EQ(required("\u2192(?i)kmalloc"), "*");
  EXPECT_TRUE(expect(TextPattern::regex("\u2192(?i)k")).matches("\u2192\u212A"));
}

TEST(TextPattern, GoesByLines) {
  const auto matches = [](const std::string& expression, std::string_view content) {
    return expect(TextPattern::regex(expression)).matches(content);
  };
  EXPECT_TRUE(matches("^b$", "a\nb\nc"));
  EXPECT_FALSE(matches("a.b", "a\nb"));
  EXPECT_FALSE(matches("a\\sb", "a\nb"));
  EXPECT_FALSE(matches("a[^x]b", "a\nb"));
  EXPECT_FALSE(matches("a\\nb", "a\nb"));
  EXPECT_FALSE(matches("a\nb", "a\nb"));
  EXPECT_FALSE(matches("(?s)a.b", "a\nb"));
  EXPECT_FALSE(matches("a[\\n]b", "a\nb"));
  EXPECT_TRUE(matches("^$", "a\n\nb"));
  EXPECT_FALSE(matches("^$", "a\nb\n"));
}

TEST(TextPattern, MayTakeLettersInAnyCase) {
  const TextPattern pattern = expect(TextPattern::regex("kMalloc\\(", {.ignore_case = true}));
  EXPECT_TRUE(pattern.matches("x = KMALLOC(1)"));
  EXPECT_FALSE(expect(TextPattern::regex("k", {.ignore_case = true})).matches("\u212A"));
  EXPECT_TRUE(expect(TextPattern::regex("\u00E4", {.ignore_case = true})).matches("\u00C4"));
}

TEST(TextPattern, MayBeOfWholeWords) {
  const auto ranges = [](const std::string& expression, std::string_view content) {
    std::string out;
    for (const auto& [begin, end] :
         expect(TextPattern::regex(expression, {.whole_words = true})).ranges(content)) {
      out += std::to_string(begin) + "-" + std::to_string(end) + " ";
    }
    return out;
  };
  EXPECT_EQ(ranges("foo", "foo foo xfoo foo_ (foo)"), "0-3 4-7 19-22 ");
  EXPECT_EQ(ranges("a|ab", "ab a"), "0-2 3-4 ");
  EXPECT_EQ(ranges("-x", "a-x -x"), "4-6 ");
  EXPECT_EQ(ranges("\\Qa.b", "a.b axb"), "0-3 ");
  EXPECT_EQ(ranges("(?i)x\\Q(\\E", "X( x(y"), "0-2 ");
}

TEST(TextPattern, MayBeFixed) {
  const TextPattern pattern = expect(TextPattern::fixed("a.b*(", {}));
  EXPECT_TRUE(pattern.matches("x a.b*( y"));
  EXPECT_FALSE(pattern.matches("axb("));
  EXPECT_TRUE(expect(TextPattern::fixed("A\u2192b", {.ignore_case = true})).matches("a\u2192B"));
  EXPECT_EQ(TextPattern::fixed("a\nb", {}).error().code, ErrorCode::invalid_argument);
}

TEST(TextPattern, SaysWhichLinesItMatches) {
  using Lines = std::vector<std::size_t>;
  const std::string content = "ab ab\nx\n\nAb\nab\n";
  EXPECT_EQ(expect(TextPattern::regex("ab")).lines(content), (Lines{0, 4}));
  EXPECT_EQ(expect(TextPattern::regex("^")).lines(content), (Lines{0, 1, 2, 3, 4}));
  EXPECT_EQ(expect(TextPattern::regex("x*")).lines(content), (Lines{0, 1, 2, 3, 4}));
  EXPECT_EQ(expect(TextPattern::regex("^$")).lines(content), (Lines{2}));
  EXPECT_EQ(TextPattern::literal("ab").lines(content), (Lines{0, 3, 4}));
  EXPECT_EQ(TextPattern::literal("Ab").lines(content), (Lines{3}));
  EXPECT_TRUE(TextPattern::literal("none").lines(content).empty());
}

TEST(TextPattern, LeavesACarriageReturnInItsLine) {
  EXPECT_FALSE(expect(TextPattern::regex("a$")).matches("a\r\nb\r\n"));
  EXPECT_TRUE(expect(TextPattern::regex("a\\s?$")).matches("a\r\nb\r\n"));
}

TEST(TextPattern, OfAsciiGoesByBytes) {
  EXPECT_FALSE(expect(TextPattern::regex("a.b")).matches("a\u00E9b"));
  EXPECT_TRUE(expect(TextPattern::regex("a..b")).matches("a\u00E9b"));
  EXPECT_TRUE(expect(TextPattern::regex("a.b"))
                  .matches("a\xFF"
                           "b"));
  EXPECT_FALSE(expect(TextPattern::regex("\\w")).matches("\u00E9"));
  EXPECT_TRUE(expect(TextPattern::regex("\\bx")).matches("\u00E9x"));
  EXPECT_FALSE(expect(TextPattern::regex("\\d")).matches("\u0661"));
  EXPECT_FALSE(expect(TextPattern::regex("(?i)k")).matches("\u212A"));
}

TEST(TextPattern, OfOtherCharactersGoesByThose) {
  EXPECT_TRUE(expect(TextPattern::regex("^[\u00E4\u00F6]+.\u2192*$"))
                  .matches("\u00F6\u00E4\u00FC\u2192\u2192"));
  EXPECT_FALSE(expect(TextPattern::regex("\u2192\\w")).matches("\u2192\u00E9"));
}

TEST(TextPattern, SaysWhereItMatches) {
  const auto ranges = [](const std::string& expression, std::string_view content) {
    std::string out;
    for (const auto& [begin, end] : expect(TextPattern::regex(expression)).ranges(content)) {
      out += std::to_string(begin) + "-" + std::to_string(end) + " ";
    }
    return out;
  };
  EXPECT_EQ(ranges("\\bab*", "abb cab ab\nab"), "0-3 8-10 11-13 ");
  EXPECT_EQ(ranges("x*", "axxa"), "1-3 ");
  EXPECT_EQ(ranges("^a", "aa\naa\n"), "0-1 3-4 ");
  EXPECT_EQ(ranges("a+?", "aa"), "0-1 1-2 ");
  EXPECT_EQ(expect(TextPattern::regex("a")).ranges(std::string(5000, 'a')).size(), 1000U);
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

TEST(TextPattern, SaysWhereAnExpressionIsWrongAndWhy) {
  const auto says = [](const std::string& expression, const std::string& place,
                       const std::string& reason) {
    const std::string message = refused(expression);
    EXPECT_TRUE(message.contains("is wrong at byte " + place)) << message;
    EXPECT_TRUE(message.contains(reason)) << message;
  };
  says("(a)\\1", "4, '\\1'", "no back-references");
  says("(?P<n>a)(?P=n)", "9, ", "no back-references");
  says("a(?=b)", "2, '(?='", "no look-around");
  says("a(?!b)", "2, '(?!'", "no look-around");
  says("(?<!a)b", "1, '(?<'", "no look-around");
  says("(?<=a)b", "1, '(?<'", "no look-around");
  says("(?<n>a)", "1, '(?<'", "(?P<name>...)");
  says("(?>a)", "1, '(?>'", "no atomic groups");
  says("xa*+", "3, '*+'", "no possessive repeats");
  says("xa**", "3, '**'", "can't be repeated itself");
  says("*a", "1, '*'", "nothing to repeat; \\* is");
  says("a|+b", "3, '+'", "nothing to repeat; \\+ is");
  says("xa{1001}", "3, '{1001}'", "1,000");
  says("(a{1,255}){1,255}", "11, '{1,255}'", "multiplied");
  says("foo)bar", "4, ')'", "no group is open");
  says("(a)[)]\\)\\Q)\\E)(", "14, ')'", "no group is open");
  says("(a)[(]\\(\\Q(\\E((x)", "14, '('", "no )");
  says("x[a-", "2, '[a-'", "no ]");
  says("[z-a]", "2, 'z-a'", "no such set");
  says("x[[:foo:]]", "3, '[:foo:]'", "no such set");
  says("x\\", "2, '\\'", "nothing behind");
  says("x\\y", "2, '\\y'", "no such escape");
  says("\\\\C[C]\\Q\\C\\Ex\\Cy", "14, '\\C'", "no such escape");
  says("x(?z)", "2, '(?z'", "no such group");
  says("\u2192\xFF", "1, ", "UTF-8");
}

/// S5 of the hostile questions: they ended in a signal, or did not end.
TEST(TextPattern, NoExpressionEndsTheProgramOrTakesLong) {
  const std::clock_t begin = std::clock();
  for (const char* const part :
       {"(",  "a*", "a|",   "[[", "a{",   "{",      "(a|",       "\\",  "[^]",  "[[:",  "()",
        "^*", "(?", "a{9}", "x?", "(?i)", "a{999}", "(?:a?){9}", "\\Q", "\\pL", "[^a]", ")"}) {
    EXPECT_LT(refused(repeated(part, 50000)).size(), 400U) << part;
    const auto shorter = TextPattern::regex(repeated(part, 8000 / std::string_view(part).size()));
    EXPECT_TRUE(shorter || shorter.error().message.size() < 400U) << part;
  }
  for (const std::string& text :
       {repeated("(", 4000) + "a" + repeated(")", 4000),
        repeated("(", 2000) + "a" + repeated(")+", 2000), repeated("(a*b*)*", 1000),
        std::string("((((a{1,9}){1,9}){1,9}){1,9}){1,9}"), repeated("(?:a?){1000}", 600),
        "a" + repeated("*", 8000)}) {
    const auto pattern = TextPattern::regex(text);
    EXPECT_TRUE(pattern || pattern.error().message.size() < 400U) << text.substr(0, 50);
  }
  EXPECT_LT((std::clock() - begin) / CLOCKS_PER_SEC, 20);
}

TEST(TextPattern, WhatPeopleWriteIsWithinTheLimits) {
  for (const char* text :
       {"[0-9a-f]{40}", "foo.{0,200}bar", "((a|b)+c*)+", "(\\w+\\.)*\\w+\\(", "x{3,}", ".{1,1000}x",
        "([0-9]{1,3}\\.){3}[0-9]{1,3}", "a(b(c(d(e)?)?)?)?", "(?i)select\\s+.*?\\s+from",
        "(?P<year>\\d{4})-\\d\\d", "\\u0041|\\x41|\u2192"}) {
    const auto pattern = TextPattern::regex(text);
    EXPECT_TRUE(pattern.has_value() || std::string(text).starts_with("\\u")) << text;
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
                           "a.{400}x", "(a[ab]*a[ab]{50}y|b$|a$)", "((((a*)*)*b?)*)*x",
                           "(?:[ab]?){1000}x", "[ab]{999}{9}x|a(.*z)?$"}) {
    const auto pattern = TextPattern::regex(text);
    if (pattern) {
      EXPECT_EQ(pattern->matches(line), std::string(text).contains("$")) << text;
      pattern->ranges(line);
    }
  }
  EXPECT_LT((std::clock() - begin) / CLOCKS_PER_SEC, 10);
}

std::string random_of(const Texts& parts, std::size_t most, std::mt19937& random) {
  std::string out;
  for (std::size_t n = 1 + random() % most; n > 0; --n) {
    out += parts[random() % parts.size()];
  }
  return out;
}

/// As the C library says of each line; nothing if it reads the expression in another way: places
/// that are repeated, and repeats that are repeated or lazy.
std::optional<bool> matches_by_lines(const std::string& expression, const std::string& content) {
  for (const char* const before : {"^", "$", "\\b", "*", "+", "?", "}"}) {
    for (const char* const repeat : {"*", "+", "?", "{"}) {
      if (expression.contains(std::string(before) + repeat)) {
        return std::nullopt;
      }
    }
  }
  regex_t regex{};
  if (regcomp(&regex, expression.c_str(), REG_EXTENDED | REG_NOSUB) != 0) {
    return std::nullopt;
  }
  bool found = false;
  for (std::size_t at = 0; at <= content.size() && !found;) {
    const std::size_t end = std::min(content.find('\n', at), content.size());
    found = regexec(&regex, content.substr(at, end - at).c_str(), 0, nullptr, 0) == 0;
    at = end + 1;
  }
  regfree(&regex);
  return found;
}

/// Whatever the expression, content matches it as one of its lines does, and holds what it
/// requires.
TEST(TextPattern, IsWhatTheCLibrarySaysOfEachLine) {
  const Texts expression_parts = {"a",     "b", "a",    "B",   "(",     ")",           "|",
                                  "*",     "+", "?",    "{2}", "{0,1}", "{1,}",        "[ab]",
                                  "[^]b]", ".", "\\.",  "^",   "[]a]",  "[[:alpha:]]", "\\b",
                                  "\\w",   "$", "[^a]", "\\s", "\\W"};
  const Texts content_parts = {"a", "b", "a", "B", "ab", "Ba",   ".",   ")",
                               "]", "{", "|", " ", "\n", "\n\n", "\r\n"};
  std::mt19937 random(7);
  int matches = 0;
  int compared = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::string expression = random_of(expression_parts, 8, random);
    const auto pattern = TextPattern::regex(expression);
    for (int n = 0; pattern && n < 10; ++n) {
      const std::string content = random_of(content_parts, 8, random) + "a";
      const bool found = pattern->matches(content);
      const std::optional<bool> plainly = matches_by_lines(expression, content);
      compared += plainly ? 1 : 0;
      ASSERT_EQ(found, plainly.value_or(found)) << "'" << expression << "' of '" << content << "'";
      ASSERT_EQ(found, pattern->matches(content + "\n"))
          << "'" << expression << "' of '" << content << "'";
      matches += found ? 1 : 0;
      ASSERT_TRUE(!found || holds(base::ascii_lower(content), pattern->required()))
          << expression << " requires " << in_words(pattern->required()) << ", not in " << content;
    }
  }
  EXPECT_GT(matches, 10000);
  EXPECT_GT(compared, 20000);
}

}  // namespace
}  // namespace quire::searching
