#include <algorithm>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crash/workload.hpp"
#include "support/simulated_file_system.hpp"

/// Every bit of every file of a small store flipped, and every file cut at every length: an error,
/// or provably the same answers. Of a store that was not closed the last commit may go, and that is
/// said.
namespace quire::crash {
namespace {

using support::CrashModel;
using support::SimulatedFileSystem;

constexpr std::uint64_t kMessages = 10;

struct Tally {
  std::uint64_t cases = 0;
  std::uint64_t detected = 0;
  std::uint64_t harmless = 0;
  std::uint64_t dropped = 0;  ///< The last commit went, as a torn tail.
  std::uint64_t silent = 0;
};

/// A small store with a checkpoint and commits after it.
class Damage : public ::testing::Test {
 protected:
  Damage() : workload_(make_workload(0, 0)) {
    workload_.options.dimensions = 4;
    workload_.options.automatic_checkpoint = false;
    states_.push_back({});
    VectorStore store = open(files_, workload_).value();
    insert(store, 1);
    insert(store, 2);
    insert(store, 3);
    EXPECT_TRUE(store.checkpoint().has_value());
    insert(store, 4);
    insert(store, 5);
    not_closed_ = files_->after_crash(CrashModel::kill);
    EXPECT_TRUE(store.close().has_value());
  }

  void insert(VectorStore& store, std::uint64_t number) {
    ChunkRow row = extra_row(workload_, number);
    row.vector.resize(4);
    ASSERT_TRUE(store.insert({row}).has_value());
    states_.push_back(with_row(states_.back(), row));
  }

  /// Judges `files`, in which `path` was damaged. `oldest`: the first state that it may show; below
  /// the last one only if `reported` says that a tail was dropped, or nothing could tell.
  void judge(const SimulatedFileSystem& disk,
             const std::string& path,
             std::string bytes,
             std::size_t oldest,
             const std::string& name) {
    const auto files = disk.after_crash(CrashModel::kill);
    files->put(path, std::move(bytes));
    ++tally_.cases;
    const Result<VectorStore> store = open(files, workload_);
    if (!store) {
      ++tally_.detected;
      return;
    }
    for (std::size_t i = states_.size(); i-- > oldest;) {
      const std::string problem = difference(*store, states_[i], workload_, Depth::thorough);
      if (problem.empty()) {
        ++(i + 1 == states_.size() ? tally_.harmless : tally_.dropped);
        return;
      }
    }
    if (++tally_.silent <= kMessages) {
      ADD_FAILURE() << path << ", " << name << ": "
                    << difference(*store, states_.back(), workload_, Depth::thorough);
    }
  }

  void flip_every_bit(const SimulatedFileSystem& disk, std::size_t oldest) {
    for (const auto& [path, bytes] : disk.files()) {
      for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        std::string damaged = bytes;
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
        judge(disk, path, std::move(damaged), oldest, "bit " + std::to_string(bit));
      }
    }
  }

  void print(const char* what) const {
    std::cout << what << ": cases " << tally_.cases << ", detected " << tally_.detected
              << ", harmless " << tally_.harmless << ", last commit dropped " << tally_.dropped
              << ", silent " << tally_.silent << std::endl;
  }

  Workload workload_;
  std::vector<State> states_;
  std::shared_ptr<SimulatedFileSystem> files_ = std::make_shared<SimulatedFileSystem>();
  std::shared_ptr<SimulatedFileSystem> not_closed_;
  Tally tally_;
};

TEST_F(Damage, NoFlippedBitOfAClosedStoreIsSilent) {
  flip_every_bit(*files_, states_.size() - 1);
  print("bit flips, closed");
  EXPECT_EQ(tally_.silent, 0U);
  EXPECT_EQ(tally_.dropped, 0U);
  EXPECT_GT(tally_.detected, tally_.cases / 2);
}

TEST_F(Damage, FlippedBitOfAnOpenStoreDropsTheLastCommitAtMost) {
  flip_every_bit(*not_closed_, states_.size() - 2);
  print("bit flips, not closed");
  EXPECT_EQ(tally_.silent, 0U);
  EXPECT_GT(tally_.dropped, 0U);
}

/// A journal cut between two frames is a shorter journal, which nothing can tell from one that was
/// never longer; every other cut is an error.
TEST_F(Damage, NoCutIsSilent) {
  for (const auto& disk : {files_, not_closed_}) {
    for (const auto& [path, bytes] : disk->files()) {
      const bool is_journal = path.find("journal") != std::string::npos;
      for (std::size_t length = 0; length < bytes.size(); ++length) {
        judge(*disk, path, bytes.substr(0, length), is_journal ? 3 : states_.size() - 1,
              "cut at " + std::to_string(length));
      }
    }
  }
  print("cuts");
  EXPECT_EQ(tally_.silent, 0U);
}

TEST_F(Damage, NoLostFileIsSilent) {
  for (const auto& disk : {files_, not_closed_}) {
    for (const auto& [path, bytes] : disk->files()) {
      const auto files = disk->after_crash(CrashModel::kill);
      ASSERT_TRUE(files->unlink(path).has_value());
      const Result<VectorStore> store = open(files, workload_);
      if (path == "db/LOCK") {
        EXPECT_EQ(difference(store.value(), states_.back(), workload_, Depth::thorough), "");
      } else if (path.find("journal") == std::string::npos) {
        EXPECT_FALSE(store.has_value()) << path;
      } else if (store) {
        // The checkpoint alone is a whole store.
        EXPECT_EQ(difference(*store, states_[3], workload_, Depth::thorough), "") << path;
      }
    }
  }
}

TEST_F(Damage, FilesOfAnotherStoreAreRefused) {
  const auto others = std::make_shared<SimulatedFileSystem>(99);
  {
    VectorStore store = open(others, workload_).value();
    for (const std::uint64_t number : {1, 2, 3}) {
      ChunkRow row = extra_row(workload_, number);
      row.vector.resize(4);
      ASSERT_TRUE(store.insert({row}).has_value());
    }
    ASSERT_TRUE(store.checkpoint().has_value());
    ASSERT_TRUE(store
                    .insert({[&] {
                      ChunkRow row = extra_row(workload_, 9);
                      row.vector.resize(4);
                      return row;
                    }()})
                    .has_value());
    ASSERT_TRUE(store.close().has_value());
  }
  std::size_t swapped = 0;
  for (const auto& [path, bytes] : others->files()) {
    if (path != "db/LOCK") {
      ASSERT_TRUE(files_->files().contains(path)) << path;
      const auto files = files_->after_crash(CrashModel::kill);
      files->put(path, bytes);
      const Result<VectorStore> store = open(files, workload_);
      EXPECT_FALSE(store.has_value()) << path;
      ++swapped;
    }
  }
  EXPECT_EQ(swapped, 3U);
}

}  // namespace
}  // namespace quire::crash
