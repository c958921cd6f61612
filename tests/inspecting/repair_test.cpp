#include <algorithm>
#include <sstream>

#include <gtest/gtest.h>

#include "base/checksum.hpp"
#include "inspecting/inspect_files.hpp"
#include "store/open_store.hpp"
#include "store/store_lock.hpp"
#include "support/chunks.hpp"
#include "support/hooked_file_system.hpp"

/// check, repair and dump on a simulated disk.
namespace quire::inspecting {
namespace {

using support::CrashModel;
using support::HookedFileSystem;
using support::make_row;
using support::make_rows;
using support::SimulatedFileSystem;

constexpr const char* kIndex = "db/index.usearch";
constexpr const char* kMetadata = "db/metadata.json";

StoreOptions by_hand() {
  StoreOptions options;
  options.automatic_checkpoint = false;
  return options;
}

/// 30 rows and an attribute in a checkpoint, 10 rows in the journal.
std::shared_ptr<HookedFileSystem> filled_store(const std::string& path = "a.go") {
  auto files = std::make_shared<HookedFileSystem>();
  VectorStore store = store::open_store(files, "db", by_hand()).value();
  EXPECT_TRUE(store.insert(make_rows(path, 0, 30)));
  WriteBatch batch;
  batch.set_attribute("root", "/x");
  EXPECT_TRUE(store.apply(batch));
  EXPECT_TRUE(store.checkpoint());
  EXPECT_TRUE(store.insert(make_rows(path, 30, 5)));
  EXPECT_TRUE(store.insert(make_rows(path, 35, 5)));
  EXPECT_TRUE(store.close());
  return files;
}

std::string journal_of(const SimulatedFileSystem& files) {
  for (const auto& [path, bytes] : files.files()) {
    if (path.starts_with("db/journal-") && path.ends_with(".log")) {
      return path;
    }
  }
  return "";
}

void flip(SimulatedFileSystem& files, const std::string& path, std::size_t at) {
  std::string bytes = files.files().at(path);
  bytes[at] ^= 1;
  files.put(path, bytes);
}

bool says(const std::vector<std::string>& lines, const std::string& part) {
  return std::ranges::any_of(
      lines, [&](const std::string& line) { return line.find(part) != std::string::npos; });
}

TEST(Check, OnlyOurOwnLeftoversAreToldOfAsSuch) {
  const auto files = filled_store();
  files->put("db/notes.tmp", "somebody's");
  files->put("db/metadata.json.tmp", "half written");
  const CheckReport report = check(*files, "db").value();
  EXPECT_TRUE(says(report.notes, "metadata.json.tmp"));
  EXPECT_FALSE(says(report.notes, "notes.tmp"));
}

TEST(Check, ANewerFormatIsNoDamageAndRepairLeavesItAlone) {
  const auto files = filled_store();
  const std::string body =
      R"({"format":2,"uuid":"00112233445566778899aabbccddeeff","lsn":1,"next_key":0,"chunks":{},)";
  files->put(kMetadata,
             body + R"("checksum":"xxh3:)" + base::to_hex(base::checksum(body)) + "\"}\n");
  flip(*files, journal_of(*files), 200);
  const auto before = files->files();
  const auto report = check(*files, "db");
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::incompatible) << report.error().message;
  const auto repaired = repair(files, "db");
  ASSERT_FALSE(repaired);
  EXPECT_EQ(repaired.error().code, ErrorCode::incompatible);
  EXPECT_TRUE(files->files() == before);
}

TEST(Check, FilesThatAreBeingSwappedAreNoDamage) {
  const auto files = filled_store();
  auto lock = store::WriterLock::acquire(*files, "db", std::chrono::milliseconds(0)).value();
  ASSERT_TRUE(lock.lock_swap(*files, std::chrono::milliseconds(0)).value());
  const auto report = check(*files, "db");
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::locked) << report.error().message;
}

TEST(Check, BesideAWriterLooksAgainWhenAListedFileIsGone) {
  const auto files = filled_store();
  VectorStore writer = store::open_store(files, "db", by_hand()).value();
  ASSERT_TRUE(writer.insert({make_row("b", 0)}));
  for (const bool locks : {true, false}) {
    if (!locks) {
      ASSERT_TRUE(files->unlink("db/LOCK"));
    }
    files->after_list = [&] { static_cast<void>(writer.checkpoint()); };
    const auto report = check(*files, "db");
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_TRUE(report->findings.empty()) << report->findings[0].problem;
    EXPECT_EQ(report->chunks, 41U);
    ASSERT_TRUE(writer.replace_file("b", {make_row("b", 1)}));
  }
}

TEST(Repair, KeysOfCommitsBehindTheDamageAreNotUsedAgain) {
  const auto files = filled_store();
  flip(*files, journal_of(*files), 200);
  EXPECT_EQ(repair(files, "db").value().chunks_kept, 30U);
  VectorStore store = store::open_store(files, "db").value();
  EXPECT_EQ(store.insert({make_row("d", 1)}).value().inserted[0].value, 40U);
}

TEST(Repair, KeysThatTheDamagedLastCommitMayHaveUsedAreNotUsedAgain) {
  const auto files = filled_store();
  const std::string journal = journal_of(*files);
  flip(*files, journal, files->files().at(journal).size() - 48 - 100);
  EXPECT_EQ(repair(files, "db").value().chunks_kept, 35U);
  VectorStore store = store::open_store(files, "db").value();
  EXPECT_GE(store.insert({make_row("d", 1)}).value().inserted[0].value, 40U);
}

}  // namespace
}  // namespace quire::inspecting
