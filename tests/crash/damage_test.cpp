#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crash/workload.hpp"
#include "support/portion.hpp"
#include "support/simulated_file_system.hpp"

/// Every bit of every file of a small store flipped, and every file cut at every length: an error,
/// or provably the same answers: R8 to R10 of the scoreboard. Of a store that was not closed the
/// last commit may go, and that is said.
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
  Damage() : workload(make_workload(0, 0)) {
    workload.options.automatic_checkpoint = false;
    states.emplace_back();
    states.back().dimensions = 4;
    VectorStore store = open(closed, workload).value();
    insert(store, 1);
    insert(store, 2);
    insert(store, 3);
    EXPECT_TRUE(store.checkpoint().has_value());
    insert(store, 4);
    insert(store, 5);
    not_closed = closed->after_crash(CrashModel::kill);
    EXPECT_TRUE(store.close().has_value());
  }

  void insert(VectorStore& store, std::uint64_t number) {
    const ChunkRow row = extra_row(workload, states.front(), number);
    ASSERT_TRUE(store.insert({row}).has_value());
    states.push_back(with_row(states.back(), row));
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
    ++tally.cases;
    const Result<VectorStore> store = open(files, workload);
    if (!store) {
      ++tally.detected;
      return;
    }
    for (std::size_t i = states.size(); i-- > oldest;) {
      const std::string problem = difference(*store, states[i], workload, Depth::thorough);
      if (problem.empty()) {
        ++(i + 1 == states.size() ? tally.harmless : tally.dropped);
        return;
      }
      // Opened with its cache, a store meets damage when it first needs what is damaged.
      if (problem.find("not the bytes that were written") != std::string::npos) {
        ++tally.detected;
        return;
      }
    }
    if (++tally.silent <= kMessages) {
      ADD_FAILURE() << path << ", " << name << ": "
                    << difference(*store, states.back(), workload, Depth::thorough);
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

  void report(const char* id) const {
    support::report(id, {{"cases", tally.cases},
                         {"detected", tally.detected},
                         {"harmless", tally.harmless},
                         {"dropped", tally.dropped},
                         {"silent", tally.silent}});
  }

  Workload workload;
  std::vector<State> states;
  std::shared_ptr<SimulatedFileSystem> closed = std::make_shared<SimulatedFileSystem>();
  std::shared_ptr<SimulatedFileSystem> not_closed;
  Tally tally;
};

TEST_F(Damage, NoFlippedBitOfAClosedStoreIsSilent) {
  flip_every_bit(*closed, states.size() - 1);
  report("R8");
  EXPECT_EQ(tally.silent, 0U);
  EXPECT_EQ(tally.dropped, 0U);
  EXPECT_GT(tally.detected, tally.cases / 2);
}

TEST_F(Damage, FlippedBitOfAnOpenStoreDropsTheLastCommitAtMost) {
  flip_every_bit(*not_closed, states.size() - 2);
  report("R9");
  EXPECT_EQ(tally.silent, 0U);
  EXPECT_GT(tally.dropped, 0U);
}

/// A journal cut between two frames is a shorter journal, which nothing can tell from one that was
/// never longer; every other cut is an error.
TEST_F(Damage, NoCutIsSilent) {
  for (const auto& disk : {closed, not_closed}) {
    for (const auto& [path, bytes] : disk->files()) {
      const bool is_journal = path.find("journal") != std::string::npos;
      for (std::size_t length = 0; length < bytes.size(); ++length) {
        judge(*disk, path, bytes.substr(0, length), is_journal ? 3 : states.size() - 1,
              "cut at " + std::to_string(length));
      }
    }
  }
  report("R10");
  EXPECT_EQ(tally.silent, 0U);
}

TEST_F(Damage, NoLostFileIsSilent) {
  for (const auto& disk : {closed, not_closed}) {
    for (const auto& [path, bytes] : disk->files()) {
      const auto files = disk->after_crash(CrashModel::kill);
      ASSERT_TRUE(files->unlink(path).has_value());
      const Result<VectorStore> store = open(files, workload);
      if (path == "db/LOCK" || path.starts_with("db/cache/")) {
        EXPECT_EQ(difference(store.value(), states.back(), workload, Depth::thorough), "");
      } else if (path.find("journal") == std::string::npos) {
        EXPECT_FALSE(store.has_value()) << path;
      } else if (store) {
        // The checkpoint alone is a whole store.
        EXPECT_EQ(difference(*store, states[3], workload, Depth::thorough), "") << path;
      }
    }
  }
}

TEST_F(Damage, FilesOfAnotherStoreAreRefused) {
  const auto others = std::make_shared<SimulatedFileSystem>(99);
  {
    VectorStore store = open(others, workload).value();
    for (const std::uint64_t number : {1U, 2U, 3U}) {
      ASSERT_TRUE(store.insert({extra_row(workload, states.front(), number)}).has_value());
    }
    ASSERT_TRUE(store.checkpoint().has_value());
    ASSERT_TRUE(store.insert({extra_row(workload, states.front(), 9)}).has_value());
    ASSERT_TRUE(store.close().has_value());
  }
  std::size_t swapped = 0;
  for (const auto& [path, bytes] : others->files()) {
    if (path != "db/LOCK" && !path.starts_with("db/cache/")) {
      ASSERT_TRUE(closed->files().contains(path)) << path;
      const auto files = closed->after_crash(CrashModel::kill);
      files->put(path, bytes);
      const Result<VectorStore> store = open(files, workload);
      EXPECT_FALSE(store.has_value()) << path;
      ++swapped;
    }
  }
  EXPECT_EQ(swapped, 3U);
}

}  // namespace
}  // namespace quire::crash
