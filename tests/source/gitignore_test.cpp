#include "source/gitignore.hpp"

#include <chrono>
#include <string>

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

}  // namespace
}  // namespace quire::source
