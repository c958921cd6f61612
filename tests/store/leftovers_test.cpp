#include <fstream>

#include <gtest/gtest.h>

#include <quire/vector_store.hpp>

#include "support/chunks.hpp"
#include "support/temp_dir.hpp"

namespace quire {
namespace {

using support::make_row;
using support::TempDir;

TEST(Leftovers, OnlyOurOwnAreRemovedByAWrite) {
  const TempDir dir;
  for (const char* name : {"db/notes.tmp", "db/thesis.orig", "db/metadata.json.mine.orig"}) {
    dir.write(name, "somebody's");
  }
  for (const char* name : {"db/index.usearch.tmp", "db/metadata.json.tmp", "db/journal.tmp",
                           "db/index.usearch.orig", "db/metadata.json.orig"}) {
    dir.write(name, "half written");
  }
  VectorStore store = VectorStore::open(dir.path() / "db").value();
  ASSERT_TRUE(store.insert({make_row("a", 0)}));
  for (const char* name : {"notes.tmp", "thesis.orig", "metadata.json.mine.orig"}) {
    EXPECT_TRUE(std::filesystem::exists(dir.path() / "db" / name)) << name;
  }
  for (const char* name : {"index.usearch.tmp", "metadata.json.tmp", "journal.tmp",
                           "index.usearch.orig", "metadata.json.orig"}) {
    EXPECT_FALSE(std::filesystem::exists(dir.path() / "db" / name)) << name;
  }
}

TEST(Leftovers, AFolderOfSuchANameBlocksNoWrite) {
  const TempDir dir;
  dir.write("db/backup.tmp/file", "somebody's");
  dir.write("db/index.usearch.orig/file", "somebody's");
  dir.write("db/metadata.json.tmp/file", "somebody's");
  VectorStore store = VectorStore::open(dir.path() / "db").value();
  EXPECT_TRUE(store.insert({make_row("a", 0)}));
  EXPECT_TRUE(store.close());
  EXPECT_TRUE(std::filesystem::exists(dir.path() / "db/backup.tmp/file"));
  EXPECT_TRUE(std::filesystem::exists(dir.path() / "db/index.usearch.orig/file"));
  EXPECT_EQ(VectorStore::open(dir.path() / "db").value().chunk_count(), 1U);
}

}  // namespace
}  // namespace quire
