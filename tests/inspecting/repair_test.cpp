#include <algorithm>
#include <sstream>

#include <gtest/gtest.h>

#include "base/checksum.hpp"
#include "inspecting/inspect_files.hpp"
#include "store/cache_folder.hpp"
#include "store/open_store.hpp"
#include "store/store_lock.hpp"
#include "support/chunks.hpp"
#include "support/hooked_file_system.hpp"

/// check, repair and dump on a simulated disk.
namespace quire::inspecting {
namespace {

using support::by_hand;
using support::CrashModel;
using support::HookedFileSystem;
using support::make_row;
using support::make_rows;
using support::SimulatedFileSystem;

constexpr const char* kIndex = "db/index.usearch";
constexpr const char* kMetadata = "db/metadata.json";

/// 30 rows and an attribute in a checkpoint, 10 rows in the journal.
std::shared_ptr<HookedFileSystem> filled_store(const std::string& path = "a.go") {
  auto files = std::make_shared<HookedFileSystem>(path.size());  // Another path, another uuid.
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
      R"({"format":3,"uuid":"00112233445566778899aabbccddeeff","lsn":1,"next_key":0,"chunks":{},)";
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
  const auto swapping = lock.lock_swap(*files, std::chrono::milliseconds(0)).value();
  ASSERT_TRUE(swapping);
  const auto report = check(*files, "db");
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::locked) << report.error().message;
}

TEST(Check, BesideAWriterLooksAgainWhenAListedFileIsGone) {
  const auto files = filled_store();
  VectorStore writer = store::open_store(files, "db", by_hand()).value();
  ASSERT_TRUE(writer.insert({make_row("b", 0)}));
  for (const bool locks : {true, false}) {
    files->before_open = [&](const std::string& path) -> Status {
      return locks || path != "db/LOCK" ? Status{} : fail(ErrorCode::store_io, "no permission");
    };
    files->after_list = [&] { static_cast<void>(writer.checkpoint()); };
    const auto report = check(*files, "db");
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_TRUE(report->findings.empty()) << report->findings[0].problem;
    EXPECT_EQ(report->chunks, 41U);
    ASSERT_TRUE(writer.replace_file("b", {make_row("b", 1)}));
  }
}

TEST(Check, AFindingNamesItsFirstByteNotItsProof) {
  const auto files = filled_store();
  flip(*files, journal_of(*files), 200);
  const CheckReport report = check(*files, "db").value();
  ASSERT_FALSE(report.findings.empty());
  EXPECT_EQ(report.findings[0].offset, 96U) << report.findings[0].problem;
}

TEST(Dump, AnIndexOfABrokenChecksumIsStillPrinted) {
  const auto files = filled_store();
  flip(*files, kIndex, 90);
  std::stringstream out;
  ASSERT_TRUE(dump(*files, kIndex, out));
  EXPECT_NE(out.str().find("key 7: slot"), std::string::npos) << out.str();
}

TEST(Repair, AJournalOfAnotherStoreIsDroppedNotReplayed) {
  const auto files = filled_store();
  const auto others = filled_store("other.go");
  files->put(journal_of(*files), others->files().at(journal_of(*others)));
  const RepairReport report = repair(files, "db").value();
  EXPECT_EQ(report.chunks_kept, 30U);
  EXPECT_TRUE(says(report.actions, "belongs to store"));
  const VectorStore store = store::open_store(files, "db").value();
  EXPECT_TRUE(store.query(field("file_path") == "other.go").value().empty());
}

TEST(Repair, AnIndexOfAnotherStoreLendsNoVectors) {
  const auto files = filled_store();
  const auto others = filled_store("other.go");
  files->put(kIndex, others->files().at(kIndex));
  const RepairReport report = repair(files, "db").value();
  EXPECT_EQ(report.chunks_kept, 10U);
  EXPECT_EQ(report.chunks_lost, 30U);
  EXPECT_TRUE(says(report.actions, "belongs to store"));
}

/// Damages a store in some way; returns how many rows a repair keeps of it.
using Harm = std::uint64_t (*)(SimulatedFileSystem&);

std::uint64_t harm_index(SimulatedFileSystem& files) {
  flip(files, kIndex, 300);
  return 10;
}

/// The cache tells which rows share a block with it.
std::uint64_t harm_metadata(SimulatedFileSystem& files) {
  flip(files, kMetadata, 300);
  for (const auto& [path, bytes] : files.files()) {
    if (path.starts_with("db/cache/")) {  // Else the next crash may take it: nobody syncs a cache.
      const auto cache = files.open(path, base::OpenMode::read_write).value();
      EXPECT_TRUE(cache->sync());
    }
  }
  EXPECT_TRUE(files.sync_folder("db/cache"));
  return 23;
}

std::uint64_t harm_metadata_without_cache(SimulatedFileSystem& files) {
  flip(files, kMetadata, 300);
  EXPECT_TRUE(store::remove_caches(files, "db"));
  return 10;
}

std::uint64_t harm_journal(SimulatedFileSystem& files) {
  flip(files, journal_of(files), files.files().at(journal_of(files)).size() - 48 - 100);
  return 35;
}

TEST(Repair, CutShortAnywhereIsDoneByTheNextOne) {
  for (const Harm harm : {harm_index, harm_metadata, harm_metadata_without_cache, harm_journal}) {
    const auto damaged = filled_store();
    const std::uint64_t rows = harm(*damaged);
    ASSERT_TRUE(damaged->sync_folder("db"));
    const auto healthy = damaged->after_crash(CrashModel::kill);
    const std::uint64_t first = healthy->changes();
    ASSERT_EQ(repair(healthy, "db").value().chunks_kept, rows);
    const std::uint64_t changes = healthy->changes() - first;
    for (std::uint64_t at = 0; at < changes; ++at) {
      for (std::uint64_t variant = 0; variant < 6; ++variant) {
        auto files = damaged->after_crash(CrashModel::kill);
        files->crash_at_change(files->changes() + at);
        static_cast<void>(repair(files, "db"));
        files = files->after_crash(static_cast<CrashModel>(std::min<std::uint64_t>(variant, 3)),
                                   variant);
        const auto again = repair(files, "db");
        ASSERT_TRUE(again) << again.error().message;
        const auto store = store::open_store(files, "db");
        ASSERT_TRUE(store) << "change " << at << ": " << store.error().message;
        EXPECT_EQ(store->chunk_count(), rows) << "change " << at << " variant " << variant;
        EXPECT_GE(store->info().next_key, 40U);
        EXPECT_TRUE(check(*files, "db").value().findings.empty());
      }
    }
  }
}

TEST(Repair, AnEarlierOnesRemainsDontUndoLaterCommits) {
  const auto files = filled_store();
  flip(*files, kIndex, 300);
  files->crash_at_change(files->changes() + 30);
  static_cast<void>(repair(files, "db"));
  const auto later = files->after_crash(CrashModel::kill);
  ASSERT_TRUE(repair(later, "db"));
  {
    VectorStore store = store::open_store(later, "db").value();
    ASSERT_TRUE(store.insert(make_rows("new.go", 50, 3)));
    ASSERT_TRUE(store.close());
  }
  flip(*later, journal_of(*later), later->files().at(journal_of(*later)).size() - 1);
  ASSERT_TRUE(repair(later, "db"));
  EXPECT_EQ(store::open_store(later, "db").value().chunk_count(), 13U);
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

TEST(Repair, OwnFieldsAndUpdatesAreKept) {
  const auto files = std::make_shared<HookedFileSystem>();
  const Schema fields{{"rank", FieldType::i64}, {"tag", FieldType::string, true}};
  const auto row_of = [](std::int64_t id) {
    ChunkRow row = make_row("a", id);
    row.meta.fields = {{"rank", id}, {"tag", "tag " + std::to_string(id)}};
    return row;
  };
  {
    StoreOptions options = support::by_hand();
    options.fields = fields;
    VectorStore store = store::open_store(files, "db", options).value();
    for (std::int64_t i = 0; i < 20; ++i) {
      ASSERT_TRUE(store.insert({row_of(i)}));
      ASSERT_TRUE(i != 9 || store.checkpoint());
    }
    ASSERT_TRUE(store.update_where(field("key") == 3,
                                   [](ChunkMeta& meta) { meta.fields = {{"rank", 300}}; }));
    ASSERT_TRUE(store.insert({row_of(20)}));
    ASSERT_TRUE(store.close());
  }
  const std::string journal = journal_of(*files);
  flip(*files, journal, files->files().at(journal).size() - 48 - 4);
  EXPECT_EQ(repair(files, "db").value().chunks_kept, 20U);
  const VectorStore store = store::open_store(files, "db").value();
  EXPECT_EQ(store.fields(), fields);
  EXPECT_EQ(store.get({3}).value().fields, (std::vector<OwnField>{{"rank", 300}}));
  EXPECT_EQ(store.get({19}).value().fields, row_of(19).meta.fields);
}

TEST(Repair, AttributesOfAStoreWithoutVectorsAreKept) {
  const auto files = std::make_shared<HookedFileSystem>();
  {
    VectorStore store = store::open_store(files, "db").value();
    for (const char* name : {"first", "second"}) {
      WriteBatch batch;
      batch.set_attribute(name, "/x");
      ASSERT_TRUE(store.apply(batch));
    }
    ASSERT_TRUE(store.close());
  }
  const std::string journal = journal_of(*files);
  flip(*files, journal, files->files().at(journal).size() - 48 - 4);
  ASSERT_FALSE(check(*files, "db").value().findings.empty());
  const RepairReport report = repair(files, "db").value();
  EXPECT_TRUE(says(report.actions, journal.substr(3)));
  const VectorStore store = store::open_store(files, "db").value();
  EXPECT_EQ(store.attribute("first"), "/x");
  EXPECT_EQ(store.attribute("second"), std::nullopt);
}

TEST(Repair, ASecondOneKeepsWhatTheFirstSetAside) {
  const auto files = filled_store();
  const std::string first = files->files().at(kIndex);
  flip(*files, kMetadata, 300);
  ASSERT_TRUE(repair(files, "db"));
  flip(*files, kMetadata, 200);
  const std::string second = files->files().at(kIndex);
  ASSERT_TRUE(repair(files, "db"));
  EXPECT_TRUE(files->files().at("db/index.usearch.damaged") == first);
  EXPECT_TRUE(files->files().at("db/index.usearch.damaged.2") == second);
}

TEST(Discard, LeavesAnEmptyStoreThatUsesNoKeyTwice) {
  for (const Harm harm : {harm_index, harm_metadata, harm_metadata_without_cache, harm_journal}) {
    const auto files = filled_store();
    harm(*files);
    files->put("db/notes.txt", "somebody's");
    ASSERT_TRUE(discard(files, "db"));
    EXPECT_TRUE(files->files().contains("db/notes.txt"));
    EXPECT_FALSE(files->files().contains(kIndex));
    StoreOptions options;
    options.dimensions = 4;
    VectorStore store = store::open_store(files, "db", options).value();
    EXPECT_EQ(store.chunk_count(), 0U);
    EXPECT_EQ(store.attribute("root"), std::nullopt);
    EXPECT_GE(store.insert({make_row("new", 0, 4)}).value().inserted[0].value, 40U);
  }
}

/// Nothing can be written for as long as a file of those in `needed` is there.
class FullDisk : public testing::TestWithParam<std::vector<std::string>> {};

TEST_P(FullDisk, GivesDiscardItsRoomFromTheOldStore) {
  const auto files = std::make_shared<support::HookedFileSystem>();
  for (const auto& [path, bytes] : filled_store()->files()) {
    ASSERT_TRUE(files->create_folder("db"));
    ASSERT_TRUE(files->create_folder("db/cache"));
    files->put(path, bytes);
  }
  files->before_open = [&](const std::string& path) -> Status {
    const bool full = std::ranges::any_of(
        GetParam(), [&](const std::string& name) { return files->files().contains(name); });
    return full && path.starts_with("db/repair/")
               ? fail(ErrorCode::store_io, "write " + path + ": No space left on device")
               : Status{};
  };
  ASSERT_TRUE(discard(files, "db"));
  const VectorStore store = store::open_store(files, "db").value();
  EXPECT_EQ(store.chunk_count(), 0U);
  EXPECT_GE(store.info().next_key, 40U);
}

INSTANTIATE_TEST_SUITE_P(Discard,
                         FullDisk,
                         testing::Values(std::vector<std::string>{kIndex},
                                         std::vector<std::string>{kIndex, kMetadata}));

TEST(Discard, CutShortAnywhereIsDoneByTheNextOne) {
  const auto whole = filled_store();
  harm_index(*whole);
  ASSERT_TRUE(whole->sync_folder("db"));
  for (std::uint64_t at = 0; at < 40; ++at) {
    for (std::uint64_t variant = 0; variant < 6; ++variant) {
      auto files = whole->after_crash(CrashModel::kill);
      files->crash_at_change(files->changes() + at);
      static_cast<void>(discard(files, "db"));
      files =
          files->after_crash(static_cast<CrashModel>(std::min<std::uint64_t>(variant, 3)), variant);
      ASSERT_TRUE(discard(files, "db"));
      const VectorStore store = store::open_store(files, "db").value();
      EXPECT_EQ(store.chunk_count(), 0U);
      EXPECT_GE(store.info().next_key, 40U) << "change " << at << " variant " << variant;
    }
  }
}

}  // namespace
}  // namespace quire::inspecting
