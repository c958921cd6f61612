#include "store/filters/like_pattern.hpp"

#include <chrono>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "store/filters/naive_like.hpp"

namespace quire::filters {
namespace {

bool like(std::string_view text, std::string_view pattern, char escape = 0) {
  return LikePattern(pattern, escape).matches(text);
}

TEST(LikePattern, MatchesTheWholeText) {
  EXPECT_TRUE(like("", ""));
  EXPECT_TRUE(like("abc", "abc"));
  EXPECT_FALSE(like("abc", "ab"));
  EXPECT_FALSE(like("abc", "bc"));
  EXPECT_FALSE(like("abc", "ABC"));
  EXPECT_FALSE(like("abc", ""));
  EXPECT_FALSE(like("", "a"));
}

TEST(LikePattern, PercentStandsForAnyCharacters) {
  EXPECT_TRUE(like("", "%"));
  EXPECT_TRUE(like("", "%%%"));
  EXPECT_TRUE(like("src/a.c", "src/%"));
  EXPECT_TRUE(like("src/", "src/%"));
  EXPECT_FALSE(like("src", "src/%"));
  EXPECT_TRUE(like("src/a.c", "%.c"));
  EXPECT_TRUE(like("src/a.c", "%c%"));
  EXPECT_TRUE(like("src/a.c", "s%/%c"));
  EXPECT_FALSE(like("src/a.c", "s%/%/%c"));
  EXPECT_TRUE(like("aXbXc", "a%X%c"));
  EXPECT_FALSE(like("ab", "ab%ab"));
  EXPECT_FALSE(like("aba", "ab%ba"));
  EXPECT_TRUE(like("abba", "ab%ba"));
  EXPECT_TRUE(like("a\nb", "a%b"));
}

TEST(LikePattern, UnderscoreStandsForOneCharacter) {
  EXPECT_TRUE(like("abc", "a_c"));
  EXPECT_TRUE(like("abc", "___"));
  EXPECT_FALSE(like("abc", "____"));
  EXPECT_FALSE(like("abc", "__"));
  EXPECT_TRUE(like("abc", "%_"));
  EXPECT_TRUE(like("abc", "_%_"));
  EXPECT_FALSE(like("", "_"));
  EXPECT_FALSE(like("", "%_%"));
  EXPECT_FALSE(like("a", "_%_"));
  EXPECT_TRUE(like("xxabyc", "%a_y%"));
  EXPECT_TRUE(like("abcabd", "%ab_"));
  EXPECT_TRUE(like("aabab", "%_b_b"));
}

TEST(LikePattern, ACharacterMayHaveManyBytes) {
  EXPECT_TRUE(like("\xe4\xb8\xad", "_"));
  EXPECT_FALSE(like("\xe4\xb8\xad", "___"));
  EXPECT_TRUE(like("a\xf0\x9f\x98\x80z", "a_z"));
  EXPECT_TRUE(like("a\xf0\x9f\x98\x80z", "%_z"));
  EXPECT_TRUE(like("\xc3\xa9\xc3\xa9", "%_\xc3\xa9"));
  EXPECT_TRUE(like("\xc3\xa9\xe4\xb8\xad", "_\xe4\xb8\xad"));
  EXPECT_FALSE(like("\xc3\xa9", "%__"));
}

TEST(LikePattern, EscapeMakesTheNextCharacterStandForItself) {
  EXPECT_TRUE(like("50%", "50!%", '!'));
  EXPECT_FALSE(like("500", "50!%", '!'));
  EXPECT_TRUE(like("a_b", "a!_b", '!'));
  EXPECT_FALSE(like("axb", "a!_b", '!'));
  EXPECT_TRUE(like("a!b", "a!!b", '!'));
  EXPECT_TRUE(like("ab", "a!b", '!'));
  EXPECT_TRUE(like("%x", "%%%", '%'));
  EXPECT_TRUE(like("a\\b", "a\\b"));
}

TEST(LikePattern, FoldsAsciiLettersAlone) {
  const auto ilike = [](std::string_view text, std::string_view pattern, char escape = 0) {
    return LikePattern(pattern, escape, LetterCase::folded).matches(text);
  };
  EXPECT_TRUE(ilike("Src/A.GO", "sRC/%.go"));
  EXPECT_TRUE(ilike("ABC", "a_C"));
  EXPECT_TRUE(ilike("xZ%", "XZA%", 'A'));
  EXPECT_FALSE(ilike("xZa%", "XZA%", 'A'));
  EXPECT_TRUE(ilike("a", "ZA", 'Z'));
  EXPECT_FALSE(ilike("a", "ZA", 'Y'));
  EXPECT_FALSE(ilike("\xc3\xa9", "\xc3\x89"));
  EXPECT_FALSE(ilike("@", "`"));
  EXPECT_FALSE(ilike("[", "{"));
}

TEST(LikePattern, AgreesWithTheDefinition) {
  std::mt19937 random(5);
  const std::vector<std::string> pieces{"a", "b", "\xc3\xa9", "\xf0\x9f\x98\x80", "!", "%",
                                        "%", "_", "_"};
  const auto text_of = [&](std::size_t count, std::size_t choices) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) {
      out += pieces[random() % choices];
    }
    return out;
  };
  int matches = 0;
  for (int i = 0; i < 200'000; ++i) {
    const std::string text = text_of(random() % 8, i % 2 == 0 ? 2 : 7);
    std::string pattern = text_of(random() % 7, pieces.size());
    const char escape = i % 3 == 0 ? '!' : '\0';
    if (LikePattern::ends_in_escape(pattern, escape)) {
      pattern += '!';
    }
    const bool expected = naive_like(text, pattern, escape);
    matches += expected ? 1 : 0;
    ASSERT_EQ(like(text, pattern, escape), expected) << text << " LIKE " << pattern;
  }
  EXPECT_GT(matches, 20'000);
}

TEST(LikePattern, NeverTriesAgainFurtherOn) {
  const std::string text(200'000, 'a');
  std::string pattern;
  for (int i = 0; i < 50; ++i) {
    pattern += "%a%aa";
  }
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(like(text, pattern + "%b"));
  EXPECT_FALSE(like(text, pattern + "b%"));
  EXPECT_TRUE(like(text, pattern + "%"));
  EXPECT_FALSE(like(text, "%" + std::string(1000, 'a') + "b%"));
  EXPECT_FALSE(like(text, "%_a_a_a_ab%"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST(LikePattern, KnowsAPatternThatEndsInItsEscape) {
  EXPECT_TRUE(LikePattern::ends_in_escape("a!", '!'));
  EXPECT_TRUE(LikePattern::ends_in_escape("!!!", '!'));
  EXPECT_FALSE(LikePattern::ends_in_escape("a!!", '!'));
  EXPECT_FALSE(LikePattern::ends_in_escape("a!", '\0'));
  EXPECT_FALSE(LikePattern::ends_in_escape("", '!'));
}

}  // namespace
}  // namespace quire::filters
