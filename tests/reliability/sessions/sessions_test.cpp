#include <algorithm>
#include <array>
#include <ctime>
#include <filesystem>
#include <string>

#include <sys/resource.h>

#include <gtest/gtest.h>

#include <quire/inspect.hpp>
#include <quire/vector_store.hpp>

#include "support/chunks.hpp"
#include "support/portion.hpp"
#include "support/temp_dir.hpp"

/// R25: a store that lives in sessions of one commit, with few descriptors: what its folder holds,
/// and what it costs to open beside a store that one session wrote. R26: one that lives in sessions
/// of a thousand rows: how much of it waits for a merge, and what close() and all of it cost.
namespace quire::reliability {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSessions = 10'000;
constexpr std::uint64_t kPortions = 25;
constexpr rlim_t kDescriptors = 64;

double cpu_ms() {
  timespec spent{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) * 1e3 + static_cast<double>(spent.tv_nsec) / 1e6;
}

std::uint64_t files_in(const fs::path& folder) {
  return static_cast<std::uint64_t>(std::ranges::count_if(
      fs::directory_iterator(folder),
      [](const fs::directory_entry& entry) { return entry.path().filename() != "cache"; }));
}

void session(const fs::path& folder, std::uint64_t number) {
  VectorStore store = VectorStore::open(folder).value();
  if (number % 2 == 0) {
    const std::string path = "f" + std::to_string(number % 500);
    ASSERT_TRUE(store.replace_file(path, {support::make_row(path, static_cast<int>(number), 64)}));
  } else {
    WriteBatch batch;
    batch.set_attribute("swept", std::to_string(number));
    ASSERT_TRUE(store.apply(batch));
  }
  ASSERT_TRUE(store.close());
}

double opening_ms(const fs::path& folder) {
  const double before = cpu_ms();
  const VectorStore store = VectorStore::open(folder).value();
  return cpu_ms() - before;
}

/// What opening `one` costs, in thousandths of what `other` costs: of the medians, taken in turn.
std::uint64_t opening_permille(const fs::path& one, const fs::path& other) {
  constexpr std::size_t kOpenings = 201;
  std::array<double, kOpenings> ones{};
  std::array<double, kOpenings> others{};
  for (std::size_t i = 0; i < kOpenings; ++i) {
    ones.at(i) = opening_ms(one);
    others.at(i) = opening_ms(other);
  }
  std::ranges::nth_element(ones, ones.begin() + kOpenings / 2);
  std::ranges::nth_element(others, others.begin() + kOpenings / 2);
  return static_cast<std::uint64_t>(1000 * ones.at(kOpenings / 2) / others.at(kOpenings / 2));
}

TEST(Sessions, OfOneCommit) {
  const support::TempDir dir;
  const fs::path folder = dir.path() / "db";
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const rlimit few{kDescriptors, before.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &few);
  const std::uint64_t sessions = kSessions / support::portion(kPortions).count;
  std::uint64_t most_files = 0;
  for (std::uint64_t number = 0; number < sessions; ++number) {
    session(folder, number);
    most_files = std::max(most_files, files_in(folder));
  }
  const fs::path whole = dir.path() / "whole";
  {
    VectorStore store = VectorStore::open(whole).value();
    const VectorStore source = VectorStore::open(folder).value();
    WriteBatch batch;
    for (const ChunkKey key : source.keys()) {
      batch.insert({source.get(key).value(), source.vector(key).value()});
    }
    ASSERT_TRUE(store.apply(batch));
    ASSERT_TRUE(store.checkpoint());
    ASSERT_TRUE(store.close());
  }
  const bool sound = check_store(folder).value().findings.empty();
  EXPECT_TRUE(sound);
  ::setrlimit(RLIMIT_NOFILE, &before);
  support::report("R25", {{"sessions", sessions},
                          {"files_max", most_files},
                          {"opening_permille_max", opening_permille(folder, whole)},
                          {"bad", sound ? 0U : 1U}});
}

TEST(Sessions, OfAThousandRows) {
  const support::TempDir dir;
  const fs::path folder = dir.path() / "db";
  const auto sessions = static_cast<int>(100 / support::portion(10).count);
  const double before = cpu_ms();
  double closing_ms = 0;
  for (int number = 0; number < sessions; ++number) {
    VectorStore store = VectorStore::open(folder).value();
    const std::string path = "f" + std::to_string(number);
    ASSERT_TRUE(store.insert(support::make_rows(path, number * 1000, 1000, 256)));
    const double began = cpu_ms();
    ASSERT_TRUE(store.close());
    closing_ms = std::max(closing_ms, cpu_ms() - began);
  }
  const double in_sessions = cpu_ms() - before;
  const StoreInfo info = VectorStore::open(folder)->info();
  EXPECT_EQ(info.chunks, static_cast<std::uint64_t>(sessions) * 1000);
  const double began = cpu_ms();
  {
    VectorStore store = VectorStore::open(dir.path() / "whole").value();
    for (int number = 0; number < sessions; ++number) {
      const std::string path = "f" + std::to_string(number);
      ASSERT_TRUE(store.insert(support::make_rows(path, number * 1000, 1000, 256)));
    }
    ASSERT_TRUE(store.checkpoint());
  }
  const double in_one = cpu_ms() - began;
  support::report("R26", {{"rows_max", info.chunks},
                          {"unmerged_permille_max", info.journal_rows * 1000 / info.chunks},
                          {"close_cpu_ms_max", static_cast<std::uint64_t>(closing_ms)},
                          {"cpu_permille_of_one_session_max",
                           static_cast<std::uint64_t>(in_sessions * 1000 / in_one)}});
}

}  // namespace
}  // namespace quire::reliability
