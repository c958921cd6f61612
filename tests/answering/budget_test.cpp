#include "answering/budget.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace quire::answering {
namespace {

using Details = std::vector<Detail>;

const std::vector<DetailSizes> kThree = {{10, 20, 100}, {10, 20, 100}, {10, 20, 30}};

TEST(Budget, WhatFitsIsWhole) {
  EXPECT_EQ(fit(kThree, 230, 5), (Details{Detail::whole, Detail::whole, Detail::whole}));
  EXPECT_TRUE(fit({}, 0, 5).empty());
}

TEST(Budget, EveryHitHasItsSignatureBeforeOneIsWhole) {
  EXPECT_EQ(fit(kThree, 60, 5), (Details{Detail::signature, Detail::signature, Detail::signature}));
  EXPECT_EQ(fit(kThree, 59, 5), (Details{Detail::signature, Detail::signature, Detail::location}));
  EXPECT_EQ(fit(kThree, 140, 5), (Details{Detail::whole, Detail::signature, Detail::signature}));
}

TEST(Budget, ASmallHitIsWholeWhereALargeOneIsNot) {
  EXPECT_EQ(fit(kThree, 70, 5), (Details{Detail::signature, Detail::signature, Detail::whole}));
}

TEST(Budget, TheLastHitsAreLeftOutAndRoomIsKeptToSaySo) {
  EXPECT_EQ(fit(kThree, 30, 5), (Details{Detail::location, Detail::location, Detail::location}));
  EXPECT_EQ(fit(kThree, 29, 5), (Details{Detail::location, Detail::location}));
  EXPECT_EQ(fit(kThree, 24, 5), (Details{Detail::location}));
  EXPECT_TRUE(fit(kThree, 14, 5).empty());
}

}  // namespace
}  // namespace quire::answering
