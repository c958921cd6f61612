#include <random>
#include <set>

#include <gtest/gtest.h>

#include <quire/vector_store.hpp>

#include "support/chunks.hpp"
#include "support/temp_dir.hpp"

// A long journal, of which a search compares what its sketches do not leave out.

namespace quire {
namespace {

constexpr std::size_t kDimensions = 128;
constexpr std::int64_t kRows = 2500;  ///< In the graph; a walk is planned over as many.
constexpr std::int64_t kJournalRows = 3000;
constexpr SearchOptions kWalk{.expansion = 32};

class SketchedJournal : public testing::Test {
 protected:
  /// Around one of 40 centres, none of which is at the origin.
  std::vector<float> random_vector() {
    std::mt19937 centre(random_() % 40);
    std::normal_distribution<float> normal;
    std::vector<float> out(kDimensions);
    for (float& x : out) {
      x = normal(centre) + 0.5F * normal_(random_) + 0.3F;
    }
    return out;
  }

  VectorStore open_with_graph() {
    StoreOptions options = support::by_hand();
    options.durability = Durability::bulk;
    VectorStore store = VectorStore::open(folder_, options).value();
    insert(store, kRows);
    EXPECT_TRUE(store.checkpoint());
    return store;
  }

  void insert(VectorStore& store, std::int64_t rows) {
    WriteBatch batch;
    for (std::int64_t i = 0; i < rows; ++i) {
      batch.insert({support::make_chunk("a", i), random_vector()});
    }
    ASSERT_TRUE(store.apply(batch));
  }

  std::set<std::uint64_t> found(const VectorStore& store,
                                const std::vector<float>& query,
                                const SearchOptions& options) const {
    std::set<std::uint64_t> keys;
    const auto hits = store.search(query, 10, {}, options);
    EXPECT_TRUE(hits);
    for (const Neighbor& hit : *hits) {
      keys.insert(hit.key.value);
    }
    return keys;
  }

  double recall(const VectorStore& store) {
    double sum = 0;
    for (int i = 0; i < 100; ++i) {
      const std::vector<float> query = random_vector();
      const std::set<std::uint64_t> expected = found(store, query, {.exact = true});
      std::size_t hits = 0;
      for (const std::uint64_t key : found(store, query, kWalk)) {
        hits += expected.contains(key) ? 1 : 0;
      }
      sum += static_cast<double>(hits) / 10;
    }
    return sum / 100;
  }

  support::TempDir dir_;
  std::filesystem::path folder_ = dir_.path() / "db";
  std::mt19937 random_{1};
  std::normal_distribution<float> normal_;
};

TEST_F(SketchedJournal, FindsNearlyAllAndComparesFew) {
  VectorStore store = open_with_graph();
  insert(store, kJournalRows);
  EXPECT_GT(recall(store), 0.97);
  const auto explained = store.explain(random_vector(), 10, {}, kWalk);
  ASSERT_TRUE(explained);
  EXPECT_EQ(explained->profile.path, SearchPlan::Path::graph);
  EXPECT_LT(explained->profile.journal_distances, static_cast<std::uint64_t>(kJournalRows / 10));
  EXPECT_GE(explained->profile.journal_distances, 104U);
}

TEST_F(SketchedJournal, AnExactScanComparesAll) {
  VectorStore store = open_with_graph();
  insert(store, kJournalRows);
  const auto explained = store.explain(random_vector(), 10, {}, {.exact = true});
  ASSERT_TRUE(explained);
  EXPECT_EQ(explained->profile.journal_distances, static_cast<std::uint64_t>(kJournalRows));
}

TEST_F(SketchedJournal, RemovedRowsAreNoAnswerAndTakeNoPlace) {
  VectorStore store = open_with_graph();
  insert(store, kJournalRows);
  WriteBatch batch;
  for (std::uint64_t key = kRows; key < kRows + kJournalRows; ++key) {
    if (key % 50 != 7) {
      batch.remove({key});
    }
  }
  ASSERT_TRUE(store.apply(batch));
  const auto explained = store.explain(random_vector(), 10, {}, kWalk);
  ASSERT_TRUE(explained);
  EXPECT_EQ(explained->profile.journal_distances, static_cast<std::uint64_t>(kJournalRows / 50));
  for (const Neighbor& hit : explained->hits) {
    EXPECT_TRUE(hit.key.value < kRows || hit.key.value % 50 == 7);
  }
}

TEST_F(SketchedJournal, AnotherHandleAnswersAlike) {
  VectorStore store = open_with_graph();
  for (int i = 0; i < 15; ++i) {
    insert(store, 100);
  }
  ASSERT_TRUE(store.flush());
  const VectorStore other = VectorStore::open(folder_, support::by_hand()).value();
  for (int i = 0; i < 50; ++i) {
    const std::vector<float> query = random_vector();
    EXPECT_EQ(found(store, query, kWalk), found(other, query, kWalk));
  }
}

}  // namespace
}  // namespace quire
