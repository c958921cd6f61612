#include "base/edit_distance.hpp"

#include <string>

#include <gtest/gtest.h>

namespace quire::base {
namespace {

TEST(EditDistance, CountsChangesSwapsInsertionsAndDeletions) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("search", "search"), 0U);
  EXPECT_EQ(edit_distance("serach", "search"), 1U);
  EXPECT_EQ(edit_distance("sarch", "search"), 1U);
  EXPECT_EQ(edit_distance("seearch", "search"), 1U);
  EXPECT_EQ(edit_distance("xearch", "search"), 1U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("ca", "abc"), 3U);
}

TEST(EditDistance, ShortAndLongWordsAreNotGuessed) {
  EXPECT_TRUE(looks_mistyped("stauts", "status"));
  EXPECT_FALSE(looks_mistyped("ab", "ax"));
  EXPECT_FALSE(looks_mistyped("", "a"));
  EXPECT_FALSE(looks_mistyped("stauts", "search"));
  EXPECT_FALSE(looks_mistyped(std::string(65, 'a'), std::string(65, 'a')));
}

}  // namespace
}  // namespace quire::base
