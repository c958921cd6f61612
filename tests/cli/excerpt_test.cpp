#include "cli/excerpt.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace quire::cli {
namespace {

using Lines = std::vector<std::string_view>;

TEST(Excerpt, BeginsAtTheFirstLineThatIsNotBlank) {
  const Excerpt excerpt = excerpt_of("\n  \none\ntwo\nthree\n\n", "", 2);
  EXPECT_EQ(excerpt.first, 2U);
  EXPECT_EQ(excerpt.lines, (Lines{"one", "two"}));
  EXPECT_EQ(excerpt.after, 1U);
}

TEST(Excerpt, IsWhereMostWordsOfTheQuestionStand) {
  const Excerpt excerpt =
      excerpt_of("a\nb\nlocks here\nare released\nc", "how are LOCKS released?", 2);
  EXPECT_EQ(excerpt.first, 2U);
  EXPECT_EQ(excerpt.lines, (Lines{"locks here", "are released"}));
  EXPECT_EQ(excerpt.after, 1U);
}

TEST(Excerpt, OfEqualWindowsTheFirstIsTaken) {
  EXPECT_EQ(excerpt_of("lock\nx\ny\nlock", "lock", 2).first, 0U);
}

TEST(Excerpt, HoldsWhatThereIs) {
  EXPECT_EQ(excerpt_of("", "words", 5).lines, Lines{""});
  EXPECT_EQ(excerpt_of("one", "words", 5).lines, Lines{"one"});
  const Excerpt none = excerpt_of("one\ntwo", "words", 0);
  EXPECT_TRUE(none.lines.empty());
  EXPECT_EQ(none.after, 2U);
}

}  // namespace
}  // namespace quire::cli
