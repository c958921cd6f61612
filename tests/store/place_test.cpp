#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include <quire/vector_store.hpp>

#include "support/chunks.hpp"
#include "support/temp_dir.hpp"

/// A store stays where it was opened, and no commit is acknowledged that goes anywhere else.
namespace quire {
namespace {

namespace fs = std::filesystem;

using support::make_row;
using support::TempDir;

/// The working folder for as long as it lives.
class WorkingFolder {
 public:
  explicit WorkingFolder(const fs::path& folder) { fs::current_path(folder); }
  WorkingFolder(const WorkingFolder&) = delete;
  WorkingFolder& operator=(const WorkingFolder&) = delete;
  ~WorkingFolder() { fs::current_path(before_); }

 private:
  fs::path before_ = fs::current_path();
};

void expect_lost_place(const Status& failed, const std::string& what) {
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::store_io) << failed.error().message;
  EXPECT_NE(failed.error().message.find(what), std::string::npos) << failed.error().message;
}

Status insert(VectorStore& store, int number) {
  const auto commit = store.insert({make_row("f", number)});
  return commit ? Status{} : std::unexpected(commit.error());
}

class StorePlace : public ::testing::Test {
 protected:
  std::uint64_t rows_in(const fs::path& folder) {
    const auto store = VectorStore::open(folder, {.read_only = true});
    EXPECT_TRUE(store) << store.error().message;
    return store ? store->chunk_count() : 0;
  }

  TempDir dir_;
  fs::path db_ = dir_.path() / "db";
};

TEST_F(StorePlace, IsTheSameAfterAChangeOfTheWorkingFolder) {
  for (const char* name : {"one", "two"}) {
    fs::create_directory(dir_.path() / name);
  }
  {
    VectorStore other = VectorStore::open(dir_.path() / "two" / "db").value();
    ASSERT_TRUE(insert(other, 1));
    ASSERT_TRUE(other.checkpoint());
  }
  const WorkingFolder here(dir_.path() / "one");
  VectorStore store = VectorStore::open("db").value();
  ASSERT_TRUE(insert(store, 1));
  fs::current_path(dir_.path() / "two");
  ASSERT_TRUE(insert(store, 2));
  ASSERT_TRUE(store.checkpoint());
  ASSERT_TRUE(insert(store, 3));
  ASSERT_TRUE(store.close());
  EXPECT_EQ(rows_in(dir_.path() / "one" / "db"), 3U);
  EXPECT_EQ(rows_in(dir_.path() / "two" / "db"), 1U);
}

TEST_F(StorePlace, ThatWasRemovedAcknowledgesNothing) {
  for (const Durability durability : {Durability::each_commit, Durability::group}) {
    VectorStore store = VectorStore::open(db_, {.durability = durability}).value();
    ASSERT_TRUE(insert(store, 1));
    fs::remove_all(db_);
    expect_lost_place(insert(store, 2), "removed or replaced");
    EXPECT_FALSE(store.checkpoint());
    EXPECT_FALSE(store.close());
    EXPECT_FALSE(fs::exists(db_));
  }
}

TEST_F(StorePlace, ThatWasMovedGetsTheCommit) {
  VectorStore store = VectorStore::open(db_).value();
  ASSERT_TRUE(insert(store, 1));
  fs::rename(db_, dir_.path() / "moved");
  ASSERT_TRUE(insert(store, 2));
  ASSERT_TRUE(store.checkpoint());
  ASSERT_TRUE(store.close());
  EXPECT_EQ(rows_in(dir_.path() / "moved"), 2U);
  EXPECT_FALSE(fs::exists(db_));
}

TEST_F(StorePlace, OfAnotherStoreKeepsThatOnesRows) {
  VectorStore store = VectorStore::open(db_).value();
  ASSERT_TRUE(insert(store, 1));
  fs::rename(db_, dir_.path() / "moved");
  {
    VectorStore other = VectorStore::open(db_).value();
    ASSERT_TRUE(insert(other, 7));
    ASSERT_TRUE(other.close());
  }
  ASSERT_TRUE(insert(store, 2));
  ASSERT_TRUE(store.close());
  EXPECT_EQ(rows_in(dir_.path() / "moved"), 2U);
  EXPECT_EQ(rows_in(db_), 1U);
}

TEST_F(StorePlace, AReaderFollowsTheNameToAnotherStore) {
  {
    VectorStore store = VectorStore::open(db_).value();
    ASSERT_TRUE(insert(store, 1));
  }
  VectorStore reader = VectorStore::open(db_).value();
  fs::remove_all(db_);
  {
    VectorStore other = VectorStore::open(db_).value();
    ASSERT_TRUE(insert(other, 7));
    ASSERT_TRUE(insert(other, 8));
  }
  EXPECT_TRUE(reader.refresh().value().replaced);
  EXPECT_EQ(reader.chunk_count(), 2U);
}

TEST_F(StorePlace, WithoutItsLockLetsOneOfTwoWritersGoOn) {
  VectorStore first = VectorStore::open(db_).value();
  ASSERT_TRUE(insert(first, 1));
  fs::remove(db_ / "LOCK");
  VectorStore second = VectorStore::open(db_).value();
  ASSERT_TRUE(insert(second, 2));
  expect_lost_place(insert(first, 3), "LOCK");
  ASSERT_TRUE(insert(second, 4));
  EXPECT_FALSE(first.close());
  ASSERT_TRUE(second.checkpoint());
  ASSERT_TRUE(second.close());
  EXPECT_EQ(rows_in(db_), 3U);
}

TEST_F(StorePlace, WhoseJournalIsGoneAcknowledgesNothing) {
  VectorStore store = VectorStore::open(db_).value();
  ASSERT_TRUE(insert(store, 1));
  fs::remove(db_ / "journal-00000001.log");
  expect_lost_place(insert(store, 2), "journal-00000001.log");
}

TEST_F(StorePlace, ThatALinkLeadsToIsTheFolderBehindIt) {
  fs::create_directory(dir_.path() / "behind");
  fs::create_directory_symlink(dir_.path() / "behind", db_);
  VectorStore store = VectorStore::open(db_).value();
  ASSERT_TRUE(insert(store, 1));
  ASSERT_TRUE(store.close());
  EXPECT_TRUE(fs::is_symlink(db_));
  EXPECT_EQ(rows_in(dir_.path() / "behind"), 1U);
}

TEST_F(StorePlace, LinksInThePlaceOfItsFilesAreNotFollowed) {
  const fs::path outside = dir_.path() / "outside";
  for (const char* name : {"LOCK", "index.usearch.tmp", "metadata.json.tmp", "metadata.json.orig",
                           "journal.tmp", "cache", "next", "repair"}) {
    fs::remove_all(db_);
    fs::create_directory(db_);
    std::ofstream(outside) << "somebody's";
    fs::create_symlink(outside, db_ / name);
    VectorStore store = VectorStore::open(db_).value();
    EXPECT_TRUE(insert(store, 1)) << name;
    EXPECT_TRUE(store.checkpoint()) << name;
    EXPECT_TRUE(store.close()) << name;
    EXPECT_EQ(fs::file_size(outside), 10U) << name;
    EXPECT_EQ(rows_in(db_), 1U) << name;
  }
}

}  // namespace
}  // namespace quire
