#include "embedding/model2vec/vocabulary.hpp"

#include <string_view>

#include <gtest/gtest.h>

#include "support/expect.hpp"

namespace quire::model2vec {
namespace {

using support::expect_ok;

TEST(Vocabulary, TheMedianLengthIsOfCodePointsRoundedDown) {
  Vocabulary vocabulary;
  EXPECT_EQ(vocabulary.median_length(), 0U);
  expect_ok(vocabulary.add("日本", 0));
  EXPECT_EQ(vocabulary.median_length(), 2U);
  expect_ok(vocabulary.add("seven77", 1));
  EXPECT_EQ(vocabulary.median_length(), 4U) << "of 2 and 7";
  expect_ok(vocabulary.add("threé", 2));
  EXPECT_EQ(vocabulary.median_length(), 5U);
}

TEST(Vocabulary, OfEqualTokensTheLastNumberCounts) {
  Vocabulary vocabulary;
  expect_ok(vocabulary.add("a", 4));
  expect_ok(vocabulary.add("ab", 9));
  expect_ok(vocabulary.add("a", 2));
  EXPECT_EQ(vocabulary.find("a"), 2U);
  EXPECT_EQ(vocabulary.find("ab"), 9U);
  EXPECT_EQ(vocabulary.find("b"), kNoToken);
  EXPECT_EQ(vocabulary.find(""), kNoToken);
  EXPECT_EQ(vocabulary.size(), 10U);
}

}  // namespace
}  // namespace quire::model2vec
