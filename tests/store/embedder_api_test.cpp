#include <algorithm>
#include <atomic>
#include <cmath>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <quire/vector_store.hpp>

#include "store/backup.hpp"
#include "store/open_store.hpp"
#include "support/chunks.hpp"
#include "support/simulated_file_system.hpp"
#include "support/temp_dir.hpp"

/// What programs that embed the store ask of it beside insert, search and delete.
namespace quire {
namespace {

using support::by_hand;
using support::make_row;
using support::make_rows;
using support::make_vector;
using support::SimulatedFileSystem;

/// 60 rows in a checkpoint and 40 beside it, of which the even ones are of file a.
class Embedder : public testing::Test {
 protected:
  static constexpr std::int64_t kRows = 100;

  Embedder() : store_(store::open_store(files_, "db", by_hand()).value()) {
    for (std::int64_t i = 0; i < kRows; ++i) {
      ChunkRow row = make_row(i % 2 == 0 ? "a" : "b", i);
      row.meta.extra.push_back({"id", "row " + std::to_string(i)});
      EXPECT_TRUE(store_.insert({row}));
      if (i == 59) {
        EXPECT_TRUE(store_.checkpoint());
      }
    }
  }

  std::vector<Neighbor> search(const SearchOptions& options, std::size_t limit = 10) const {
    return store_.search(make_vector(8, 3), limit, {}, options).value();
  }

  std::shared_ptr<SimulatedFileSystem> files_ = std::make_shared<SimulatedFileSystem>();
  VectorStore store_;
};

bool same_hits(const std::vector<Neighbor>& a, const std::vector<Neighbor>& b) {
  return std::ranges::equal(a, b, [](const Neighbor& x, const Neighbor& y) {
    return x.key == y.key && x.distance == y.distance && x.meta == y.meta;
  });
}

TEST_F(Embedder, PagesByOffsetAreTheWholeAnswer) {
  const std::vector<Neighbor> whole = search({.exact = true}, kRows);
  ASSERT_EQ(whole.size(), 100U);
  std::vector<Neighbor> pages;
  for (std::size_t offset = 0; offset < 120; offset += 7) {
    const auto page = search({.exact = true, .offset = offset}, 7);
    pages.insert(pages.end(), page.begin(), page.end());
  }
  EXPECT_TRUE(same_hits(pages, whole));
  EXPECT_TRUE(search({.offset = SIZE_MAX}, SIZE_MAX).empty());
}

TEST_F(Embedder, ALargestDistanceCutsTheAnswerOffThere) {
  const std::vector<Neighbor> whole = search({.exact = true}, kRows);
  const float most = whole[20].distance;
  const auto expected = static_cast<std::size_t>(
      std::ranges::count_if(whole, [&](const Neighbor& hit) { return hit.distance <= most; }));
  EXPECT_EQ(search({.max_distance = most}, SIZE_MAX).size(), expected);
  EXPECT_EQ(search({.max_distance = most}, 5).size(), 5U);
  EXPECT_TRUE(search({.max_distance = -1.0F}, SIZE_MAX).empty());
}

TEST_F(Embedder, HitsComeWithTheirVectorsIfAsked) {
  for (const Neighbor& hit : search({.with_vectors = true})) {
    EXPECT_EQ(hit.vector, store_.vector(hit.key).value());
  }
  EXPECT_TRUE(search({}).front().vector.empty());
}

TEST_F(Embedder, ManyVectorsAreAnsweredAsOneByOne) {
  std::vector<float> vectors;
  for (std::int64_t i = 0; i < 33; ++i) {
    const std::vector<float> one = make_vector(8, i * 5);
    vectors.insert(vectors.end(), one.begin(), one.end());
  }
  const Filter filter = field("file_path") == "b";
  for (const std::size_t threads : {0U, 1U, 4U, 100U}) {
    const auto answers = store_.search_many(vectors, 5, filter, {}, threads).value();
    ASSERT_EQ(answers.size(), 33U);
    for (std::int64_t i = 0; i < 33; ++i) {
      const auto alone = store_.search(make_vector(8, i * 5), 5, filter).value();
      EXPECT_TRUE(same_hits(answers[static_cast<std::size_t>(i)], alone)) << i;
    }
  }
  EXPECT_TRUE(store_.search_many({}, 5).value().empty());
}

TEST_F(Embedder, ManyVectorsNameTheBadOne) {
  std::vector<float> vectors(24, 1.0F);
  EXPECT_EQ(store_.search_many(std::span(vectors).first(23), 5).error().code,
            ErrorCode::invalid_argument);
  vectors[9] = std::nanf("");
  const auto answers = store_.search_many(vectors, 5);
  ASSERT_FALSE(answers);
  EXPECT_EQ(answers.error().code, ErrorCode::invalid_argument);
  EXPECT_NE(answers.error().message.find("vector 1"), std::string::npos) << answers.error().message;
}

TEST_F(Embedder, FiltersByKeys) {
  const Filter some = field("key").in({3, 59, 60, 98, 400});
  EXPECT_EQ(store_.snapshot()->matching(some).value(),
            (std::vector<ChunkKey>{{3}, {59}, {60}, {98}}));
  EXPECT_EQ(store_.count(Filter::parse("KEY > 55 AND key <= 64").value()).value(), 9U);
  EXPECT_EQ(store_.count(!(field("key") == 3)).value(), 99U);
  const auto hits = store_.search(make_vector(8, 3), 10, some).value();
  ASSERT_EQ(hits.size(), 4U);
  EXPECT_EQ(hits.front().key.value, 3U);
  EXPECT_FALSE(Filter::parse("key = 'a'"));
}

TEST_F(Embedder, CountsWhatAFilterAccepts) {
  EXPECT_EQ(store_.count({}).value(), 100U);
  EXPECT_EQ(store_.count(field("file_path") == "a").value(), 50U);
  EXPECT_EQ(store_.count(field("extra.id") == "row 99").value(), 1U);
  EXPECT_EQ(store_.count(field("nothing") == "a").error().code, ErrorCode::invalid_argument);
}

TEST_F(Embedder, GoesThroughAllRowsOneAtATime) {
  const StoreSnapshot snapshot = store_.snapshot().value();
  std::vector<StoredChunk> seen;
  ASSERT_TRUE(snapshot.for_each(field("chunk_id") >= 30, [&](StoredChunk& chunk) {
    seen.push_back(std::move(chunk));
    return seen.size() < 50;
  }));
  const auto expected = snapshot.query(field("chunk_id") >= 30, {}, 50).value();
  EXPECT_TRUE(std::ranges::equal(seen, expected, [](const StoredChunk& a, const StoredChunk& b) {
    return a.key == b.key && a.meta == b.meta;
  }));
  ASSERT_TRUE(snapshot.for_each({},
                                [](const StoredChunk& chunk) {
                                  EXPECT_EQ(chunk.meta.content, "");
                                  return true;
                                },
                                {"file_path"}));
}

TEST_F(Embedder, UpsertInsertsOrReplacesByTheCallersOwnKey) {
  WriteBatch batch;
  for (const std::int64_t i : {10, 70, 500}) {
    ChunkRow row = make_row("c", 1000 + i);
    row.meta.extra.push_back({"id", "row " + std::to_string(i)});
    batch.upsert("extra.id", std::move(row));
  }
  const Commit commit = store_.apply(batch).value();
  EXPECT_EQ(commit.removed, (std::vector<ChunkKey>{{10}, {70}}));
  EXPECT_EQ(commit.inserted, (std::vector<ChunkKey>{{100}, {101}, {102}}));
  EXPECT_EQ(store_.chunk_count(), 101U);
  EXPECT_EQ(store_.query(field("extra.id") == "row 70").value().front().meta.file_path, "c");
}

TEST_F(Embedder, UpsertTakesNumbersToo) {
  WriteBatch batch;
  batch.upsert("chunk_id", make_row("c", 70));
  batch.upsert("file_path", make_row("a", 2000));
  EXPECT_EQ(store_.apply(batch).value().removed.size(), 51U - 1U);
  EXPECT_EQ(store_.count(field("chunk_id") == 70).value(), 1U);
}

TEST_F(Embedder, UpsertRefusesRowsWithoutTheKeyAndTwoWithTheSame) {
  WriteBatch none;
  none.upsert("extra.id", make_row("c", 1));
  WriteBatch unknown;
  unknown.upsert("id", make_row("c", 1));
  WriteBatch twice;
  twice.upsert("chunk_id", make_row("c", 1));
  twice.upsert("chunk_id", make_row("d", 1));
  for (const WriteBatch* batch : {&none, &unknown, &twice}) {
    EXPECT_EQ(store_.apply(*batch).error().code, ErrorCode::invalid_argument);
  }
  EXPECT_EQ(store_.chunk_count(), 100U);
}

TEST(Backup, OfAStoreThatIsBeingWrittenIsAStoreOfItsOwn) {
  const support::TempDir dir;
  StoreOptions options;
  options.checkpoint_min_rows = 100;
  VectorStore store = VectorStore::open(dir.path() / "db", options).value();
  ASSERT_TRUE(store.insert(make_rows("a", 0, 300)));
  std::atomic<bool> done = false;
  std::thread writer([&] {
    for (std::int64_t i = 300; !done; ++i) {
      EXPECT_TRUE(store.replace_file("b" + std::to_string(i % 7), make_rows("b", i, 20)));
    }
  });
  for (int i = 0; i < 20; ++i) {
    const std::filesystem::path folder = dir.path() / ("copy " + std::to_string(i));
    const std::uint64_t before = store.lsn();
    const Status copied = store.backup(folder);
    ASSERT_TRUE(copied) << copied.error().message;
    VectorStore copy = VectorStore::open(folder).value();
    EXPECT_TRUE(copy.verify());
    EXPECT_GE(copy.lsn(), before);
    EXPECT_GE(copy.chunk_count(), 300U);
    EXPECT_TRUE(copy.insert({make_row("mine", 1)}));
  }
  done = true;
  writer.join();
  EXPECT_EQ(store.backup(dir.path() / "copy 1").error().code, ErrorCode::invalid_argument);
}

TEST(Backup, OfNothingIsNothing) {
  const support::TempDir dir;
  const VectorStore store = VectorStore::open(dir.path() / "db").value();
  ASSERT_TRUE(store.backup(dir.path() / "copy"));
  EXPECT_EQ(VectorStore::open(dir.path() / "copy")->chunk_count(), 0U);
}

/// A crash in the middle leaves the whole store, or nothing that opens as another one.
TEST(Backup, IsWholeOrNoStore) {
  const auto from = std::make_shared<SimulatedFileSystem>();
  {
    VectorStore store = store::open_store(from, "db", by_hand()).value();
    ASSERT_TRUE(store.insert(make_rows("a", 0, 30)));
    ASSERT_TRUE(store.checkpoint());
    ASSERT_TRUE(store.insert(make_rows("b", 30, 5)));
    ASSERT_TRUE(store.close());
    VectorStore again = store::open_store(from, "db", by_hand()).value();
    ASSERT_TRUE(again.insert(make_rows("c", 35, 5)));
  }
  for (const auto model : {support::CrashModel::power_loss, support::CrashModel::scattered,
                           support::CrashModel::kill}) {
    bool ended = false;
    for (std::uint64_t at = 0; !ended; ++at) {
      auto to = std::make_shared<SimulatedFileSystem>();
      to->crash_at_change(at);
      ended = store::copy_store({from, "db"}, {to, "copy"}).has_value();
      to = to->after_crash(model, at);
      const auto copy = store::open_store(to, "copy", by_hand());
      if (copy) {
        EXPECT_TRUE(copy->chunk_count() == 40 || copy->chunk_count() == 0) << at;
        EXPECT_TRUE(!ended || copy->chunk_count() == 40) << at;
      }
    }
  }
}

}  // namespace
}  // namespace quire
