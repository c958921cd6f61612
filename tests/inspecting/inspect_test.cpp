#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include <quire/inspect.hpp>
#include <quire/vector_store.hpp>

#include "base/uuid.hpp"
#include "lexical/segment_builder.hpp"
#include "support/chunks.hpp"
#include "support/temp_dir.hpp"

namespace quire {
namespace {

using support::make_row;
using support::make_rows;

class Inspect : public testing::Test {
 protected:
  void SetUp() override {
    StoreOptions options;
    options.automatic_checkpoint = false;
    VectorStore store = VectorStore::open(folder_, options).value();
    ASSERT_TRUE(store.insert(make_rows("a.go", 0, 30)));
    WriteBatch batch;
    batch.set_attribute("root", "/x");
    ASSERT_TRUE(store.apply(batch));
    ASSERT_TRUE(store.checkpoint());
    ASSERT_TRUE(store.delete_file("nothing"));
    ASSERT_TRUE(store.insert(make_rows("b.go", 30, 5)));
    ASSERT_TRUE(store.insert(make_rows("c.go", 35, 5)));
    ASSERT_TRUE(store.close());
  }

  std::filesystem::path journal() const {
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      if (entry.path().filename().string().starts_with("journal-")) {
        return entry.path();
      }
    }
    return {};
  }

  static void flip(const std::filesystem::path& file, std::uint64_t at) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(at));
    const int byte = stream.get();
    stream.seekp(static_cast<std::streamoff>(at));
    stream.put(static_cast<char>(byte ^ 1));
  }

  CheckReport check() const { return check_store(folder_).value(); }

  support::TempDir dir_;
  std::filesystem::path folder_ = dir_.path() / "db";
};

TEST_F(Inspect, ASoundStoreHasNoFindings) {
  const CheckReport report = check();
  EXPECT_TRUE(report.exists);
  EXPECT_TRUE(report.findings.empty());
  EXPECT_EQ(report.chunks, 40U);
}

TEST_F(Inspect, AFolderWithoutAStoreIsSaid) {
  EXPECT_FALSE(check_store(dir_.path() / "nowhere").value().exists);
}

TEST_F(Inspect, ADamagedFileIsNamedWithItsByte) {
  for (const std::filesystem::path& file :
       {folder_ / "index.usearch", folder_ / "metadata.json", journal()}) {
    flip(file, 200);
    const CheckReport report = check();
    ASSERT_FALSE(report.findings.empty()) << file;
    EXPECT_EQ(report.findings[0].file, file.filename().string());
    EXPECT_FALSE(report.findings[0].problem.empty());
    flip(file, 200);
    EXPECT_TRUE(check().findings.empty());
  }
}

TEST_F(Inspect, ADamagedStoreIsNotOpened) {
  flip(folder_ / "index.usearch", 300);
  const auto store = VectorStore::open(folder_);
  ASSERT_FALSE(store.has_value());
  EXPECT_EQ(store.error().code, ErrorCode::corrupt);
}

TEST_F(Inspect, RepairOfASoundStoreChangesNothing) {
  const RepairReport report = repair_store(folder_).value();
  EXPECT_TRUE(report.actions.empty());
  EXPECT_EQ(report.chunks_kept, 40U);
}

TEST_F(Inspect, RepairKeepsTheCheckpointWhenTheJournalIsDamaged) {
  flip(journal(), 200);
  const RepairReport report = repair_store(folder_).value();
  EXPECT_EQ(report.chunks_kept, 30U);
  EXPECT_TRUE(check().findings.empty());
  VectorStore store = VectorStore::open(folder_).value();
  EXPECT_EQ(store.chunk_count(), 30U);
  EXPECT_EQ(store.attribute("root"), "/x");
  EXPECT_EQ(store.get({7}).value(), support::make_chunk("a.go", 7));
  EXPECT_EQ(store.insert({make_row("d", 1)}).value().inserted[0].value, 40U);
}

TEST_F(Inspect, RepairKeepsCommitsBeforeTheDamageInAJournal) {
  const std::uint64_t size = std::filesystem::file_size(journal());
  flip(journal(), size - 48 - 100);
  const RepairReport report = repair_store(folder_).value();
  EXPECT_EQ(report.chunks_kept, 35U);
  EXPECT_EQ(VectorStore::open(folder_).value().chunk_count(), 35U);
}

TEST_F(Inspect, RepairKeepsTheJournalsRowsWhenTheIndexIsDamaged) {
  flip(folder_ / "index.usearch", 300);
  const RepairReport report = repair_store(folder_).value();
  EXPECT_EQ(report.chunks_kept, 10U);
  EXPECT_EQ(report.chunks_lost, 30U);
  EXPECT_TRUE(std::filesystem::exists(folder_ / "index.usearch.damaged"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "repair"));
  VectorStore store = VectorStore::open(folder_).value();
  EXPECT_EQ(store.chunk_count(), 10U);
  EXPECT_EQ(store.insert({make_row("d", 1)}).value().inserted[0].value, 40U);
}

TEST_F(Inspect, WhatAmendChangesIsInTheRepairedStore) {
  flip(folder_ / "index.usearch", 300);
  std::uint64_t seen = 0;
  ASSERT_TRUE(repair_store(folder_, [&](VectorStore& store) -> Status {
    seen = store.chunk_count();
    WriteBatch batch;
    batch.set_attribute("root", "/y");
    const auto done = store.apply(batch);
    return done ? Status() : std::unexpected(done.error());
  }));
  EXPECT_EQ(seen, 10U);
  EXPECT_EQ(VectorStore::open(folder_).value().attribute("root"), "/y");
}

TEST_F(Inspect, AFailingAmendLeavesTheDamagedStore) {
  flip(folder_ / "index.usearch", 300);
  const auto refuse = [](VectorStore&) -> Status { return fail(ErrorCode::internal, "no"); };
  EXPECT_EQ(repair_store(folder_, refuse).error().message, "no");
  EXPECT_FALSE(check().findings.empty());
  EXPECT_EQ(repair_store(folder_).value().chunks_kept, 10U);
}

TEST_F(Inspect, RepairOfNothingButDamageLeavesAnEmptyStore) {
  flip(folder_ / "index.usearch", 300);
  flip(folder_ / "metadata.json", 300);
  flip(journal(), 20);
  const RepairReport report = repair_store(folder_).value();
  EXPECT_EQ(report.chunks_kept, 0U);
  EXPECT_EQ(VectorStore::open(folder_).value().chunk_count(), 0U);
}

TEST_F(Inspect, EveryFileIsDumpedAndForeignOnesAreRefused) {
  for (const std::filesystem::path& file :
       {folder_ / "index.usearch", folder_ / "metadata.json", journal(), folder_ / "LOCK"}) {
    std::stringstream out;
    ASSERT_TRUE(dump_file(file, out));
    EXPECT_FALSE(out.str().empty()) << file;
  }
  std::stringstream journal_text;
  ASSERT_TRUE(dump_file(journal(), journal_text));
  EXPECT_NE(journal_text.str().find("insert key 30: b.go"), std::string::npos);
  EXPECT_NE(journal_text.str().find("sealed"), std::string::npos);
  std::ofstream(dir_.path() / "foreign") << "x";
  std::stringstream out;
  EXPECT_EQ(dump_file(dir_.path() / "foreign", out).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(dump_file(dir_.path() / "absent", out).error().code, ErrorCode::not_found);
}

/// A store with a file of words.
class InspectWords : public Inspect {
 protected:
  static constexpr std::size_t kWords = 120;

  void SetUp() override {
    Inspect::SetUp();
    VectorStore store = VectorStore::open(folder_).value();
    lexical::SegmentBuilder builder(base::parse_uuid(store.info().uuid));
    for (std::uint64_t key = 0; key < kWords; ++key) {
      const std::string content = "walrus word" + std::to_string(key);
      builder.add({.key = key,
                   .content = content,
                   .language = "c",
                   .symbols = {},
                   .signature = {},
                   .path = {}});
    }
    ASSERT_TRUE(store.write_cache("words-3", std::move(builder).finish()));
    ASSERT_TRUE(store.close());
  }

  std::string dumped() const {
    std::stringstream out;
    EXPECT_TRUE(dump_file(words_, out));
    return out.str();
  }

  std::filesystem::path words_ = folder_ / "cache" / "words-3";
};

TEST_F(InspectWords, AreDumped) {
  const std::string text = dumped();
  EXPECT_NE(text.find("120 documents, 122 terms, together 360 long"), std::string::npos) << text;
  EXPECT_NE(text.find("(verified)"), std::string::npos);
  EXPECT_NE(text.find("term walru: 120\n"), std::string::npos) << text;
  EXPECT_NE(text.find("and 22 more\n"), std::string::npos) << text;
}

TEST_F(InspectWords, SoundOnesAreNotSpokenOf) {
  EXPECT_TRUE(check().notes.empty());
}

TEST_F(InspectWords, AnyDamageIsNotedAndNoFinding) {
  for (std::uintmax_t at = 0; at < std::filesystem::file_size(words_); at += 31) {
    flip(words_, at);
    const CheckReport report = check();
    EXPECT_TRUE(report.findings.empty());
    ASSERT_EQ(report.notes.size(), 1U) << "byte " << at;
    EXPECT_TRUE(report.notes[0].starts_with("cache/words-3 can't be used")) << report.notes[0];
    EXPECT_EQ(dumped().find("(verified)"), std::string::npos);
    flip(words_, at);
  }
}

TEST_F(InspectWords, ThoseOfAnotherStoreAreNoted) {
  std::ofstream(words_, std::ios::binary) << lexical::SegmentBuilder({}).finish();
  const CheckReport report = check();
  ASSERT_EQ(report.notes.size(), 1U);
  EXPECT_NE(report.notes[0].find("another store"), std::string::npos);
}

}  // namespace
}  // namespace quire
