#include "base/utf8.hpp"

#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace quire::base {
namespace {

TEST(InvalidUtf8Offset, ValidTextHasNone) {
  EXPECT_EQ(invalid_utf8_offset(""), std::nullopt);
  EXPECT_EQ(invalid_utf8_offset("plain\n\ttext"), std::nullopt);
  EXPECT_EQ(invalid_utf8_offset("\xC2\x80 \xE2\x82\xAC \xF0\x9F\x98\x80 \xF4\x8F\xBF\xBF"),
            std::nullopt);
  EXPECT_EQ(invalid_utf8_offset(std::string_view("\0", 1)), std::nullopt);
}

TEST(InvalidUtf8Offset, PointsAtTheFirstBadByte) {
  EXPECT_EQ(invalid_utf8_offset("ab\xFF"), 2U);
  EXPECT_EQ(invalid_utf8_offset("\x80"), 0U);
  EXPECT_EQ(invalid_utf8_offset("a\xE2\x82"), 1U);
  EXPECT_EQ(invalid_utf8_offset("a\xC0\x80"), 1U);         // Overlong NUL.
  EXPECT_EQ(invalid_utf8_offset("\xE0\x80\x80"), 0U);      // Overlong.
  EXPECT_EQ(invalid_utf8_offset("\xED\xA0\x80"), 0U);      // A surrogate.
  EXPECT_EQ(invalid_utf8_offset("\xF4\x90\x80\x80"), 0U);  // Above U+10FFFF.
  EXPECT_EQ(invalid_utf8_offset("\xF0\x80\x80\x80"), 0U);  // Overlong.
}

TEST(RepairUtf8, ReplacesEachInvalidPartAndKeepsLines) {
  EXPECT_EQ(repair_utf8("fine"), "fine");
  EXPECT_EQ(repair_utf8("a\xFF\nb"), "a\xEF\xBF\xBD\nb");
  EXPECT_EQ(repair_utf8("\xE2\x82\n"), "\xEF\xBF\xBD\n");
  EXPECT_EQ(repair_utf8("\xF0\x9F\x98\x80\x80"), "\xF0\x9F\x98\x80\xEF\xBF\xBD");
}

TEST(RepairUtf8, ResultIsValidForEveryPairOfBytes) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string bytes{static_cast<char>(first), static_cast<char>(second), 'x'};
      EXPECT_EQ(invalid_utf8_offset(repair_utf8(bytes)), std::nullopt) << first << " " << second;
    }
  }
}

TEST(AsciiLower, FoldsLettersOnly) {
  EXPECT_EQ(ascii_lower("AbZ[@`09\xC3\x84"), "abz[@`09\xC3\x84");
}

}  // namespace
}  // namespace quire::base
