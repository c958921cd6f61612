#include "source/gitignore.hpp"

#include <array>
#include <chrono>
#include <ctime>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace quire::source {
namespace {

bool ignores(std::string_view rules, std::string_view path, bool is_directory = false) {
  return IgnoreRules::parse(rules, "").match(path, is_directory) == Verdict::ignored;
}

TEST(Glob, StarAndQuestionMarkStopAtSlashes) {
  EXPECT_TRUE(glob_match("a*c", "abbbc"));
  EXPECT_TRUE(glob_match("a*c", "ac"));
  EXPECT_FALSE(glob_match("a*c", "ab/c"));
  EXPECT_TRUE(glob_match("a?c", "abc"));
  EXPECT_FALSE(glob_match("a?c", "a/c"));
  EXPECT_FALSE(glob_match("a?c", "ac"));
  EXPECT_TRUE(glob_match("*/*.c", "src/a.c"));
  EXPECT_FALSE(glob_match("*/*.c", "src/x/a.c"));
}

TEST(Glob, TwoStarsBetweenSlashesAreAnyFolders) {
  EXPECT_TRUE(glob_match("**/foo", "foo"));
  EXPECT_TRUE(glob_match("**/foo", "a/b/foo"));
  EXPECT_FALSE(glob_match("**/foo", "a/xfoo"));
  EXPECT_TRUE(glob_match("a/**/b", "a/b"));
  EXPECT_TRUE(glob_match("a/**/b", "a/x/y/b"));
  EXPECT_FALSE(glob_match("a/**/b", "axb"));
  EXPECT_TRUE(glob_match("a/**", "a/x/y"));
  EXPECT_FALSE(glob_match("a/**", "a"));
  EXPECT_TRUE(glob_match("**/a/*/b/**/c", "q/a/x/a/y/b/z/c"));
  EXPECT_TRUE(glob_match("**", "a/b/c"));
  EXPECT_FALSE(glob_match("x/a**b", "x/a/b"));
}

TEST(Glob, SetsTakeRangesNegationAndClasses) {
  EXPECT_TRUE(glob_match("[a-c]x", "bx"));
  EXPECT_FALSE(glob_match("[a-c]x", "dx"));
  EXPECT_TRUE(glob_match("[!a-c]x", "dx"));
  EXPECT_TRUE(glob_match("[^a-c]x", "dx"));
  EXPECT_FALSE(glob_match("[!a]", "/"));
  EXPECT_TRUE(glob_match("[]]", "]"));
  EXPECT_TRUE(glob_match("[a-]", "-"));
  EXPECT_TRUE(glob_match("[\\]]", "]"));
  EXPECT_TRUE(glob_match("[[:digit:][:upper:]]", "7"));
  EXPECT_TRUE(glob_match("[[:digit:][:upper:]]", "Q"));
  EXPECT_FALSE(glob_match("[[:digit:][:upper:]]", "q"));
  EXPECT_TRUE(glob_match("[[:x]", ":"));
}

TEST(Glob, WhatIsNotClosedOrNotKnownNeverMatches) {
  EXPECT_FALSE(glob_match("[a", "[a"));
  EXPECT_FALSE(glob_match("[a", "a"));
  EXPECT_FALSE(glob_match("[[:nonsense:]]", "n"));
  EXPECT_FALSE(glob_match("[a-", "a"));
  EXPECT_FALSE(glob_match("a\\", "a\\"));
  EXPECT_FALSE(glob_match("", "a"));
  EXPECT_TRUE(glob_match("", ""));
}

TEST(Glob, BackslashMakesTheNextCharacterItself) {
  EXPECT_TRUE(glob_match("\\*", "*"));
  EXPECT_FALSE(glob_match("\\*", "x"));
  EXPECT_TRUE(glob_match("\\a", "a"));
}

TEST(Glob, ManyStarsTakeNoExponentialTime) {
  std::string pattern;
  for (int i = 0; i < 50; ++i) {
    pattern += "a*";
  }
  const std::string text(20'000, 'a');
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(glob_match(pattern + "b", text));
  EXPECT_FALSE(glob_match("**/" + pattern + "/b/**/c", text + "/" + text));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
}

TEST(IgnoreRules, SlashAnchors) {
  EXPECT_TRUE(ignores("foo", "a/b/foo"));
  EXPECT_FALSE(ignores("/foo", "a/foo"));
  EXPECT_TRUE(ignores("/foo", "foo"));
  EXPECT_FALSE(ignores("a/foo", "b/a/foo"));
  EXPECT_TRUE(ignores("a/foo", "a/foo"));
}

TEST(IgnoreRules, SlashAtTheEndMeansFolders) {
  EXPECT_TRUE(ignores("foo/", "a/foo", true));
  EXPECT_FALSE(ignores("foo/", "a/foo", false));
}

TEST(IgnoreRules, TheLastMatchingLineDecides) {
  EXPECT_FALSE(ignores("*.o\n!keep.o\n", "keep.o"));
  EXPECT_TRUE(ignores("!keep.o\n*.o\n", "keep.o"));
  EXPECT_EQ(IgnoreRules::parse("!x", "").match("x", false), Verdict::included);
  EXPECT_EQ(IgnoreRules::parse("!x", "").match("y", false), Verdict::none);
}

TEST(IgnoreRules, CommentsBlanksAndEscapes) {
  EXPECT_TRUE(IgnoreRules::parse("# c\n\n   \n/\n!\n\r\n", "").empty());
  EXPECT_TRUE(ignores("\\#x", "#x"));
  EXPECT_TRUE(ignores("\\!x", "!x"));
  EXPECT_TRUE(ignores("x   ", "x"));
  EXPECT_TRUE(ignores("x\\ ", "x "));
  EXPECT_TRUE(ignores("x\r\ny\r\n", "y"));
  EXPECT_TRUE(ignores("\xEF\xBB\xBFx", "x"));
  EXPECT_TRUE(ignores("no line feed", "no line feed"));
}

TEST(IgnoreRules, OnlyHoldBelowTheirFolder) {
  const IgnoreRules rules = IgnoreRules::parse("/x\n*.o\n", "a/b");
  EXPECT_EQ(rules.match("a/b/x", false), Verdict::ignored);
  EXPECT_EQ(rules.match("a/b/c/d.o", false), Verdict::ignored);
  EXPECT_EQ(rules.match("a/b/c/x", false), Verdict::none);
  EXPECT_EQ(rules.match("a/bb.o", false), Verdict::none);
  EXPECT_EQ(rules.match("x.o", false), Verdict::none);
  EXPECT_EQ(rules.match("a/b", true), Verdict::none);
}

/// Few letters, so that patterns begin alike and texts match.
std::string random_pattern(std::mt19937& random, const std::string& before) {
  static constexpr std::array<std::string_view, 16> kPieces{"a",    "b",   "c",    "a", "b", "c",
                                                            "*",    "**",  "**/",  "/", "?", "[ab]",
                                                            "[!a]", "\\a", "/**/", "[b"};
  std::string out = random() % 2 == 0 ? before.substr(0, random() % (before.size() + 1)) : "";
  for (std::size_t pieces = random() % 6; pieces > 0; --pieces) {
    out += kPieces[random() % (random() % 8 == 0 ? kPieces.size() : kPieces.size() - 1)];
  }
  return out;
}

std::string random_path(std::mt19937& random) {
  std::string out = "a";
  for (std::size_t letters = random() % 9; letters > 0; --letters) {
    out += out.back() == '/' ? "abc"[random() % 3] : "abc/"[random() % 4];
  }
  return out.back() == '/' ? out + "b" : out;
}

/// The verdict of the last line that has one by itself.
Verdict line_by_line(const std::vector<IgnoreRules>& lines,
                     std::string_view path,
                     bool is_directory) {
  Verdict last = Verdict::none;
  for (const IgnoreRules& line : lines) {
    const Verdict own = line.match(path, is_directory);
    last = own == Verdict::none ? last : own;
  }
  return last;
}

TEST(IgnoreRules, ManyRulesSayWhatEachSays) {
  std::mt19937 random(11);
  for (int round = 0; round < 400; ++round) {
    std::string text;
    std::vector<IgnoreRules> lines;
    std::string pattern;
    for (std::size_t rules = 1 + random() % (round % 2 == 0 ? 6 : 80); rules > 0; --rules) {
      pattern = random_pattern(random, pattern);
      const std::string line =
          (random() % 4 == 0 ? "!" : "") + pattern + (random() % 6 == 0 ? "/\n" : "\n");
      lines.push_back(IgnoreRules::parse(line, ""));
      text += line;
    }
    const IgnoreRules all = IgnoreRules::parse(text, "");
    for (int paths = 0; paths < 50; ++paths) {
      const std::string path = random_path(random);
      for (const bool is_directory : {false, true}) {
        ASSERT_EQ(all.match(path, is_directory), line_by_line(lines, path, is_directory))
            << path << "\n"
            << text;
      }
    }
  }
}

std::string numbered(std::string_view before, std::string_view behind) {
  std::string out;
  for (int i = 0; i < 100'000; ++i) {
    out.append(before).append(std::to_string(i)).append(behind).append("\n");
  }
  return out;
}

std::string repeated(std::string_view text, std::size_t bytes) {
  std::string out;
  while (out.size() < bytes) {
    out += text;
  }
  return out;
}

double cpu_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

/// S6: each took from 6 seconds to minutes.
TEST(IgnoreRules, S6ManyAndLongPatternsTakeNoLonger) {
  const std::string name = repeated("axbycz", 30) + "7.c";
  const std::string path = "d1/" + repeated("a/b/", 80) + name;
  for (const std::string& text : {
           numbered("a*b*c*a*b*c*", "[!x]*?z"),
           numbered("**/a**/**/x", "/**/*.c"),
           numbered("*foo", "*"),
           numbered("/d*/**/*", "*.c"),
           numbered("[a-f]*[!x]*", "?"),
           "*[" + repeated("abcdefgh", 900'000) + "]*[!x]",
           "*" + repeated("[", 900'000),
           "[" + repeated("[:", 900'000) + "a]",
           "a" + repeated("*?", 900'000),
           repeated("a*", 900'000),
           repeated("**/a*/", 900'000) + "x",
       }) {
    const double begin = cpu_seconds();
    const IgnoreRules rules = IgnoreRules::parse(text, "");
    for (int i = 0; i < 500; ++i) {
      rules.match("d1/" + std::to_string(i) + name, false);
      rules.match(path, false);
    }
    EXPECT_LT(cpu_seconds() - begin, 3) << text.substr(0, 40);
  }
}

}  // namespace
}  // namespace quire::source
