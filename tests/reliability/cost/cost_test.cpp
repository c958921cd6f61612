#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <quire/vector_store.hpp>

#include "support/chunks.hpp"
#include "support/portion.hpp"
#include "support/temp_dir.hpp"

/// R19: what a commit writes does not depend on what the store holds. R20: how long a store takes
/// to open after a crash that left a long journal; the scoreboard judges the time, the test that
/// all is there.
namespace quire::reliability {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kDimensions = 64;

std::vector<ChunkRow> rows_of(const std::string& path, int count, std::size_t dimensions) {
  std::vector<ChunkRow> rows;
  for (int i = 0; i < count; ++i) {
    rows.push_back(support::make_row(path, i, dimensions));
  }
  return rows;
}

/// Bytes that this process has passed to write calls.
std::uint64_t bytes_written() {
  std::ifstream io("/proc/self/io");
  std::string name;
  std::uint64_t value = 0;
  while (io >> name >> value) {
    if (name == "wchar:") {
      return value;
    }
  }
  return 0;
}

/// What a commit of ten chunks writes into a store of `files` files with ten chunks each.
std::uint64_t bytes_of_a_commit(int files) {
  const support::TempDir folder;
  const fs::path path = folder.path() / "db";
  {
    VectorStore store = VectorStore::open(path, {.durability = Durability::bulk}).value();
    for (int file = 0; file < files; ++file) {
      EXPECT_TRUE(store.insert(rows_of("f" + std::to_string(file), 10, kDimensions)));
    }
    EXPECT_TRUE(store.checkpoint());
    EXPECT_TRUE(store.close());
  }
  VectorStore store = VectorStore::open(path).value();
  EXPECT_TRUE(store.replace_file("f1", rows_of("f1", 10, kDimensions)));  // Becomes the writer.
  const std::uint64_t before = bytes_written();
  EXPECT_TRUE(store.replace_file("f2", rows_of("f2", 10, kDimensions)));
  return bytes_written() - before;
}

TEST(Cost, OfACommitIsThatOfItsBatch) {
  const std::uint64_t small = bytes_of_a_commit(100);
  const std::uint64_t large = bytes_of_a_commit(10'000);
  support::report("R19", {{"bytes_at_1k", small},
                          {"bytes_at_100k", large},
                          {"ratio_permille_max", 1000 * large / small}});
  ASSERT_GT(small, 10 * kDimensions * 2);
  EXPECT_LE(large, small * 11 / 10);
}

std::uint64_t milliseconds_to_open(const fs::path& path, std::optional<VectorStore>& store) {
  const auto begun = std::chrono::steady_clock::now();
  store.emplace(VectorStore::open(path, {.read_only = true}).value());
  const auto took = std::chrono::steady_clock::now() - begun;
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
}

TEST(Cost, OfOpeningAfterACrashIsBounded) {
  constexpr std::uint64_t kJournalBytes = std::uint64_t{64} << 20;
  constexpr std::size_t kWide = 256;
  const support::TempDir folder;
  const fs::path path = folder.path() / "db";
  const fs::path crashed = folder.path() / "crashed";
  VectorStore store =
      VectorStore::open(path, {.durability = Durability::bulk, .automatic_checkpoint = false})
          .value();
  for (int file = 0; store.info().journal_bytes < kJournalBytes; ++file) {
    ASSERT_TRUE(store.insert(rows_of("f" + std::to_string(file), 10, kWide)));
  }
  ASSERT_TRUE(store.flush());
  fs::copy(path, crashed, fs::copy_options::recursive);  // As a kill would leave it.
  std::optional<VectorStore> opened;
  const std::uint64_t after_crash = milliseconds_to_open(crashed, opened);
  EXPECT_EQ(opened->chunk_count(), store.chunk_count());
  const std::uint64_t chunks = store.chunk_count();
  ASSERT_TRUE(store.checkpoint());
  ASSERT_TRUE(store.close());
  const std::uint64_t clean = milliseconds_to_open(path, opened);
  EXPECT_EQ(opened->chunk_count(), chunks);
  support::report("R20", {{"chunks", chunks},
                          {"ms_after_crash_max", after_crash},
                          {"ms_clean_max", clean},
                          {"ms_per_100k_max", after_crash * 100'000 / chunks}});
}

}  // namespace
}  // namespace quire::reliability
