#include <algorithm>
#include <cstdint>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <quire/vector_store.hpp>

#include "inspecting/inspect_files.hpp"
#include "store/open_store.hpp"
#include "store/waiting_index.hpp"
#include "support/chunks.hpp"
#include "support/simulated_file_system.hpp"

namespace quire::inspecting {
namespace {

using support::CrashModel;
using support::SimulatedFileSystem;

constexpr const char* kFolder = "db";

Status replace(VectorStore& store, bool stops) {
  VectorReplacement wanted;
  wanted.maker = "somebody";
  wanted.dimensions = 3;
  wanted.batch = 2;
  wanted.make = [](std::span<const StoredChunk>, std::span<float> out) {
    std::ranges::fill(out, 1.0F);
    return Status();
  };
  wanted.should_stop = [stops, asked = 0]() mutable { return stops && ++asked > 1; };
  const auto done = store.replace_vectors(wanted);
  return done ? Status() : std::unexpected(done.error());
}

std::shared_ptr<SimulatedFileSystem> disk_with_store() {
  auto files = std::make_shared<SimulatedFileSystem>();
  VectorStore store = store::open_store(files, kFolder, {}).value();
  for (int i = 0; i < 7; ++i) {
    EXPECT_TRUE(store.insert({support::make_row("f", i)}).has_value());
  }
  EXPECT_TRUE(store.checkpoint().has_value());
  EXPECT_TRUE(store.close().has_value());
  return files;
}

bool index_waits(const SimulatedFileSystem& files) {
  return std::ranges::any_of(files.files(), [](const auto& file) {
    return store::is_waiting_index(file.first.substr(file.first.rfind('/') + 1));
  });
}

TEST(UnfinishedReplacement, IsNotedAndLeavesTheStoreSound) {
  const auto files = disk_with_store();
  {
    VectorStore store = store::open_store(files, kFolder, {}).value();
    ASSERT_TRUE(replace(store, true).has_value());
  }
  const auto report = check(*files, kFolder);
  ASSERT_TRUE(report.has_value());
  EXPECT_TRUE(report->findings.empty());
  ASSERT_EQ(report->notes.size(), 1U);
  EXPECT_NE(report->notes[0].find("2 vectors of an unfinished change to somebody"),
            std::string::npos)
      << report->notes[0];
  std::ostringstream out;
  ASSERT_TRUE(dump(*files, "db/next/vectors.log", out).has_value());
  EXPECT_NE(out.str().find("made by somebody"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("key 1: byte "), std::string::npos) << out.str();
}

/// At every change of a replacement the machine stops; the files are sound, and a repair leaves
/// them as they are.
TEST(UnfinishedReplacement, IsSoundWhereverItIsCutShort) {
  const auto whole = disk_with_store();
  VectorStore store = store::open_store(whole, kFolder, {}).value();
  int waiting = 0;
  whole->before_change([&] {
    const auto files = whole->after_crash(CrashModel::kill);
    waiting += index_waits(*files) ? 1 : 0;
    const auto report = check(*files, kFolder);
    ASSERT_TRUE(report.has_value()) << report.error().message;
    EXPECT_TRUE(report->findings.empty()) << report->findings.front().problem;
    EXPECT_EQ(report->chunks, 7U);
    const auto repaired = repair(files, kFolder);
    ASSERT_TRUE(repaired.has_value());
    EXPECT_TRUE(repaired->actions.empty());
  });
  ASSERT_TRUE(replace(store, false).has_value());
  EXPECT_GE(waiting, 3);
}

}  // namespace
}  // namespace quire::inspecting
