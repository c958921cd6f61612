#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <quire/vector_store.hpp>

#include "base/out_of_memory.hpp"
#include "base/try.hpp"
#include "support/chunks.hpp"
#include "support/portion.hpp"
#include "support/temp_dir.hpp"

/// R13, for what maps memory instead of allocating it: a process that may have so much address
/// space and no more opens a store, asks, writes and merges, or says that it can't.
namespace quire::reliability {
namespace {

namespace fs = std::filesystem;

constexpr int kRows = 400;
constexpr std::size_t kDimensions = 64;
constexpr std::uint64_t kStep = 16 << 10;
constexpr std::uint64_t kMost = 3 << 19;  ///< Enough for everything.

std::uint64_t address_space() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t pages = 0;
  statm >> pages;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

Status work(const fs::path& path) {
  return base::or_out_of_memory([&]() -> Status {
    QUIRE_TRY_ASSIGN(VectorStore store, VectorStore::open(path, {.build_threads = 1}));
    QUIRE_TRY(store.search(support::make_vector(kDimensions, 7), 5));
    QUIRE_TRY(store.replace_file("f3", {support::make_row("f3", 1, kDimensions)}));
    QUIRE_TRY(store.checkpoint());
    QUIRE_TRY(store.search(support::make_vector(kDimensions, 7), 5));
    return store.close();
  });
}

/// How a process ends that has `more` bytes of address space left: 0 all done, 1 refused honestly,
/// 2 another error.
int end_with(std::uint64_t more, const fs::path& path) {
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit limit{address_space() + more, RLIM_INFINITY};
    ::setrlimit(RLIMIT_AS, &limit);
    const Status done = work(path);
    const bool honest = done || done.error().code == ErrorCode::unavailable ||
                        done.error().code == ErrorCode::store_io;
    ::_exit(done ? 0 : honest ? 1 : 2);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

TEST(AddressSpace, ThatEndsIsAnErrorAndLosesNothing) {
  const support::TempDir folder;
  const fs::path good = folder.path() / "good";
  {
    VectorStore store = VectorStore::open(good).value();
    for (int i = 0; i < kRows; ++i) {
      ASSERT_TRUE(store.insert({support::make_row("f" + std::to_string(i / 4), i, kDimensions)}));
    }
    ASSERT_TRUE(store.checkpoint());
    ASSERT_TRUE(store.insert({support::make_row("late", 1, kDimensions)}));
    ASSERT_TRUE(store.close());
  }
  std::uint64_t cases = 0;
  std::uint64_t refused = 0;
  std::uint64_t bad = 0;
  for (std::uint64_t more = 0; more <= kMost; more += kStep) {
    const fs::path tried = folder.path() / "tried";
    fs::remove_all(tried);
    fs::copy(good, tried, fs::copy_options::recursive);
    const int end = end_with(more, tried);
    const Result<VectorStore> after = VectorStore::open(tried, {.read_only = true});
    const std::uint64_t rows = after ? after->chunk_count() : 0;
    const bool sound = after && after->verify() && (rows == kRows + 1 || rows == kRows - 2);
    ++cases;
    refused += end == 1 ? 1 : 0;
    bad += end <= 1 && sound ? 0 : 1;
    EXPECT_TRUE(end <= 1 && sound) << more << " bytes more: ended with " << end << ", " << rows
                                   << " rows" << (after ? "" : ": " + after.error().message);
  }
  support::report(
      "R13", {{"address_space_limits", cases}, {"address_space_refusals", refused}, {"bad", bad}});
  EXPECT_GT(refused, 10U);
  EXPECT_LT(refused, cases);
}

}  // namespace
}  // namespace quire::reliability
