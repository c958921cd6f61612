#include "store/filters/condition.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace quire::filters {
namespace {

/// How many conditions a table is asked for: each is a pass over all rows.
std::size_t passes(const Condition& condition) {
  std::size_t sum = condition.children().empty() ? 1 : 0;
  for (const Condition& child : condition.children()) {
    sum += passes(child);
  }
  return sum;
}

std::size_t passes(const Filter& filter) {
  return passes(Condition(*filter.root()));
}

std::size_t passes(std::string_view text) {
  return passes(Filter::parse(text).value());
}

TEST(Condition, TakesAnOrOfEqualitiesAsOneList) {
  for (const std::string name : {"file_path", "extra.tenant", "content"}) {
    Filter filter;
    for (int i = 0; i < 5000; ++i) {
      const Filter one = field(name) == std::to_string(i);
      filter = filter.empty() ? one : filter || one;
    }
    EXPECT_EQ(passes(filter), 1U) << name;
    EXPECT_EQ(passes(filter || field(name).in({"a", "b"})), 1U);
    EXPECT_EQ(passes(!filter), 1U);
    EXPECT_EQ(passes(filter && field("start_line") == 1), 2U);
  }
}

TEST(Condition, TakesAnAndOfInequalitiesAsOneList) {
  Filter filter;
  for (int i = 0; i < 5000; ++i) {
    filter = filter && field("chunk_id") != i;
  }
  EXPECT_EQ(passes(filter), 1U);
  EXPECT_EQ(passes(filter && field("chunk_id").not_in({-1, -2})), 1U);
  EXPECT_EQ(passes(filter && !(field("chunk_id") == -1)), 1U);
}

TEST(Condition, TakesTheFieldsOfAGroupApart) {
  EXPECT_EQ(passes("language = 'go' OR symbol_kind = 'func' OR language = 'c' OR "
                   "symbol_kind IN ('method')"),
            2U);
  EXPECT_EQ(passes("extra.a = 'x' OR extra.A = 'x' OR extra.a = 'y'"), 2U);
  EXPECT_EQ(passes("language = 'go' OR language != 'c' OR language LIKE 'x' OR language = 'd'"),
            3U);
  EXPECT_EQ(passes("language = 'go' AND language = 'c'"), 2U);
  EXPECT_EQ(passes("language != 'go' OR language != 'c'"), 2U);
}

TEST(Condition, ListsHoldEachValueOnce) {
  const Filter filter =
      Filter::parse("chunk_id = 5 OR chunk_id IN (7, 5, 3) OR chunk_id = 7").value();
  const Condition condition(*filter.root());
  ASSERT_EQ(condition.children().size(), 1U);
  EXPECT_EQ(condition.children()[0].number()->list(), (std::vector<std::int64_t>{3, 5, 7}));
}

TEST(Condition, AsksRowsForTheirOwnBytesLast) {
  const Filter filter =
      Filter::parse("content LIKE '%x%' AND extra.a = 'x' AND start_line = 1 AND extra.a != 'y'")
          .value();
  const Condition condition(*filter.root());
  ASSERT_EQ(condition.children().size(), 4U);
  EXPECT_FALSE(condition.children()[0].reads_rows());
  EXPECT_TRUE(condition.reads_rows());
}

}  // namespace
}  // namespace quire::filters
