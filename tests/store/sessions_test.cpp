#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <sys/resource.h>

#include <gtest/gtest.h>

#include <quire/inspect.hpp>
#include <quire/vector_store.hpp>

#include "base/files.hpp"
#include "store/generation.hpp"
#include "store/journal/journal.hpp"
#include "store/open_store.hpp"
#include "support/chunks.hpp"
#include "support/portion.hpp"
#include "support/simulated_file_system.hpp"
#include "support/temp_dir.hpp"

/// Stores that live in many short sessions.
namespace quire {
namespace {

namespace fs = std::filesystem;

using support::make_row;
using support::TempDir;

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    names.insert(entry.path().filename().string());
  }
  return names;
}

std::ptrdiff_t journals_in(const fs::path& folder) {
  const std::set<std::string> names = names_in(folder);
  return std::ranges::count_if(
      names, [](const std::string& name) { return journal::generation_of(name) != 0; });
}

WriteBatch attribute(int number) {
  WriteBatch batch;
  batch.set_attribute("n" + std::to_string(number % 10), std::to_string(number));
  return batch;
}

void expect_open(const Result<VectorStore>& store) {
  ASSERT_TRUE(store) << store.error().message;
}

/// Few descriptors for this process for as long as it lives.
class FewDescriptors {
 public:
  explicit FewDescriptors(rlim_t most) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit few{most, before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &few);
  }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;
  ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

TEST(Sessions, OfOneCommitLeaveFewFiles) {
  const TempDir dir;
  const fs::path folder = dir.path() / "db";
  constexpr int kSessions = 150;
  for (int number = 0; number < kSessions; ++number) {
    auto store = VectorStore::open(folder);
    expect_open(store);
    const bool row = number % 3 == 0;
    ASSERT_TRUE(row ? store->insert({make_row("f" + std::to_string(number), number)}).has_value()
                    : store->apply(attribute(number)).has_value());
    ASSERT_TRUE(store->close());
    ASSERT_LE(journals_in(folder), 3) << "after session " << number;
  }
  EXPECT_LE(names_in(folder).size(), 6U);
  const VectorStore store = VectorStore::open(folder).value();
  EXPECT_EQ(store.chunk_count(), std::uint64_t{kSessions / 3});
  EXPECT_EQ(store.info().lsn, std::uint64_t{kSessions});
  EXPECT_EQ(store.attribute("n8"), "148");
  EXPECT_TRUE(check_store(folder).value().findings.empty());
}

TEST(Sessions, OfGrowingSizesKeepEveryRow) {
  const TempDir dir;
  const fs::path folder = dir.path() / "db";
  StoreOptions options;
  options.automatic_checkpoint = false;
  std::uint64_t rows = 0;
  for (const std::size_t size :
       {1U, 400U, 1U, 1U, 900U, 2U, 400U, 1U, 1U, 1U, 50U, 900U, 900U, 900U, 1U}) {
    VectorStore store = VectorStore::open(folder, options).value();
    std::vector<ChunkRow> batch;
    for (std::size_t i = 0; i < size; ++i) {
      batch.push_back(make_row("f", static_cast<int>(rows + i), 64));
    }
    rows += size;
    ASSERT_TRUE(store.insert(std::move(batch)));
    ASSERT_TRUE(store.close());
    EXPECT_LE(journals_in(folder), 3);
    EXPECT_EQ(VectorStore::open(folder, options)->chunk_count(), rows);
  }
}

/// A store as a program left it that never took a journal over: one a session.
class ManyJournals : public ::testing::Test {
 protected:
  /// 5,000 with QUIRE_PORTION=0/1.
  const std::uint64_t many_ = 5000 / support::portion(16).count;

  void make(std::uint64_t count) {
    {
      VectorStore store = VectorStore::open(folder_).value();
      ASSERT_TRUE(store.apply(attribute(0)));
    }
    const auto files = base::posix_file_system();
    const std::string first = (folder_ / journal::file_name(1)).string();
    const std::string bytes = base::read_file(*files, first).value();
    const journal::Header header = journal::read_header(bytes, "1").value();
    const std::string payload(
        journal::scan(bytes, header, journal::kHeaderSize, 0, "1").value().frames[0].payload);
    for (std::uint64_t lsn = 1; lsn < count; ++lsn) {
      journal::Header next = header;
      next.generation = lsn + 1;
      next.base_lsn = lsn;
      next.salt = header.salt + lsn;
      journal::Writer writer = journal::Writer::create(*files, folder_.string(), next).value();
      ASSERT_TRUE(writer.append(lsn + 1, payload));
      ASSERT_TRUE(writer.seal());
      ASSERT_TRUE(writer.close());
    }
  }

  TempDir dir_;
  fs::path folder_ = dir_.path() / "db";
};

TEST_F(ManyJournals, OpenWithFewDescriptorsAndBecomeFew) {
  make(many_);
  const FewDescriptors few(64);
  EXPECT_TRUE(check_store(folder_).value().findings.empty());
  {
    auto store = VectorStore::open(folder_);
    expect_open(store);
    EXPECT_EQ(store->info().lsn, many_);
    ASSERT_TRUE(store->apply(attribute(1)));
  }
  EXPECT_LE(journals_in(folder_), 3);
  const auto store = VectorStore::open(folder_, {.read_only = true});
  expect_open(store);
  EXPECT_EQ(store->info().lsn, many_ + 1);
  EXPECT_EQ(store->attribute("n1"), "1");
}

TEST_F(ManyJournals, AreRepairedWithFewDescriptors) {
  make(300);
  fs::resize_file(folder_ / journal::file_name(150), 100);
  const FewDescriptors few(64);
  EXPECT_FALSE(check_store(folder_).value().findings.empty());
  const auto repaired = repair_store(folder_);
  ASSERT_TRUE(repaired) << repaired.error().message;
  EXPECT_TRUE(check_store(folder_).value().findings.empty());
  EXPECT_EQ(VectorStore::open(folder_)->attribute("n0"), "0");
}

/// What a crash leaves between a journal that took others over and their removal.
class TakenOver : public ::testing::Test {
 protected:
  VectorStore open() { return store::open_store(files_, "db").value(); }

  /// A session; the journal that it leaves.
  std::string session(int number) {
    VectorStore store = open();
    EXPECT_TRUE(store.apply(attribute(number)));
    EXPECT_TRUE(store.close());
    std::string newest;
    for (const auto& [path, bytes] : files_->files()) {
      newest = path.starts_with("db/journal-") ? path : newest;
    }
    return newest;
  }

  std::shared_ptr<support::SimulatedFileSystem> files_ =
      std::make_shared<support::SimulatedFileSystem>();
};

TEST_F(TakenOver, TheOldJournalsBesideTheNewOneCountForNothing) {
  const std::string old = session(1);
  const std::string bytes = files_->files()[old];
  session(2);
  ASSERT_FALSE(files_->files().contains(old));
  files_->put(old, bytes);
  {
    const VectorStore store = open();
    EXPECT_EQ(store.info().lsn, 2U);
    EXPECT_EQ(store.attribute("n1"), "1");
    EXPECT_EQ(store.attribute("n2"), "2");
  }
  session(3);
  EXPECT_FALSE(files_->files().contains(old));
  EXPECT_EQ(open().info().lsn, 3U);
}

TEST_F(TakenOver, AnOldJournalThatSaysSomethingElseIsDamage) {
  const std::string old = session(1);
  const std::string bytes = files_->files()[old];
  const journal::Header header = journal::read_header(bytes, old).value();
  const std::string newer = session(2);
  const std::string merged = files_->files()[newer];
  const auto frames =
      journal::scan(merged, journal::read_header(merged, "2").value(), journal::kHeaderSize, 0, "2")
          .value()
          .frames;
  support::SimulatedFileSystem elsewhere;
  ASSERT_TRUE(elsewhere.create_folder("db"));
  journal::Writer writer = journal::Writer::create(elsewhere, "db", header).value();
  ASSERT_TRUE(writer.append(1, frames[1].payload));
  ASSERT_TRUE(writer.seal());
  files_->put(old, elsewhere.files()[old]);
  const auto store = store::open_store(files_, "db");
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::corrupt);
  EXPECT_NE(store.error().message.find("two programs have written at once"), std::string::npos)
      << store.error().message;
}

TEST_F(TakenOver, ACopyUnderAnotherNameIsDamage) {
  const std::string old = session(1);
  files_->put("db/" + journal::file_name(7), files_->files()[old]);
  const auto store = store::open_store(files_, "db");
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::corrupt);
}

TEST_F(TakenOver, ByAReaderThatFollows) {
  session(1);
  VectorStore reader = open();
  for (int number = 2; number < 20; ++number) {
    session(number);
    const auto changes = reader.refresh();
    ASSERT_TRUE(changes) << changes.error().message;
    EXPECT_EQ(reader.info().lsn, static_cast<std::uint64_t>(number));
  }
}

}  // namespace
}  // namespace quire
