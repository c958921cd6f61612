#include "answering/wording.hpp"

#include <gtest/gtest.h>

namespace quire::answering {
namespace {

TEST(Wording, WhatNothingHoldsIsNamed) {
  EXPECT_EQ(nothing_holds({"a b"}), "nothing holds \"a b\"");
  EXPECT_EQ(nothing_holds({"a", "b\x1B", "c"}), "nothing holds \"a\", \"b\\u{1B}\" and \"c\"");
  EXPECT_EQ(nothing_holds({"a", "b", "c", "d", "e"}),
            "nothing holds \"a\", \"b\", \"c\" and 2 more");
  EXPECT_LT(nothing_holds({std::string(1000, 'x')}).size(), 100U);
}

TEST(Wording, NumbersHaveThousandsApart) {
  EXPECT_EQ(with_thousands(0), "0");
  EXPECT_EQ(with_thousands(999), "999");
  EXPECT_EQ(with_thousands(1000), "1,000");
  EXPECT_EQ(with_thousands(1234567), "1,234,567");
  EXPECT_EQ(count_of(1, "file", "files"), "1 file");
  EXPECT_EQ(count_of(1200, "file", "files"), "1,200 files");
}

TEST(Wording, SizesHaveOneDecimal) {
  EXPECT_EQ(size_of(0), "0 bytes");
  EXPECT_EQ(size_of(999), "999 bytes");
  EXPECT_EQ(size_of(1500), "1.5 kB");
  EXPECT_EQ(size_of(999'999), "1.0 MB");
  EXPECT_EQ(size_of(2'500'000'000), "2.5 GB");
}

TEST(Wording, EstimatesAreRound) {
  EXPECT_EQ(about(0), "about 0");
  EXPECT_EQ(about(999), "about 999");
  EXPECT_EQ(about(12'345), "about 12,000");
  EXPECT_EQ(about(999'499), "about 999,000");
  EXPECT_EQ(about(999'500), "about 1.0 million");
  EXPECT_EQ(about(1'234'567'890), "about 1234.6 million");
}

TEST(Wording, TimesAreRounded) {
  EXPECT_EQ(duration(0.09), "90 ms");
  EXPECT_EQ(duration(2.14), "2.1 s");
  EXPECT_EQ(duration(65), "1 min 5 s");
  EXPECT_EQ(age(0, 100), "never");
  EXPECT_EQ(age(100, 101), "just now");
  EXPECT_EQ(age(100, 190), "90 seconds ago");
  EXPECT_EQ(age(100, 100 + 600), "10 minutes ago");
  EXPECT_EQ(age(100, 100 + 5 * 3600), "5 hours ago");
  EXPECT_EQ(age(100, 100 + 9 * 86400), "9 days ago");
  EXPECT_EQ(age(200, 100), "just now");
}

TEST(Wording, MomentsAreLocalTime) {
  setenv("TZ", "UTC-2", 1);
  tzset();
  EXPECT_EQ(moment(1'000'000'000, 1'000'000'100), "03:46:40");
  EXPECT_EQ(moment(1'000'000'000, 1'000'100'000), "2001-09-09 03:46:40");
}

TEST(Wording, ALineIsCutAtItsColumnsWithOneLeftForTheEllipsis) {
  EXPECT_EQ(fitting_bytes("abc", 3), 3U);
  EXPECT_EQ(fitting_bytes("abcd", 3), 2U);
  EXPECT_EQ(fitting_bytes("\xC3\xA9\xC3\xA9\xC3\xA9", 2), 2U);
  EXPECT_EQ(fitting_bytes("", 3), 0U);
}

TEST(Wording, TabsWideAndCombiningCharactersTakeTheirColumns) {
  EXPECT_EQ(fitting_bytes("a\tb", 9), 3U);
  EXPECT_EQ(fitting_bytes("a\tb", 8), 1U);
  EXPECT_EQ(fitting_bytes("\xE6\x97\xA5\xE6\x9C\xAC", 4), 6U);
  EXPECT_EQ(fitting_bytes("\xE6\x97\xA5\xE6\x9C\xAC", 3), 3U);
  EXPECT_EQ(fitting_bytes("e\xCC\x81"
                          "f",
                          2),
            4U);
}

TEST(Wording, UnseenCharactersTakeTheColumnsOfTheirEscapes) {
  EXPECT_EQ(fitting_bytes("a\x1B", 7), 2U);  // a\u{1B}
  EXPECT_EQ(fitting_bytes("a\x1B", 6), 1U);
  EXPECT_EQ(fitting_bytes("\xE2\x80\xAE", 7), 0U);
  EXPECT_EQ(fitting_bytes("\xE2\x80\xAE", 8), 3U);
}

TEST(Wording, TheClosestCandidateIsProposed) {
  EXPECT_EQ(closest("stauts", {"search", "status"}), "status");
  EXPECT_EQ(closest("files", {"filez", "file"}), "filez");
  EXPECT_EQ(closest("frobnicate", {"search", "status"}), std::nullopt);
  EXPECT_EQ(closest("", {"search"}), std::nullopt);
}

}  // namespace
}  // namespace quire::answering
