#include <gtest/gtest.h>

#include <quire/vector_store.hpp>

#include "support/chunks.hpp"
#include "support/temp_dir.hpp"

/// What a store learns at its first write.
namespace quire {
namespace {

using support::make_row;
using support::TempDir;

TEST(FirstWrite, TheDimensionsAskedForHoldWhereAJournalKnowsNoneYet) {
  const TempDir dir;
  WriteBatch batch;
  batch.set_attribute("root", "/x");
  ASSERT_TRUE(VectorStore::open(dir.path() / "db").value().apply(batch));
  StoreOptions options;
  options.dimensions = 16;
  VectorStore store = VectorStore::open(dir.path() / "db", options).value();
  const auto refused = store.insert({make_row("a", 0, 8)});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument) << refused.error().message;
  EXPECT_TRUE(store.insert({make_row("a", 0, 16)}));
}

TEST(FirstWrite, OfAnotherLengthByAnotherHandleIsIncompatibleToRefresh) {
  const TempDir dir;
  VectorStore writer = VectorStore::open(dir.path() / "db").value();
  WriteBatch batch;
  batch.set_attribute("root", "/x");
  ASSERT_TRUE(writer.apply(batch));
  StoreOptions options;
  options.dimensions = 16;
  VectorStore reader = VectorStore::open(dir.path() / "db", options).value();
  ASSERT_TRUE(writer.insert({make_row("a", 0, 8)}));
  const auto changes = reader.refresh();
  ASSERT_FALSE(changes);
  EXPECT_EQ(changes.error().code, ErrorCode::incompatible) << changes.error().message;
}

TEST(FirstWrite, ABareMetadataFileAloneIsTakenOver) {
  for (const bool with_rows : {true, false}) {
    const TempDir dir;
    dir.write("db/metadata.json", R"({"next_key": 7, "chunks": {}})");
    {
      VectorStore store = VectorStore::open(dir.path() / "db").value();
      WriteBatch batch;
      batch.set_attribute("root", "/x");
      if (with_rows) {
        batch.insert(make_row("a", 0));
      }
      const auto commit = store.apply(batch);
      ASSERT_TRUE(commit) << commit.error().message;
      ASSERT_TRUE(store.close());
    }
    VectorStore store = VectorStore::open(dir.path() / "db").value();
    EXPECT_EQ(store.attribute("root"), "/x");
    EXPECT_EQ(store.chunk_count(), with_rows ? 1U : 0U);
    EXPECT_EQ(store.insert({make_row("a", 1)}).value().inserted[0].value, with_rows ? 8U : 7U);
    EXPECT_TRUE(store.checkpoint());
    EXPECT_EQ(VectorStore::open(dir.path() / "db").value().chunk_count(), with_rows ? 2U : 1U);
  }
}

}  // namespace
}  // namespace quire
