#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <quire/vector_store.hpp>

#include "base/files.hpp"
#include "store/journal/journal.hpp"
#include "store/records/chunk_codec.hpp"
#include "store/redo_record.hpp"
#include "support/chunks.hpp"
#include "support/temp_dir.hpp"

/// Journals whose every checksum is right, and whose content can't be: nothing of them is believed.
namespace quire {
namespace {

using journal::Header;
using store::RedoRecord;
using support::by_hand;
using support::make_chunk;
using support::make_rows;
using support::make_vector;

constexpr std::uint32_t kDimensions = 8;

class JournalRecords : public testing::Test {
 protected:
  void SetUp() override {
    header_.format = {kDimensions, Metric::cosine, Scalar::bf16};
    header_.uuid.bytes.fill('\x7a');
    records::encode_chunk(make_chunk("a", 0), chunk_);
  }

  /// A journal of these commits after `base_lsn`.
  void write(std::uint64_t generation,
             std::uint64_t base_lsn,
             const std::vector<std::string>& commits) {
    header_.generation = generation;
    header_.base_lsn = base_lsn;
    auto writer = journal::Writer::create(*files_, dir_.path().string(), header_);
    ASSERT_TRUE(writer) << writer.error().message;
    for (const std::string& commit : commits) {
      ASSERT_TRUE(writer->append(writer->lsn() + 1, commit));
    }
    ASSERT_TRUE(writer->sync());
    ASSERT_TRUE(writer->close());
  }

  RedoRecord inserts(const std::vector<std::uint64_t>& keys) const {
    RedoRecord record;
    record.dimensions = kDimensions;
    for (const std::uint64_t key : keys) {
      record.inserts.push_back({key, vector_, chunk_});
      record.next_key = key + 1;
    }
    return record;
  }

  void expect_refused(const std::string& words) const {
    const auto store = VectorStore::open(dir_.path());
    ASSERT_FALSE(store) << words;
    EXPECT_EQ(store.error().code, ErrorCode::corrupt) << store.error().message;
    EXPECT_NE(store.error().message.find(words), std::string::npos) << store.error().message;
  }

  /// The same of a journal of one good commit and this one.
  void expect_refused_after_a_good_one(const std::string& commit, const std::string& words) {
    const std::string good = store::encode(inserts({0}));
    write(1, 0, {good, commit});
    const std::size_t at = journal::kHeaderSize + journal::kFrameHeaderSize + good.size();
    expect_refused("journal-00000001.log at byte " + std::to_string(at) + ": " + words);
    std::filesystem::remove(dir_.path() / "journal-00000001.log");
  }

  support::TempDir dir_;
  std::shared_ptr<base::FileSystem> files_ = base::posix_file_system();
  Header header_;
  std::string vector_ = std::string(2 * kDimensions, '\x3f');
  std::string chunk_;
};

TEST_F(JournalRecords, OfGoodOnesAStoreIsMade) {
  write(1, 0, {store::encode(inserts({0, 1})), store::encode(inserts({4}))});
  const auto store = VectorStore::open(dir_.path());
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ(store->chunk_count(), 3U);
  EXPECT_EQ(store->lsn(), 2U);
  EXPECT_EQ(store->info().next_key, 5U);
}

TEST_F(JournalRecords, ThoseThatHoldLessThanTheyDeclareAreRefused) {
  const std::string words = "a commit record declares more than it holds";
  expect_refused_after_a_good_one("", words);
  expect_refused_after_a_good_one(std::string(24, '\0'), words);
  const auto with_count = [&](std::size_t field) {
    std::string payload = store::encode(inserts({1}));
    payload.replace(4 * field, 4, "\xff\xff\xff\xff");
    return payload;
  };
  for (const std::size_t field : {1U, 2U, 3U}) {  // Inserts, removals, attribute changes.
    expect_refused_after_a_good_one(with_count(field), words);
  }
}

TEST_F(JournalRecords, ThoseThatEndElsewhereThanTheySayAreRefused) {
  const std::string words = "a commit record does not parse at its byte ";
  const std::string payload = store::encode(inserts({1}));
  expect_refused_after_a_good_one(payload + std::string(8, '\0'), words);
  expect_refused_after_a_good_one(payload.substr(0, payload.size() - 8), words);
  RedoRecord attributes;
  attributes.attributes = {{"name", "value"}, {"gone", std::nullopt}};
  const std::string changes = store::encode(attributes);
  expect_refused_after_a_good_one(changes.substr(0, changes.size() - 16), words);
}

TEST_F(JournalRecords, VectorsOfAnotherLengthAreRefused) {
  RedoRecord other = inserts({1});
  other.dimensions = 4;
  expect_refused_after_a_good_one(store::encode(other),
                                  "commit 2 has vectors of 4 dimensions, the store of 8");
  RedoRecord shorter = inserts({1});
  shorter.inserts[0].vector = std::string_view(vector_).substr(0, 8);
  expect_refused_after_a_good_one(store::encode(shorter), "commit 2 has vectors of 8 dimensions");
  RedoRecord none;
  none.dimensions = kDimensions;
  expect_refused_after_a_good_one(store::encode(none), "commit 2 has vectors of 8 dimensions");
}

TEST_F(JournalRecords, KeysThatDoNotRiseAreRefused) {
  expect_refused_after_a_good_one(store::encode(inserts({0})),
                                  "commit 2 inserts key 0 out of order");
  expect_refused_after_a_good_one(store::encode(inserts({3, 3})),
                                  "commit 2 inserts key 3 out of order");
  expect_refused_after_a_good_one(store::encode(inserts({3, 2})),
                                  "commit 2 inserts key 2 out of order");
}

TEST_F(JournalRecords, ANewerJournalThatBeginsElsewhereIsRefused) {
  write(1, 0, {store::encode(inserts({0}))});
  write(2, 2, {store::encode(inserts({1}))});
  expect_refused(
      "journal-00000002.log begins after commit 2, the journal before it ends at commit 1");
}

TEST_F(JournalRecords, ATornTailBeforeANewerJournalIsDamage) {
  const std::string commit = store::encode(inserts({0}));
  write(1, 0, {commit});
  write(2, 1, {store::encode(inserts({1}))});
  const std::filesystem::path older = dir_.path() / "journal-00000001.log";
  const std::size_t end = std::filesystem::file_size(older);
  std::filesystem::resize_file(older, end + 16);
  expect_refused("journal-00000001.log is damaged at byte " + std::to_string(end) +
                 ": a newer journal follows it");
}

/// The text is left where it is until somebody asks for it.
TEST_F(JournalRecords, AChunkThatIsNoneIsMetByWhoeverReadsIt) {
  RedoRecord record = inserts({0, 1});
  record.inserts[1].chunk = "no chunk";
  write(1, 0, {store::encode(record)});
  const auto expect_corrupt = [](const auto& result) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::corrupt);
    EXPECT_NE(result.error().message.find("chunk of key 1 is not a chunk's bytes"),
              std::string::npos)
        << result.error().message;
  };
  const auto opened = [&] { return VectorStore::open(dir_.path()).value(); };
  EXPECT_TRUE(opened().get({0}));
  expect_corrupt(opened().get({1}));
  expect_corrupt(opened().search(make_vector(kDimensions, 1), 2));
  expect_corrupt(opened().query(field("language") == "go"));
  expect_corrupt(opened().delete_file("a"));
  expect_corrupt(opened().checkpoint());
}

/// Pairs that a crash between two renames left, without the journal that goes with them.
class TwoAges : public testing::Test {
 protected:
  /// The files of two checkpoints, at commits 1 and 2, in the folders "1" and "2".
  void SetUp() override {
    VectorStore store = VectorStore::open(dir_.path() / "db", by_hand()).value();
    for (const char* age : {"1", "2"}) {
      ASSERT_TRUE(store.insert(make_rows("a", age[0], 3)));
      ASSERT_TRUE(store.checkpoint());
      std::filesystem::copy(dir_.path() / "db", dir_.path() / age);
    }
  }

  std::filesystem::path mix(const std::string& index, const std::string& metadata) const {
    const std::filesystem::path folder = dir_.path() / "mixed";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    std::filesystem::copy(dir_.path() / index / "index.usearch", folder);
    std::filesystem::copy(dir_.path() / metadata / "metadata.json", folder);
    return folder;
  }

  Result<VectorStore> mixed(const std::string& index, const std::string& metadata) const {
    return VectorStore::open(mix(index, metadata));
  }

  static void expect_refused(const Result<VectorStore>& store, const std::string& words) {
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, ErrorCode::corrupt);
    EXPECT_NE(store.error().message.find(words), std::string::npos) << store.error().message;
  }

  support::TempDir dir_;
};

TEST_F(TwoAges, WithoutTheirJournalAreRefused) {
  EXPECT_EQ(mixed("1", "1").value().chunk_count(), 3U);
  EXPECT_EQ(mixed("2", "2").value().chunk_count(), 6U);
  expect_refused(mixed("1", "2"),
                 "end at commits 1 (index.usearch) and 2 (metadata.json), the journal at commit 1");
  expect_refused(mixed("2", "1"),
                 "end at commits 2 (index.usearch) and 1 (metadata.json), the journal at commit 1");
}

TEST_F(TwoAges, WithAJournalThatLacksTheirRowsAreRefused) {
  const std::filesystem::path folder = mix("1", "2");
  const auto files = base::posix_file_system();
  const std::string name = journal::file_name(2);  // It began at the first checkpoint.
  const std::string bytes = base::read_file(*files, (dir_.path() / "1" / name).string()).value();
  auto writer =
      journal::Writer::create(*files, folder.string(), journal::read_header(bytes, name).value());
  ASSERT_TRUE(writer) << writer.error().message;
  RedoRecord without_rows;
  without_rows.attributes = {{"name", "value"}};
  ASSERT_TRUE(writer->append(2, store::encode(without_rows)));
  ASSERT_TRUE(writer->close());
  expect_refused(VectorStore::open(folder),
                 "index.usearch has no vector for key 3 and no journal brings it back");
}

}  // namespace
}  // namespace quire
