#include "store/vectors/nearest.hpp"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

namespace quire::vectors {
namespace {

TEST(Nearest, KeepsWhatSortingWouldKeep) {
  std::mt19937 random(3);
  for (const std::size_t limit : {1U, 2U, 10U, 99U, 100U, 200U}) {
    std::vector<KeyDistance> all;
    Nearest nearest(limit);
    for (std::uint64_t key = 0; key < 100; ++key) {
      all.push_back({random() % 1000, static_cast<float>(random() % 10)});
      nearest.offer(all.back());
    }
    std::sort(all.begin(), all.end(), is_nearer);
    all.resize(std::min(limit, all.size()));
    EXPECT_EQ(nearest.take(), all);
    EXPECT_TRUE(nearest.take().empty());
  }
}

TEST(Nearest, TiesGoToTheLowerKeyWhateverTheOrder) {
  Nearest nearest(2);
  for (const std::uint64_t key : {5U, 1U, 9U, 3U}) {
    nearest.offer({key, 0.5F});
  }
  EXPECT_EQ(nearest.take(), (std::vector<KeyDistance>{{1, 0.5F}, {3, 0.5F}}));
}

TEST(Nearest, OfNoneKeepsNothing) {
  Nearest nearest(0);
  nearest.offer({1, 0.0F});
  EXPECT_TRUE(nearest.take().empty());
}

}  // namespace
}  // namespace quire::vectors
