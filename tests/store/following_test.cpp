#include <atomic>
#include <functional>
#include <thread>

#include <gtest/gtest.h>

#include <quire/vector_store.hpp>

#include "store/open_store.hpp"
#include "support/chunks.hpp"
#include "support/hooked_file_system.hpp"

/// Handles that follow what other processes write.
namespace quire {
namespace {

using support::by_hand;
using support::CrashModel;
using support::HookedFileSystem;
using support::make_row;
using support::make_rows;
using support::SimulatedFileSystem;

class Following : public testing::Test {
 protected:
  VectorStore open(const StoreOptions& options = by_hand()) {
    return store::open_store(files_, "db", options).value();
  }

  std::shared_ptr<HookedFileSystem> files_ = std::make_shared<HookedFileSystem>();
};

TEST(FollowingAfterACrash, AFrameAsLongAsTheTornTailItReplacedIsSeen) {
  std::shared_ptr<SimulatedFileSystem> files = std::make_shared<SimulatedFileSystem>();
  {
    VectorStore killed = store::open_store(files, "db", by_hand()).value();
    ASSERT_TRUE(killed.insert({make_row("a", 1)}));
    ASSERT_TRUE(killed.insert({make_row("a", 2)}));
    files = files->after_crash(CrashModel::kill);
  }
  const std::string journal = "db/journal-00000001.log";
  std::string bytes = files->files().at(journal);
  const std::size_t size = bytes.size();
  bytes.back() ^= 1;
  files->put(journal, bytes);
  VectorStore reader = store::open_store(files, "db", by_hand()).value();
  ASSERT_EQ(reader.chunk_count(), 1U);
  VectorStore writer = store::open_store(files, "db", by_hand()).value();
  ASSERT_TRUE(writer.insert({make_row("a", 8)}));
  ASSERT_EQ(files->files().at(journal).size(), size);
  const Changes changes = reader.refresh().value();
  EXPECT_EQ(changes.inserted, (std::vector<ChunkKey>{{1}}));
  EXPECT_EQ(reader.get({1}).value(), support::make_chunk("a", 8));
}

TEST_F(Following, WhatAFirstWriteFollowedIsToldByTheNextRefresh) {
  VectorStore other = open();
  ASSERT_TRUE(other.insert(make_rows("a", 0, 3)));
  VectorStore store = open();
  ASSERT_TRUE(other.insert(make_rows("b", 3, 2)));
  ASSERT_TRUE(other.delete_where(field("chunk_id") == 1));
  ASSERT_TRUE(other.close());
  ASSERT_TRUE(store.insert({make_row("mine", 9)}));
  const Changes changes = store.refresh().value();
  EXPECT_EQ(changes.from_lsn, 1U);
  EXPECT_EQ(changes.to_lsn, 4U);
  EXPECT_EQ(changes.inserted, (std::vector<ChunkKey>{{3}, {4}}));
  EXPECT_EQ(changes.removed, (std::vector<ChunkKey>{{1}}));
  const Changes again = store.refresh().value();
  EXPECT_EQ(again.from_lsn, again.to_lsn);
  EXPECT_TRUE(again.inserted.empty() && again.removed.empty());
}

TEST_F(Following, AWriteThatChangedNothingKeepsWhatItFollowedForRefresh) {
  VectorStore other = open();
  ASSERT_TRUE(other.insert(make_rows("a", 0, 3)));
  VectorStore store = open();
  ASSERT_TRUE(other.insert(make_rows("b", 3, 1)));
  ASSERT_EQ(store.delete_file("nowhere").value(), 0U);
  ASSERT_TRUE(other.replace_file("b", make_rows("b", 4, 1)));
  ASSERT_TRUE(other.checkpoint());
  const Changes changes = store.refresh().value();
  EXPECT_EQ(changes.from_lsn, 1U);
  EXPECT_EQ(changes.inserted, (std::vector<ChunkKey>{{4}}));
  EXPECT_TRUE(changes.removed.empty());
}

TEST_F(Following, AFollowedRowThatTheHandleRemovedItselfIsNotToldAsLive) {
  VectorStore other = open();
  ASSERT_TRUE(other.insert(make_rows("a", 0, 1)));
  VectorStore store = open();
  ASSERT_TRUE(other.insert(make_rows("b", 1, 2)));
  ASSERT_TRUE(other.close());
  ASSERT_EQ(store.delete_where(field("chunk_id") == 2).value(), 1U);
  const Changes changes = store.refresh().value();
  EXPECT_EQ(changes.inserted, (std::vector<ChunkKey>{{1}}));
  EXPECT_TRUE(changes.removed.empty());
}

TEST_F(Following, AnOpenBesideACheckpointLooksAgainWhenAListedFileIsGone) {
  VectorStore writer = open();
  ASSERT_TRUE(writer.insert(make_rows("a", 0, 3)));
  ASSERT_TRUE(writer.checkpoint());
  ASSERT_TRUE(writer.insert(make_rows("a", 3, 3)));
  // The reader can't open LOCK, so that its swap lock keeps no checkpoint away.
  files_->before_open = [](const std::string& path) -> Status {
    return path == "db/LOCK" ? fail(ErrorCode::store_io, "no permission") : Status{};
  };
  VectorStore reader = open();
  for (int skipped = 0; skipped < 3; ++skipped) {
    int lists = skipped;
    const std::function<void()> hook = [&] {
      if (lists-- == 0) {
        ASSERT_TRUE(writer.checkpoint());
      } else {
        files_->after_list = hook;
      }
    };
    ASSERT_TRUE(writer.insert({make_row("b", skipped)}));
    files_->after_list = hook;
    const auto opened = store::open_store(files_, "db", by_hand());
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(opened->chunk_count(), writer.chunk_count());
    ASSERT_TRUE(writer.insert({make_row("c", skipped)}));
    lists = skipped;
    files_->after_list = hook;
    const auto changes = reader.refresh();
    ASSERT_TRUE(changes) << changes.error().message;
    files_->after_list = nullptr;
    EXPECT_TRUE(reader.refresh());
    EXPECT_EQ(reader.chunk_count(), writer.chunk_count());
  }
}

TEST_F(Following, AJournalThatGoesBetweenTwoLooksIsNoError) {
  VectorStore writer = open();
  ASSERT_TRUE(writer.insert(make_rows("a", 0, 3)));
  VectorStore reader = open();
  ASSERT_TRUE(writer.insert(make_rows("a", 3, 3)));
  int opens = 0;
  files_->before_open = [&](const std::string& path) -> Status {
    if (path == "db/LOCK") {
      return fail(ErrorCode::store_io, "no permission");
    }
    if (path == "db/journal-00000001.log" && ++opens == 2) {
      files_->before_open = nullptr;
      return writer.checkpoint();
    }
    return {};
  };
  const auto changes = reader.refresh();
  ASSERT_TRUE(changes) << changes.error().message;
  EXPECT_EQ(changes->inserted, (std::vector<ChunkKey>{{3}, {4}, {5}}));
}

TEST_F(Following, AReadOnlyOpenTouchesNoLock) {
  ASSERT_TRUE(open().insert(make_rows("a", 0, 3)));
  files_->before_open = [](const std::string& path) -> Status {
    EXPECT_FALSE(path.ends_with("LOCK"));
    return {};
  };
  StoreOptions options;
  options.read_only = true;
  VectorStore reader = open(options);
  EXPECT_TRUE(reader.refresh());
  EXPECT_EQ(reader.chunk_count(), 3U);
}

TEST_F(Following, ALockThatCantBeOpenedKeepsNobodyFromReading) {
  ASSERT_TRUE(open().insert(make_rows("a", 0, 3)));
  files_->before_open = [](const std::string& path) -> Status {
    return path.ends_with("LOCK") ? fail(ErrorCode::store_io, "open db/LOCK: not permitted")
                                  : Status();
  };
  const auto reader = store::open_store(files_, "db", by_hand());
  ASSERT_TRUE(reader) << reader.error().message;
  EXPECT_EQ(reader->chunk_count(), 3U);
}

TEST_F(Following, AttributesAndRowsOfACommitAreSeenTogether) {
  StoreOptions options = by_hand();
  options.durability = Durability::bulk;
  VectorStore store = open(options);
  std::atomic<bool> done = false;
  std::thread writer([&] {
    for (int i = 1; i <= 3000; ++i) {
      WriteBatch batch;
      batch.insert(make_row("a", i));
      batch.set_attribute("rows", std::to_string(i));
      for (int other = 0; other < 20; ++other) {
        batch.set_attribute("z" + std::to_string(other), std::to_string(i));
      }
      EXPECT_TRUE(store.apply(batch));
    }
    done = true;
  });
  std::uint64_t torn = 0;
  while (!done) {
    const std::uint64_t said = std::stoull(store.attribute("rows").value_or("0"));
    torn += store.chunk_count() < said ? 1 : 0;
  }
  writer.join();
  EXPECT_EQ(torn, 0U);
}

TEST_F(Following, EveryWarningIsTold) {
  files_->network = "nfs";
  VectorStore store = open();
  ASSERT_TRUE(store.insert(make_rows("a", 0, 3)));
  EXPECT_NE(store.info().warning.find("nfs"), std::string::npos);
  files_->before_open = [](const std::string& path) -> Status {
    return path.ends_with(".tmp") ? fail(ErrorCode::store_io, "the disk is full") : Status();
  };
  EXPECT_FALSE(store.checkpoint());
  EXPECT_NE(store.info().warning.find("nfs"), std::string::npos);
  EXPECT_NE(store.info().warning.find("the disk is full"), std::string::npos);
}

TEST_F(Following, ACheckpointThatFailedIsNotTriedAgainAtEveryCommit) {
  StoreOptions options;
  options.checkpoint_min_rows = 20;
  options.checkpoint_in_background = false;
  VectorStore store = open(options);
  int attempts = 0;
  files_->before_open = [&](const std::string& path) -> Status {
    const bool refused = path.ends_with("index.usearch.tmp");
    attempts += refused ? 1 : 0;
    return refused ? fail(ErrorCode::store_io, "the disk is full") : Status();
  };
  for (int i = 0; i < 70; ++i) {
    ASSERT_TRUE(store.insert({make_row("a", i)}));
  }
  EXPECT_EQ(attempts, 3);  // At 21, 42 and 63 rows.
  EXPECT_NE(store.info().warning.find("the disk is full"), std::string::npos);
  files_->before_open = nullptr;
  for (int i = 70; i < 90; ++i) {
    ASSERT_TRUE(store.insert({make_row("a", i)}));
  }
  EXPECT_EQ(store.info().warning, "");
  EXPECT_GE(store.info().checkpoint_lsn, 80U);
}

}  // namespace
}  // namespace quire
