#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <quire/vector_store.hpp>

#include "store/checkpointer.hpp"
#include "store/open_store.hpp"
#include "store/published.hpp"
#include "store/session.hpp"
#include "store/state.hpp"
#include "store/vector_replacer.hpp"
#include "store/writer.hpp"
#include "support/chunks.hpp"
#include "support/simulated_file_system.hpp"

/// The parts of a handle, each with no more than it stands on.
namespace quire::store {
namespace {

using support::by_hand;
using support::make_row;
using support::make_rows;
using support::SimulatedFileSystem;

/// A store that is read and written through the parts alone.
class Parts : public testing::Test {
 protected:
  Parts() { EXPECT_TRUE(state_.load()); }

  Writer acquired() { return Writer::acquire(folder_, options_, state_).value(); }

  Draft draft_of(std::vector<ChunkRow> rows) {
    WriteBatch batch;
    for (ChunkRow& row : rows) {
      batch.insert(std::move(row));
    }
    return make_draft(batch, 0, {}, *state_.now().generation, state_.now().view).value();
  }

  std::shared_ptr<SimulatedFileSystem> files_ = std::make_shared<SimulatedFileSystem>();
  StoreFolder folder_{files_, "db"};
  StoreOptions options_ = by_hand();
  Published published_;
  State state_{folder_, options_, published_};
};

TEST(PublishedTest, ViewsAreGivenOutUntilItIsClosedAndInfoAfterwardsToo) {
  Published published;
  Published::Shown shown;
  shown.view = std::make_shared<const View>();
  shown.info.lsn = 7;
  published.show(shown);
  EXPECT_EQ(published.view(), shown.view);
  published.close();
  EXPECT_EQ(published.view(), nullptr);
  published.show(shown);
  EXPECT_EQ(published.view(), nullptr);
  EXPECT_EQ(published.info().lsn, 7U);
}

TEST_F(Parts, AStateFollowsWhatAWriterOfAnotherStateCommits) {
  Published seen;
  State reader(folder_, options_, seen);
  ASSERT_TRUE(reader.load());
  Writer writer = acquired();
  ASSERT_TRUE(writer.commit(draft_of(make_rows("a", 0, 3))));
  ASSERT_TRUE(reader.follow());
  EXPECT_EQ(seen.info().chunks, 3U);
  EXPECT_EQ(reader.take_changes().inserted.size(), 3U);
  EXPECT_TRUE(reader.take_changes().inserted.empty());
}

TEST_F(Parts, AWriterThatChangesNothingLeavesNoJournal) {
  Writer writer = acquired();
  ASSERT_TRUE(writer.sync());
  ASSERT_TRUE(writer.close());
  for (const auto& [path, bytes] : files_->files()) {
    EXPECT_EQ(path.find("journal"), std::string::npos) << path;
  }
}

TEST_F(Parts, AWriterKeepsOthersOutUntilItIsClosed) {
  Writer writer = acquired();
  Published seen;
  State other(folder_, options_, seen);
  StoreOptions impatient = options_;
  impatient.lock_timeout = std::chrono::milliseconds(0);
  ASSERT_TRUE(other.load());
  EXPECT_EQ(Writer::acquire(folder_, impatient, other).error().code, ErrorCode::locked);
  ASSERT_TRUE(writer.close());
  EXPECT_TRUE(Writer::acquire(folder_, impatient, other));
}

TEST_F(Parts, AWriterCollectsWhatIsCommittedBetweenRotatingAndGivingUp) {
  Writer writer = acquired();
  ASSERT_TRUE(writer.commit(draft_of(make_rows("a", 0, 1))));
  ASSERT_TRUE(writer.rotate());
  ASSERT_TRUE(writer.commit(draft_of(make_rows("b", 1, 1))));
  ASSERT_TRUE(writer.commit(draft_of(make_rows("c", 2, 1))));
  const std::vector<Committed> since = writer.take_since().value();
  ASSERT_EQ(since.size(), 2U);
  EXPECT_EQ(since[0].lsn, 2U);
  EXPECT_EQ(since[1].lsn, 3U);
  EXPECT_TRUE(writer.take_since().value().empty());
  writer.give_up();
  ASSERT_TRUE(writer.commit(draft_of(make_rows("d", 3, 1))));
  ASSERT_TRUE(writer.rotate());
  EXPECT_TRUE(writer.take_since().value().empty());
  ASSERT_TRUE(writer.close());
}

TEST_F(Parts, APoisonedWriterRefusesEverythingAndSaysWhy) {
  Writer writer = acquired();
  ASSERT_TRUE(writer.commit(draft_of(make_rows("a", 0, 1))));
  EXPECT_FALSE(writer.poison({ErrorCode::store_io, "the disk is gone"}));
  EXPECT_EQ(writer.check_usable().error().code, ErrorCode::unavailable);
  EXPECT_NE(writer.check_usable().error().message.find("the disk is gone"), std::string::npos);
  EXPECT_EQ(writer.take_since().error().code, ErrorCode::unavailable);
  EXPECT_FALSE(writer.close());
}

class InSession : public testing::Test {
 protected:
  InSession() { EXPECT_TRUE(session_.open()); }
  ~InSession() override {
    checkpointer_.stop();
    const base::MutexLock lock(session_.mutex);
    if (session_.writer) {
      EXPECT_TRUE(session_.writer->close());
      session_.writer.reset();
    }
  }
  InSession(const InSession&) = delete;
  InSession& operator=(const InSession&) = delete;

  void insert(std::vector<ChunkRow> rows) {
    WriteBatch batch;
    for (ChunkRow& row : rows) {
      batch.insert(std::move(row));
    }
    const base::MutexLock lock(session_.mutex);
    ASSERT_TRUE(session_.apply(batch));
  }

  Session session_{std::make_shared<SimulatedFileSystem>(), "db", by_hand()};
  Checkpointer checkpointer_{session_};
};

TEST_F(InSession, AReadOnlySessionNeverHasAWriter) {
  StoreOptions options = by_hand();
  options.read_only = true;
  Session reader(session_.folder.files, "db", options);
  ASSERT_TRUE(reader.open());
  const base::MutexLock lock(reader.mutex);
  EXPECT_EQ(reader.become_writer().error().code, ErrorCode::store_io);
  EXPECT_FALSE(reader.writer);
}

TEST_F(InSession, ACheckpointTakesWhatWasCommittedAndLeavesNoOldJournal) {
  insert(make_rows("a", 0, 3));
  ASSERT_TRUE(checkpointer_.checkpoint());
  const StoreInfo info = session_.published.info();
  EXPECT_EQ(info.checkpoint_lsn, 1U);
  EXPECT_EQ(info.journal_rows, 0U);
  EXPECT_EQ(info.chunks, 3U);
  ASSERT_TRUE(checkpointer_.checkpoint());
  EXPECT_EQ(session_.published.info().checkpoint_lsn, 1U);
}

TEST_F(InSession, AStoppedCheckpointerMakesNoMoreAndLosesNothing) {
  insert(make_rows("a", 0, 3));
  checkpointer_.stop();
  EXPECT_EQ(checkpointer_.checkpoint().error().code, ErrorCode::unavailable);
  EXPECT_EQ(session_.published.info().checkpoint_lsn, 0U);
  EXPECT_EQ(session_.published.info().chunks, 3U);
}

/// A merge in its own thread that close() ends.
class UnfinishedMerge : public testing::Test {
 protected:
  static constexpr std::int64_t kRows = 12'000;

  StoreOptions often() {
    StoreOptions options;
    options.checkpoint_min_rows = 1000;
    options.build_threads = 1;
    return options;
  }

  /// Closes a store in the middle of its merge. True if that left something to go on from.
  bool end_in_the_middle(std::chrono::milliseconds after) {
    VectorStore store = store::open_store(files_, "db", often()).value();
    EXPECT_TRUE(store.insert(make_rows("a", 0, kRows, 64)));
    std::this_thread::sleep_for(after);
    EXPECT_TRUE(store.close());
    return files_->files().contains("db/cache/merge");
  }

  void expect_whole(const VectorStore& store, std::uint64_t rows) {
    EXPECT_EQ(store.chunk_count(), rows);
    EXPECT_TRUE(store.verify());
    EXPECT_EQ(store.info().journal_rows, 0U);
    EXPECT_FALSE(files_->files().contains("db/cache/merge"));
    for (std::int64_t number = 0; number < kRows; number += 997) {
      const auto hits = store.search(support::make_vector(64, number), 1).value();
      EXPECT_NEAR(hits.front().distance, 0, 0.01);
    }
  }

  std::shared_ptr<SimulatedFileSystem> files_ = std::make_shared<SimulatedFileSystem>();
};

TEST_F(UnfinishedMerge, IsGoneOnWithByTheNextSession) {
  bool kept = false;
  for (int ms = 100; ms < 10'000 && !kept; ms *= 2) {
    files_ = std::make_shared<SimulatedFileSystem>();
    kept = end_in_the_middle(std::chrono::milliseconds(ms));
  }
  ASSERT_TRUE(kept);
  VectorStore store = store::open_store(files_, "db", often()).value();
  EXPECT_EQ(store.info().checkpoint_lsn, 0U);
  ASSERT_TRUE(store.delete_where(field("chunk_id") == 5));
  ASSERT_TRUE(store.insert(make_rows("b", kRows, 10, 64)));
  ASSERT_TRUE(store.checkpoint());
  expect_whole(store, kRows + 9);
}

TEST_F(UnfinishedMerge, OfAnotherStoreOrDamagedIsOfNoUseAndNoHarm) {
  VectorStore store = store::open_store(files_, "db", by_hand()).value();
  ASSERT_TRUE(store.write_cache("merge", std::string(500, 'x')));
  ASSERT_TRUE(store.insert(make_rows("a", 0, kRows, 64)));
  ASSERT_TRUE(store.checkpoint());
  expect_whole(store, kRows);
}

TEST_F(InSession, AVectorReplacerSwitchesAllVectorsInOneCommit) {
  insert(make_rows("a", 0, 3));
  VectorReplacer replacer(session_);
  VectorReplacement wanted;
  wanted.maker = "ones";
  wanted.dimensions = 2;
  wanted.make = [](std::span<const StoredChunk>, std::span<float> out) {
    std::ranges::fill(out, 1.0F);
    return Status{};
  };
  const ReplacementReport report = replacer.replace(wanted).value();
  EXPECT_TRUE(report.finished);
  EXPECT_EQ(report.made, 3U);
  EXPECT_EQ(session_.published.info().format.dimensions, 2U);
  EXPECT_FALSE(replacer.pending().value());
}

}  // namespace
}  // namespace quire::store
