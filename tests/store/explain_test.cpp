#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <quire/vector_store.hpp>

#include "support/chunks.hpp"
#include "support/expect.hpp"
#include "support/temp_dir.hpp"

namespace quire {
namespace {

using support::by_hand;
using support::expect;
using support::expect_ok;
using support::make_rows;
using support::make_vector;
using support::TempDir;
using Path = SearchPlan::Path;

constexpr std::size_t kDimensions = 16;
constexpr std::int64_t kRows = 6000;

std::vector<ChunkKey> keys_of(const std::vector<Neighbor>& hits) {
  std::vector<ChunkKey> keys;
  for (const Neighbor& hit : hits) {
    keys.push_back(hit.key);
  }
  return keys;
}

/// A checkpoint of kRows, whose chunk_id is their place by distance from query().
class Explain : public testing::Test {
 protected:
  Explain() : store_(expect(VectorStore::open(dir_.path() / "db", by_hand()))) {
    const std::vector<float> asked = query();
    std::vector<ChunkRow> rows = make_rows("old", 0, kRows, kDimensions);
    std::ranges::sort(rows, std::ranges::greater{},
                      [&](const ChunkRow& row) { return cosine(asked, row.vector); });
    for (std::size_t i = 0; i < rows.size(); ++i) {
      rows[i].meta.chunk_id = static_cast<std::int64_t>(i);
    }
    expect(store_.insert(std::move(rows)));
    expect_ok(store_.checkpoint());
  }

  static std::vector<float> query() { return make_vector(kDimensions, 100'000); }

  static float cosine(const std::vector<float>& a, const std::vector<float>& b) {
    float dot = 0;
    float lengths = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      dot += a[i] * b[i];
      lengths += b[i] * b[i];
    }
    return dot / std::sqrt(lengths);
  }

  ExplainedSearch explain(std::size_t limit, const Filter& filter, std::uint32_t expansion) {
    SearchOptions options;
    options.expansion = expansion;
    return expect(store_.explain(query(), limit, filter, options));
  }

  TempDir dir_;
  VectorStore store_;
};

TEST_F(Explain, TheAnswerIsThatOfTheSearch) {
  const Filter filter = field("language") == std::string("go");
  const ExplainedSearch found = explain(10, filter, 64);
  EXPECT_EQ(keys_of(found.hits), keys_of(expect(store_.search(query(), 10, filter))));
  EXPECT_EQ(found.plan.to_string(), expect(store_.explain(filter)).to_string());
  const ExplainedSearch similar = expect(store_.explain(ChunkKey{7}, 10, filter));
  EXPECT_EQ(similar.hits.size(), 10U);
  EXPECT_EQ(keys_of(similar.hits), keys_of(expect(store_.similar({7}, 10, filter))));
}

TEST_F(Explain, AScanComparesEveryMatchOnce) {
  SearchOptions exact;
  exact.exact = true;
  const ExplainedSearch all = expect(store_.explain(query(), 10, {}, exact));
  EXPECT_EQ(all.profile.path, Path::exact_scan);
  EXPECT_EQ(all.profile.walks, 0U);
  EXPECT_EQ(all.profile.scan_distances, static_cast<std::uint64_t>(kRows));
  EXPECT_EQ(all.profile.distances(), all.plan.matches);
  const ExplainedSearch some = explain(10, field("chunk_id") < 300, 64);
  EXPECT_EQ(some.profile.path, Path::exact_scan);
  EXPECT_EQ(some.profile.distances(), 300U);
  EXPECT_EQ(some.plan.matches, 300U);
}

TEST_F(Explain, AWalkKeepsItsExpansionAndComparesFewRows) {
  const SearchProfile profile = explain(10, {}, 64).profile;
  EXPECT_EQ(profile.path, Path::graph);
  EXPECT_EQ(profile.walks, 1U);
  EXPECT_EQ(profile.candidates, 64U);
  EXPECT_GE(profile.expanded, 64U);
  EXPECT_GT(profile.walk_distances, 64U);
  EXPECT_LT(profile.walk_distances, static_cast<std::uint64_t>(kRows));
  EXPECT_EQ(profile.distances(), profile.walk_distances);
  const SearchProfile wide = explain(90, {}, 16).profile;
  EXPECT_EQ(wide.candidates, 90U) << "more are wanted than SearchOptions::expansion";
}

TEST_F(Explain, AWalkOverMatchingRowsKeepsTwiceItsExpansion) {
  const ExplainedSearch found = explain(4, field("chunk_id") < 1200, 4);
  ASSERT_EQ(found.plan.path, Path::filtered_graph) << found.plan.to_string();
  EXPECT_EQ(found.profile.path, Path::filtered_graph);
  EXPECT_EQ(found.profile.walks, 1U);
  EXPECT_EQ(found.profile.candidates, 8U);
  EXPECT_LT(found.profile.distances(), found.plan.matches);
}

TEST_F(Explain, RowsOfTheJournalAreComparedBesideTheWalk) {
  expect(store_.insert(make_rows("new", kRows, 40, kDimensions)));
  expect(store_.delete_where(field("chunk_id") >= kRows + 30));
  const ExplainedSearch found = explain(10, {}, 64);
  EXPECT_EQ(found.profile.path, Path::graph);
  EXPECT_EQ(found.profile.journal_distances, 30U);
  EXPECT_EQ(found.plan.delta_rows, 30U);
  EXPECT_EQ(found.profile.distances(), found.profile.walk_distances + 30);
  const ExplainedSearch only = explain(10, field("file_path") == std::string("new"), 64);
  EXPECT_EQ(only.profile.path, Path::exact_scan);
  EXPECT_EQ(only.profile.scan_distances, 0U);
  EXPECT_EQ(only.profile.distances(), 30U);
}

TEST_F(Explain, AWalkThatFindsTooFewIsFollowedByWiderOnes) {
  const ExplainedSearch found = explain(4, field("chunk_id") >= 30, 4);
  EXPECT_EQ(found.plan.path, Path::graph) << found.plan.to_string();
  EXPECT_EQ(found.profile.path, Path::graph);
  EXPECT_EQ(found.profile.walks, 3U) << "of 4, 16 and 64 candidates";
  EXPECT_EQ(found.profile.candidates, 65U) << "64 and what will not match";
  EXPECT_EQ(found.profile.scan_distances, 0U);
}

TEST_F(Explain, WalksThatNeverFindEnoughAreFollowedByAScan) {
  const ExplainedSearch found = explain(4, field("chunk_id") >= 300, 4);
  EXPECT_EQ(found.plan.path, Path::graph) << found.plan.to_string();
  EXPECT_EQ(found.profile.path, Path::exact_scan);
  EXPECT_EQ(found.profile.walks, 3U) << "of 256 candidates one would cost more than the scan";
  EXPECT_GT(found.profile.walk_distances, 0U);
  EXPECT_EQ(found.profile.scan_distances, found.plan.matches);
  ASSERT_EQ(found.hits.size(), 4U);
  EXPECT_EQ(found.hits.front().meta.chunk_id, 300);
}

TEST_F(Explain, SoManyWantedThatNoWalkIsWorthItAreScannedAtOnce) {
  const ExplainedSearch found = explain(2000, {}, 64);
  EXPECT_EQ(found.plan.path, Path::graph);
  EXPECT_EQ(found.profile.path, Path::exact_scan);
  EXPECT_EQ(found.profile.walks, 0U);
  EXPECT_EQ(found.profile.scan_distances, static_cast<std::uint64_t>(kRows));
}

TEST_F(Explain, BlocksAreCountedWhenTheyAreFirstUsed) {
  expect_ok(store_.close());
  store_ = expect(VectorStore::open(dir_.path() / "db", by_hand()));
  EXPECT_GT(explain(10, {}, 64).profile.blocks_verified, 0U);
  EXPECT_EQ(explain(10, {}, 64).profile.blocks_verified, 0U);
}

TEST_F(Explain, NothingIsDoneWhereNothingMatchesOrIsWanted) {
  for (const SearchProfile& profile :
       {explain(10, field("language") == std::string("zig"), 64).profile,
        explain(0, {}, 64).profile}) {
    EXPECT_EQ(profile.path, Path::nothing);
    EXPECT_EQ(profile.walks, 0U);
    EXPECT_EQ(profile.distances(), 0U);
  }
  const TempDir empty;
  const VectorStore store = expect(VectorStore::open(empty.path() / "db"));
  const ExplainedSearch found = expect(store.explain(query(), 10));
  EXPECT_TRUE(found.hits.empty());
  EXPECT_EQ(found.plan.to_string(), expect(store.explain()).to_string());
}

TEST_F(Explain, ErrorsAreThoseOfTheSearch) {
  const auto wrong_length = store_.explain(make_vector(3, 1), 10);
  ASSERT_FALSE(wrong_length.has_value());
  EXPECT_EQ(wrong_length.error().message, store_.search(make_vector(3, 1), 10).error().message);
  const auto unknown_key = store_.explain(ChunkKey{99'999}, 10);
  ASSERT_FALSE(unknown_key.has_value());
  EXPECT_EQ(unknown_key.error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace quire
