#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>

#include <gtest/gtest.h>

#include <quire/vector_store.hpp>

#include "store/open_store.hpp"
#include "support/chunks.hpp"
#include "support/hooked_file_system.hpp"
#include "support/temp_dir.hpp"

// Checkpoints that are made while commits and searches go on.

namespace quire {
namespace {

using support::by_hand;
using support::make_row;
using support::make_rows;
using support::make_vector;
using support::TempDir;

StoreOptions often() {
  StoreOptions options;
  options.checkpoint_min_rows = 50;
  return options;
}

std::string path_of(std::int64_t file) {
  return "src/" + std::to_string(file) + ".cpp";
}

TEST(BackgroundMerge, CommitsAndSearchesGoOnAndNothingIsLost) {
  const TempDir dir;
  constexpr std::int64_t kFiles = 20;
  constexpr std::int64_t kRounds = 6;
  constexpr std::int64_t kRows = 5;
  std::uint64_t merged_to = 0;
  {
    VectorStore store = VectorStore::open(dir.path() / "db", often()).value();
    std::atomic<bool> done = false;
    std::thread reader([&] {
      std::uint64_t seen = 0;
      while (!done) {
        const auto hits = store.search(make_vector(8, 3), 5);
        ASSERT_TRUE(hits) << hits.error().message;
        const std::uint64_t lsn = store.lsn();
        ASSERT_GE(lsn, seen);
        seen = lsn;
      }
    });
    for (std::int64_t round = 0; round < kRounds; ++round) {
      for (std::int64_t file = 0; file < kFiles; ++file) {
        WriteBatch batch;
        batch.delete_file(path_of(file));
        for (ChunkRow& row : make_rows(path_of(file), round * 1000 + file * kRows, kRows)) {
          batch.insert(std::move(row));
        }
        batch.set_attribute("file:" + path_of(file), std::to_string(round));
        const auto commit = store.apply(batch);
        ASSERT_TRUE(commit) << commit.error().message;
      }
    }
    done = true;
    reader.join();
    EXPECT_EQ(store.chunk_count(), static_cast<std::uint64_t>(kFiles * kRows));
    const Status made = store.checkpoint();
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(store.info().warning, "");
    merged_to = store.info().checkpoint_lsn;
    ASSERT_TRUE(store.close());
  }
  EXPECT_EQ(merged_to, static_cast<std::uint64_t>(kFiles * kRounds));
  const VectorStore store = VectorStore::open(dir.path() / "db").value();
  ASSERT_TRUE(store.verify());
  EXPECT_EQ(store.chunk_count(), static_cast<std::uint64_t>(kFiles * kRows));
  for (std::int64_t file = 0; file < kFiles; ++file) {
    EXPECT_EQ(store.attribute("file:" + path_of(file)), std::to_string(kRounds - 1));
    const std::int64_t number = (kRounds - 1) * 1000 + file * kRows;
    const auto hits = store.search(make_vector(8, number), 1, {}, {.exact = true});
    ASSERT_TRUE(hits);
    EXPECT_NEAR(hits->front().distance, 0, 0.01);
  }
}

TEST(BackgroundMerge, CloseInTheMiddleLeavesAWholeStore) {
  for (int rows = 60; rows < 100; rows += 4) {
    const TempDir dir;
    {
      VectorStore store = VectorStore::open(dir.path() / "db", often()).value();
      for (int i = 0; i < rows; ++i) {
        ASSERT_TRUE(store.insert({make_row("a", i)}));
      }
      ASSERT_TRUE(store.close());
    }
    const VectorStore store = VectorStore::open(dir.path() / "db").value();
    ASSERT_TRUE(store.verify());
    EXPECT_EQ(store.chunk_count(), static_cast<std::uint64_t>(rows));
  }
}

class MergeStep : public testing::Test {
 protected:
  VectorStore open() { return store::open_store(files_, "db", by_hand()).value(); }

  /// Lets `act` happen once, when the merge opens its `suffix` file.
  template <class Act>
  void when_opened(const std::string& suffix, Act act) {
    files_->before_open = [this, suffix, act](const std::string& path) {
      if (path.ends_with(suffix)) {
        files_->before_open = nullptr;
        act();
      }
      return Status();
    };
  }

  std::shared_ptr<support::HookedFileSystem> files_ = std::make_shared<support::HookedFileSystem>();
};

TEST_F(MergeStep, WhatIsCommittedMeanwhileIsInTheJournalAfterIt) {
  VectorStore store = open();
  ASSERT_TRUE(store.insert(make_rows("a", 0, 20)));
  ASSERT_TRUE(store.checkpoint());
  ASSERT_TRUE(store.insert(make_rows("b", 20, 5)));
  when_opened("metadata.json.tmp", [&] {
    WriteBatch batch;
    batch.delete_file("b");
    batch.remove({3});
    batch.insert(make_row("c", 99));
    batch.set_attribute("x", "1");
    ASSERT_TRUE(store.apply(batch));
    EXPECT_EQ(store.chunk_count(), 20U);
  });
  ASSERT_TRUE(store.checkpoint());
  EXPECT_EQ(store.info().checkpoint_lsn, 3U - 1U);
  EXPECT_EQ(store.lsn(), 3U);
  EXPECT_EQ(store.chunk_count(), 20U);
  EXPECT_EQ(store.info().journal_rows, 7U);
  EXPECT_EQ(store.attribute("x"), "1");
  EXPECT_FALSE(store.get({3}));
  EXPECT_FALSE(store.get({22}));
  EXPECT_EQ(store.search(make_vector(8, 99), 1).value()[0].key.value, 25U);
  const VectorStore again = open();
  EXPECT_EQ(again.chunk_count(), 20U);
  EXPECT_EQ(again.attribute("x"), "1");
  EXPECT_EQ(again.info().checkpoint_lsn, 2U);
}

TEST_F(MergeStep, AttributesOfLaterCommitsAreNotInThePair) {
  VectorStore store = open();
  ASSERT_TRUE(store.insert(make_rows("a", 0, 20)));
  when_opened("metadata.json.tmp", [&] {
    WriteBatch batch;
    batch.set_attribute("later", "1");
    ASSERT_TRUE(store.apply(batch));
  });
  ASSERT_TRUE(store.checkpoint());
  EXPECT_EQ(files_->files().at("db/metadata.json").find("later"), std::string::npos);
  EXPECT_EQ(open().attribute("later"), "1");
}

TEST_F(MergeStep, AViewTakenBeforeItStaysGood) {
  VectorStore store = open();
  ASSERT_TRUE(store.insert(make_rows("a", 0, 20)));
  ASSERT_TRUE(store.checkpoint());
  ASSERT_TRUE(store.insert(make_rows("b", 20, 5)));
  std::size_t found = 0;
  when_opened("index.usearch.tmp", [&] { found = store.query({}, {}, 100).value().size(); });
  ASSERT_TRUE(store.checkpoint());
  EXPECT_EQ(found, 25U);
}

TEST_F(MergeStep, OneThatFailsLeavesEverythingAsItWas) {
  VectorStore store = open();
  ASSERT_TRUE(store.insert(make_rows("a", 0, 20)));
  ASSERT_TRUE(store.checkpoint());
  ASSERT_TRUE(store.insert(make_rows("b", 20, 5)));
  files_->before_open = [](const std::string& path) -> Status {
    return path.ends_with("metadata.json.tmp") ? fail(ErrorCode::store_io, "the disk is full")
                                               : Status();
  };
  EXPECT_FALSE(store.checkpoint());
  EXPECT_NE(store.info().warning.find("the disk is full"), std::string::npos);
  files_->before_open = nullptr;
  EXPECT_EQ(store.chunk_count(), 25U);
  EXPECT_EQ(store.info().checkpoint_lsn, 1U);
  ASSERT_TRUE(store.insert(make_rows("c", 30, 1)));
  ASSERT_TRUE(store.checkpoint());
  EXPECT_EQ(store.info().warning, "");
  EXPECT_EQ(store.info().checkpoint_lsn, 3U);
  EXPECT_EQ(open().chunk_count(), 26U);
}

TEST_F(MergeStep, ACommitThatFailsMeanwhileEndsIt) {
  VectorStore store = open();
  ASSERT_TRUE(store.insert(make_rows("a", 0, 20)));
  when_opened("metadata.json.tmp", [&] {
    files_->fail_at_sync(files_->syncs());
    EXPECT_FALSE(store.insert(make_rows("b", 20, 1)));
  });
  EXPECT_FALSE(store.checkpoint());
  EXPECT_EQ(store.info().checkpoint_lsn, 0U);
  EXPECT_FALSE(store.insert(make_rows("b", 20, 1)));
}

}  // namespace
}  // namespace quire
