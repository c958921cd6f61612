#include "lexical/merge_policy.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace quire::lexical {
namespace {

using Sizes = std::vector<SegmentSize>;
using Places = std::vector<std::size_t>;

Sizes of(const std::vector<std::uint64_t>& sizes) {
  Sizes out;
  for (const std::uint64_t size : sizes) {
    out.push_back({size, size});
  }
  return out;
}

TEST(MergePolicy, EqualOnesMergeWhereverTheyStand) {
  EXPECT_EQ(worth_merging(of({8192, 8192, 3})), (Places{0, 1, 2}));
  EXPECT_EQ(worth_merging(of({5, 8192, 100, 8192})), (Places{0, 1, 2, 3}));
  EXPECT_EQ(worth_merging(of({1, 1, 1000})), (Places{0, 1}));
}

TEST(MergePolicy, OneThatIsMuchLargerStays) {
  EXPECT_EQ(worth_merging(of({1000, 100})), Places{});
  EXPECT_EQ(worth_merging(of({100})), Places{});
  EXPECT_EQ(worth_merging(of({})), Places{});
}

TEST(MergePolicy, WhatIsMostlyDeadIsMadeAnew) {
  EXPECT_EQ(worth_merging(Sizes{{900, 500}}), Places{0});
  EXPECT_EQ(worth_merging(Sizes{{900, 800}}), Places{});
  EXPECT_EQ(worth_merging(Sizes{{10000, 10000}, {900, 300}, {500, 500}}), (Places{1, 2}));
}

/// F3: a first index gathers its chunks in batches of one size, but for the last.
TEST(MergePolicy, AFirstIndexIsOneSegment) {
  for (const std::uint64_t last : {1U, 1000U, 4095U, 4096U, 8191U}) {
    for (const std::size_t batches : {2U, 3U, 18U, 200U}) {
      std::vector<std::uint64_t> sizes(batches, 8192);
      sizes.push_back(last);
      EXPECT_EQ(worth_merging(of(sizes)).size(), batches + 1) << batches << ' ' << last;
    }
  }
}

/// Segments through additions, removals and merges.
class History {
 public:
  explicit History(std::uint32_t seed) : random_(seed) {}

  void add(std::uint64_t documents) {
    segments_.push_back({documents, documents});
    added_ += documents;
  }

  void remove(std::uint64_t documents) {
    for (; documents > 0 && !segments_.empty(); --documents) {
      const std::size_t place = random_() % segments_.size();
      ++removed_;
      if (--segments_[place].live == 0) {
        segments_.erase(segments_.begin() + static_cast<std::ptrdiff_t>(place));
      }
    }
  }

  void merge() {
    std::uint64_t together = 0;
    const Places places = worth_merging(segments_);
    for (auto place = places.rbegin(); place != places.rend(); ++place) {
      together += segments_[*place].live;
      segments_.erase(segments_.begin() + static_cast<std::ptrdiff_t>(*place));
    }
    if (together > 0) {
      segments_.push_back({together, together});
    }
    work_ += together;
  }

  std::size_t count() const { return segments_.size(); }
  std::uint64_t work() const { return work_; }
  std::uint64_t changes() const { return added_ + removed_; }
  std::uint64_t live() const {
    std::uint64_t live = 0;
    for (const SegmentSize& size : segments_) {
      live += size.live;
    }
    return live;
  }

 private:
  std::mt19937 random_;
  Sizes segments_;
  std::uint64_t added_ = 0;
  std::uint64_t removed_ = 0;
  std::uint64_t work_ = 0;
};

double logarithm(std::uint64_t n, double base) {
  return std::log(static_cast<double>(std::max<std::uint64_t>(n, 1))) / std::log(base);
}

class Histories : public testing::TestWithParam<std::uint32_t> {};

TEST_P(Histories, KeepFewSegmentsWithLittleWork) {
  std::mt19937 random(GetParam());
  History history(GetParam());
  const int step_kinds = 1 + static_cast<int>(GetParam() % 4);
  const bool removes = GetParam() % 2 == 1;
  std::uint64_t most = 0;
  for (int step = 0; step < 1000; ++step) {
    for (std::uint32_t parts = random() % 4; parts > 0; --parts) {
      history.add(1 + random() % (std::uint64_t{1}
                                  << (3U * (random() % static_cast<std::uint64_t>(step_kinds)))));
    }
    if (removes) {
      history.remove(random() % (1 + history.live() / 50));
    }
    history.merge();
    most = std::max(most, history.live());
    ASSERT_LE(static_cast<double>(history.count()), logarithm(history.live(), 3) + 2) << step;
  }
  EXPECT_LE(static_cast<double>(history.work()),
            static_cast<double>(history.changes()) * (logarithm(most, 1.5) + 3));
  RecordProperty("segments", static_cast<int>(history.count()));
  RecordProperty("merges_per_document", std::to_string(static_cast<double>(history.work()) /
                                                       static_cast<double>(history.changes())));
}

INSTANTIATE_TEST_SUITE_P(Seeds, Histories, testing::Range(0U, 40U));

}  // namespace
}  // namespace quire::lexical
