#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <quire/inspect.hpp>
#include <quire/vector_store.hpp>

#include "crash/environment.hpp"
#include "support/chunks.hpp"
#include "support/portion.hpp"
#include "support/temp_dir.hpp"

/// R23: a store is written by processes that are killed, read by one that stays, and checked, for
/// QUIRE_SOAK_SECONDS. Nothing acknowledged is lost, no file is torn, and the process that stays
/// keeps neither memory nor descriptors.
namespace quire::reliability {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr int kFiles = 60;
constexpr std::size_t kDimensions = 32;

std::chrono::seconds length_of_soak() {
  return std::chrono::seconds(crash::number_in_environment("QUIRE_SOAK_SECONDS").value_or(10));
}

std::uint64_t resident_kilobytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t pages = 0;
  statm >> pages >> pages;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) / 1024;
}

std::uint64_t open_descriptors() {
  return static_cast<std::uint64_t>(
      std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

/// Every row of a file tells the commit that wrote it and how many there are.
std::vector<ChunkRow> make_file(const std::string& path,
                                std::uint64_t commit,
                                std::mt19937& random) {
  std::vector<ChunkRow> rows(1 + random() % 12);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i] = support::make_row(path, static_cast<std::int64_t>(random() % 100'000), kDimensions);
    rows[i].meta.content = std::to_string(commit) + " " + std::to_string(rows.size());
  }
  return rows;
}

Status change(VectorStore& store, std::mt19937& random) {
  const std::string path = "f" + std::to_string(random() % kFiles);
  switch (random() % 40) {
    case 0:
      return store.checkpoint();
    case 1: {
      const auto removed = store.delete_file(path);
      return removed ? Status() : Status(std::unexpected(removed.error()));
    }
    default: {
      const auto commit = store.replace_file(path, make_file(path, store.lsn() + 1, random));
      return commit ? Status() : Status(std::unexpected(commit.error()));
    }
  }
}

StoreOptions writing() {
  return {.checkpoint_min_rows = 200};
}

/// Writes until it is killed; tells each acknowledged commit.
[[noreturn]] void write_on(const fs::path& path, unsigned seed, int acknowledged) {
  std::mt19937 random(seed);
  Result<VectorStore> store = VectorStore::open(path, writing());
  while (store && change(*store, random)) {
    const std::uint64_t lsn = store->lsn();
    if (::write(acknowledged, &lsn, sizeof lsn) != sizeof lsn) {
      break;
    }
  }
  ::_exit(1);
}

/// The last commit that a writer acknowledged before it was killed; 0: none.
std::uint64_t write_and_kill(const fs::path& path, unsigned seed, std::chrono::milliseconds after) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    write_on(path, seed, ends[1]);
  }
  ::close(ends[1]);
  std::thread killer([&] {
    std::this_thread::sleep_for(after);
    ::kill(child, SIGKILL);
  });
  std::uint64_t last = 0;
  for (std::uint64_t lsn = 0; ::read(ends[0], &lsn, sizeof lsn) == sizeof lsn;) {
    last = lsn;
  }
  killer.join();
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself";
  ::close(ends[0]);
  return last;
}

/// A file whose rows are not all of one commit, or "".
std::string torn_file(const VectorStore& store) {
  std::map<std::string, std::map<std::string, std::size_t>> files;
  const std::vector<StoredChunk> chunks = store.query({}).value();
  for (const StoredChunk& chunk : chunks) {
    ++files[chunk.meta.file_path][chunk.meta.content];
  }
  for (const auto& [path, contents] : files) {
    const auto& [content, rows] = *contents.begin();
    if (contents.size() != 1 || content.substr(content.find(' ') + 1) != std::to_string(rows)) {
      return path;
    }
  }
  return "";
}

class Soak {
 public:
  struct Tally {
    std::uint64_t rounds = 0;
    std::uint64_t commits = 0;
    std::uint64_t bad = 0;
  };

  void round(unsigned seed) {
    std::mt19937 random(seed);
    const std::uint64_t before = reader_ ? reader_->lsn() : 0;
    const std::uint64_t acknowledged =
        write_and_kill(path_, seed, std::chrono::milliseconds(random() % 400));
    if (!reader_) {
      reader_.emplace(VectorStore::open(path_, {.read_only = true}).value());
    }
    expect(reader_->refresh().has_value(), seed, "the reader can't follow");
    expect(reader_->lsn() >= std::max(acknowledged, before), seed, "a commit was lost");
    expect(torn_file(*reader_).empty(), seed, "a file is torn");
    if (tally_.rounds % 8 == 0) {
      write_here(random, seed);
    }
    ++tally_.rounds;
    tally_.commits += reader_->lsn() - before;
  }

  const Tally& tally() const { return tally_; }

 private:
  /// As a writer that ends well, and a check.
  void write_here(std::mt19937& random, unsigned seed) {
    VectorStore store = VectorStore::open(path_, writing()).value();
    for (int i = 0; i < 20; ++i) {
      expect(change(store, random).has_value(), seed, "a change failed");
    }
    expect(store.close().has_value(), seed, "closing failed");
    const auto report = check_store(path_);
    expect(report && report->findings.empty(), seed, "check finds something");
  }

  void expect(bool good, unsigned seed, const char* what) {
    tally_.bad += good ? 0 : 1;
    EXPECT_TRUE(good) << "round " << seed << ": " << what;
  }

  support::TempDir folder_;
  fs::path path_ = folder_.path() / "db";
  std::optional<VectorStore> reader_;
  Tally tally_;
};

/// The most that the process had of something.
struct Most {
  std::uint64_t kilobytes = 0;
  std::uint64_t descriptors = 0;

  void look() {
    kilobytes = std::max(kilobytes, resident_kilobytes());
    descriptors = std::max(descriptors, open_descriptors());
  }
};

TEST(Soak, KeepsNothingAndLosesNothing) {
  const Clock::time_point begun = Clock::now();
  const Clock::time_point settled = begun + length_of_soak() / 4;
  Soak soak;
  Most at_first;
  Most later;
  unsigned seed = 0;
  while (Clock::now() < begun + length_of_soak() && soak.tally().bad == 0) {
    soak.round(seed++);
    (Clock::now() < settled ? at_first : later).look();
  }
  const std::uint64_t growth =
      1000 * later.kilobytes / std::max<std::uint64_t>(at_first.kilobytes, 1);
  support::report("R23",
                  {{"seconds", static_cast<std::uint64_t>(length_of_soak().count())},
                   {"rounds", soak.tally().rounds},
                   {"commits", soak.tally().commits},
                   {"bad", soak.tally().bad},
                   {"rss_growth_permille_max", growth - std::min<std::uint64_t>(growth, 1000)},
                   {"descriptors_more_max",
                    later.descriptors - std::min(later.descriptors, at_first.descriptors)}});
  EXPECT_EQ(soak.tally().bad, 0U);
  EXPECT_GT(soak.tally().commits, soak.tally().rounds);
  EXPECT_LE(later.descriptors, at_first.descriptors + 2);  // A reader holds a journal or two.
}

}  // namespace
}  // namespace quire::reliability
