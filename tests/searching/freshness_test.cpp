#include "searching/freshness.hpp"

#include <gtest/gtest.h>

namespace quire::searching {
namespace {

TEST(LineOf, FindsWholeLinesOnly) {
  EXPECT_EQ(line_of("b\nc", "a\nb\nc\nd", 1), 2);
  EXPECT_EQ(line_of("b\nc", "a\nxb\nc\nd", 1), std::nullopt);
  EXPECT_EQ(line_of("b\nc", "a\nb\ncx\nd", 1), std::nullopt);
  EXPECT_EQ(line_of("a", "a", 1), 1);
  EXPECT_EQ(line_of("a", "", 1), std::nullopt);
}

TEST(LineOf, OfSeveralPlacesTheNearestWins) {
  const std::string_view text = "}\nx\n}\ny\n}\n";
  EXPECT_EQ(line_of("}", text, 1), 1);
  EXPECT_EQ(line_of("}", text, 3), 3);
  EXPECT_EQ(line_of("}", text, 99), 5);
}

TEST(LineOf, APlaceInsideALineIsNotCounted) {
  EXPECT_EQ(line_of("b", "ab\nbb\nb\n", 1), 3);
}

}  // namespace
}  // namespace quire::searching
