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

}  // namespace
}  // namespace quire
