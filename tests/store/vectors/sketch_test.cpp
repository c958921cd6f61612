#include "store/vectors/sketch.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <random>

#include <gtest/gtest.h>

#include "store/vectors/distance.hpp"

namespace quire::vectors {
namespace {

std::vector<std::uint64_t> random_sketch(std::mt19937_64& random, std::size_t words) {
  std::vector<std::uint64_t> sketch(words);
  std::ranges::generate(sketch, std::ref(random));
  return sketch;
}

int differing_bits(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b) {
  int bits = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    bits += std::popcount(a[i] ^ b[i]);
  }
  return bits;
}

TEST(SketchMaker, ABitSaysWhetherANumberIsAboveTheMiddle) {
  const VectorFormat format{70, Metric::cosine, Scalar::f32};
  std::vector<std::string> stored;
  for (const float first : {1.0F, 3.0F}) {
    std::vector<float> numbers(70, 1.0F);
    numbers[0] = first;
    numbers[69] = -first;
    std::string& bytes = stored.emplace_back();
    bytes.assign(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(float));
  }
  const SketchMaker maker(format, 2, [&](std::size_t i) { return stored[i].data(); });
  EXPECT_EQ(maker.words(), 2U);
  EXPECT_EQ(maker.make(stored[0].data()), (std::vector<std::uint64_t>{0, 1U << 5U}));
  EXPECT_EQ(maker.make(stored[1].data()), (std::vector<std::uint64_t>{1, 0}));
}

/// Against a plain sort, for sizes around every boundary that there is inside.
TEST(SketchList, FindsTheNearestThatAreAccepted) {
  std::mt19937_64 random(4);
  for (const std::size_t words : {1U, 2U, 4U, 7U}) {
    SketchList list(words);
    std::vector<std::vector<std::uint64_t>> sketches;
    for (const std::size_t size : {1U, 7U, 8U, 9U, 31U, 33U, 1000U, 1024U, 1025U, 3071U, 3100U}) {
      while (sketches.size() < size) {
        list.add(sketches.emplace_back(random_sketch(random, words)));
      }
      for (const std::size_t wanted : {std::size_t{1}, std::size_t{10}, size / 2, size, 2 * size}) {
        const auto query = random_sketch(random, words);
        const auto accept = [](std::uint32_t row) { return row % 3 != 1; };
        const auto keep = [&](std::vector<std::uint32_t>& rows, std::size_t begin) {
          const auto added = rows.begin() + static_cast<std::ptrdiff_t>(begin);
          rows.erase(std::remove_if(added, rows.end(), std::not_fn(accept)), rows.end());
        };
        std::vector<int> expected;
        for (std::uint32_t row = 0; row < size; ++row) {
          if (accept(row)) {
            expected.push_back(differing_bits(query, sketches[row]));
          }
        }
        std::ranges::sort(expected);
        std::vector<int> found;
        for (const std::uint32_t row : list.nearest(query, size, wanted, keep)) {
          ASSERT_TRUE(accept(row));
          found.push_back(differing_bits(query, sketches[row]));
        }
        std::ranges::sort(found);
        ASSERT_GE(found.size(), std::min(wanted, expected.size())) << words << " " << size;
        expected.resize(found.size());
        ASSERT_EQ(found, expected) << words << " " << size << " " << wanted;
      }
    }
  }
}

TEST(SketchList, EqualSketchesAreAllFoundOrNone) {
  SketchList list(1);
  for (int i = 0; i < 100; ++i) {
    list.add(std::vector<std::uint64_t>{i < 60 ? 0U : 1U});
  }
  const std::vector<std::uint64_t> query{0};
  const auto keep_all = [](auto&, std::size_t) {};
  EXPECT_EQ(list.nearest(query, 100, 5, keep_all).size(), 60U);
  EXPECT_EQ(list.nearest(query, 100, 61, keep_all).size(), 100U);
  EXPECT_EQ(list.nearest(query, 50, 61, keep_all).size(), 50U);
}

}  // namespace
}  // namespace quire::vectors
