#include <cmath>
#include <cstdint>
#include <fstream>
#include <limits>
#include <sstream>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <quire/vector_store.hpp>

#include "support/chunks.hpp"
#include "support/expect.hpp"
#include "support/temp_dir.hpp"

namespace quire {
namespace {

using support::by_hand;
using support::expect;
using support::expect_ok;
using support::make_chunk;
using support::make_row;
using support::make_rows;
using support::make_vector;
using support::TempDir;

constexpr std::size_t kDimensions = 8;

VectorStore open(const std::filesystem::path& folder, const StoreOptions& options = {}) {
  auto store = VectorStore::open(folder, options);
  EXPECT_TRUE(store.has_value()) << store.error().message;
  return std::move(store).value();
}

template <class T>
void expect_error(const Result<T>& result, ErrorCode code, const std::string& part) {
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, code) << result.error().message;
  EXPECT_NE(result.error().message.find(part), std::string::npos) << result.error().message;
}

Filter where(const std::string& text) {
  return expect(Filter::parse(text));
}

std::vector<std::uint64_t> keys_of(const std::vector<Neighbor>& hits) {
  std::vector<std::uint64_t> keys;
  for (const Neighbor& hit : hits) {
    keys.push_back(hit.key.value);
  }
  return keys;
}

std::vector<std::uint64_t> keys_of(const std::vector<StoredChunk>& hits) {
  std::vector<std::uint64_t> keys;
  for (const StoredChunk& hit : hits) {
    keys.push_back(hit.key.value);
  }
  return keys;
}

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

/// Runs each test on rows in the journal, in a checkpoint, and in both.
class StoreContents : public testing::TestWithParam<int> {
 protected:
  /// Ten rows of two files; how many of them are in the checkpoint is the parameter.
  VectorStore filled() {
    VectorStore store = open(dir_.path() / "db", by_hand());
    for (int i = 0; i < 10; ++i) {
      expect(store.insert({make_row(i < 6 ? "src/a.go" : "src/b.cpp", i)}));
      if (i + 1 == GetParam()) {
        expect_ok(store.checkpoint());
      }
    }
    return store;
  }

  TempDir dir_;
};

INSTANTIATE_TEST_SUITE_P(Rows, StoreContents, testing::Values(0, 4, 10));

TEST_P(StoreContents, SearchFindsEachRowByItsOwnVectorNearestFirst) {
  const VectorStore store = filled();
  for (int i = 0; i < 10; ++i) {
    const auto hits = expect(store.search(make_vector(kDimensions, i), 3));
    ASSERT_EQ(hits.size(), 3U);
    EXPECT_EQ(hits[0].key.value, static_cast<std::uint64_t>(i));
    EXPECT_NEAR(hits[0].distance, 0.0F, 0.01F);
    EXPECT_LE(hits[0].distance, hits[1].distance);
    EXPECT_LE(hits[1].distance, hits[2].distance);
    EXPECT_EQ(hits[0].meta, make_chunk(i < 6 ? "src/a.go" : "src/b.cpp", i));
  }
}

TEST_P(StoreContents, SearchHonoursAnyFilterWithoutLosingResults) {
  const VectorStore store = filled();
  const auto hits =
      expect(store.search(make_vector(kDimensions, 0), 10, where("file_path = 'src/b.cpp'")));
  EXPECT_EQ(hits.size(), 4U);
  const auto none =
      expect(store.search(make_vector(kDimensions, 0), 10, where("language = 'zig'")));
  EXPECT_TRUE(none.empty());
  const auto by_extra =
      expect(store.search(make_vector(kDimensions, 0), 10, where("extra.signature = 'f(7)'")));
  EXPECT_EQ(keys_of(by_extra), (std::vector<std::uint64_t>{7}));
}

TEST_P(StoreContents, TextAndTypedFiltersGiveEqualPlans) {
  const VectorStore store = filled();
  const Filter typed = field("language") == std::string("go") && field("start_line") >= 11;
  const Filter text = where("language = 'go' AND start_line >= 11");
  EXPECT_EQ(typed, text);
  EXPECT_EQ(expect(store.explain(typed)).to_string(), expect(store.explain(text)).to_string());
}

TEST_P(StoreContents, SimilarLeavesTheChunkItselfOut) {
  const VectorStore store = filled();
  const auto hits = expect(store.similar({3}, 9));
  EXPECT_EQ(hits.size(), 9U);
  for (const Neighbor& hit : hits) {
    EXPECT_NE(hit.key.value, 3U);
  }
  expect_error(store.similar({99}, 3), ErrorCode::not_found, "99");
}

TEST_P(StoreContents, QueryGoesByRisingKeyAndSelectsMembers) {
  const VectorStore store = filled();
  const auto all = expect(store.query(where("symbol_kind = 'function'")));
  EXPECT_EQ(keys_of(all), (std::vector<std::uint64_t>{0, 2, 4, 6, 8}));
  EXPECT_EQ(all[1].meta, make_chunk("src/a.go", 2));
  const auto some = expect(store.query(where("symbol_kind = 'function'"), {"file_path"}, 2));
  ASSERT_EQ(some.size(), 2U);
  EXPECT_EQ(some[0].meta.file_path, "src/a.go");
  EXPECT_EQ(some[0].meta.content, "");
  EXPECT_TRUE(some[0].meta.extra.empty());
  expect_error(store.query({}, {"colour"}), ErrorCode::invalid_argument, "colour");
}

TEST_P(StoreContents, DeleteFileSaysHowManyWentAndMissingPathsAreNoError) {
  VectorStore store = filled();
  EXPECT_EQ(expect(store.delete_file("src/a.go")), 6U);
  EXPECT_EQ(expect(store.delete_file("src/a.go")), 0U);
  EXPECT_EQ(expect(store.delete_file("nowhere")), 0U);
  EXPECT_EQ(store.chunk_count(), 4U);
  for (const Neighbor& hit : expect(store.search(make_vector(kDimensions, 0), 10))) {
    EXPECT_EQ(hit.meta.file_path, "src/b.cpp");
  }
}

TEST_P(StoreContents, DeleteWhereSaysHowManyWentAndRefusesAnEmptyFilter) {
  VectorStore store = filled();
  EXPECT_EQ(expect(store.delete_where(where("start_line > 50"))), 5U);
  EXPECT_EQ(store.chunk_count(), 5U);
  expect_error(store.delete_where({}), ErrorCode::invalid_argument, "clear()");
  EXPECT_EQ(store.chunk_count(), 5U);
}

TEST_P(StoreContents, ReplaceFileIsOneCommit) {
  VectorStore store = filled();
  const std::uint64_t before = store.lsn();
  const Commit commit = expect(store.replace_file("src/a.go", make_rows("src/a.go", 20, 2)));
  EXPECT_EQ(store.lsn(), before + 1);
  EXPECT_EQ(commit.removed.size(), 6U);
  EXPECT_EQ(commit.inserted, (std::vector<ChunkKey>{{10}, {11}}));
  EXPECT_EQ(store.chunk_count(), 6U);
}

TEST_P(StoreContents, SymbolsComeExactThenPrefixThenSubstringThenByPathAndLine) {
  VectorStore store = filled();
  ChunkRow named = make_row("src/0.go", 30);
  named.meta.symbol_name = "SYMBOL_1";
  ChunkRow longer = make_row("src/0.go", 31);
  longer.meta.symbol_name = "my_symbol_1";
  ChunkRow nameless = make_row("src/0.go", 32);
  nameless.meta.symbol_name.reset();
  expect(store.insert({longer, named, nameless}));
  EXPECT_EQ(keys_of(expect(store.find_by_symbol("symbol_1"))),
            (std::vector<std::uint64_t>{11, 1, 10}));
  EXPECT_EQ(keys_of(expect(store.find_by_symbol("Symbol_1", "class"))),
            (std::vector<std::uint64_t>{1, 10}));
  EXPECT_EQ(expect(store.find_by_symbol("", {}, 4)).size(), 4U);
}

TEST_P(StoreContents, FilesAreListedByPathAndLanguage) {
  const VectorStore store = filled();
  EXPECT_EQ(expect(store.list_files()),
            (std::vector<FileSummary>{{"src/a.go", "go", 6}, {"src/b.cpp", "go", 4}}));
  EXPECT_TRUE(expect(store.list_files("rust")).empty());
}

TEST_P(StoreContents, EverythingIsThereAfterReopening) {
  {
    VectorStore store = filled();
    expect(store.delete_file("src/b.cpp"));
    expect_ok(store.close());
  }
  const VectorStore store = open(dir_.path() / "db");
  EXPECT_EQ(store.chunk_count(), 6U);
  for (std::uint64_t key = 0; key < 6; ++key) {
    EXPECT_EQ(expect(store.get({key})), make_chunk("src/a.go", static_cast<std::int64_t>(key)));
  }
  expect_error(store.get({7}), ErrorCode::not_found, "7");
  EXPECT_EQ(store.info().next_key, 10U);
}

TEST_P(StoreContents, ACheckpointAloneReproducesTheStore) {
  {
    VectorStore store = filled();
    WriteBatch batch;
    batch.set_attribute("file:x", std::string("\x00\xFFz", 3));
    expect(store.apply(batch));
    expect_ok(store.checkpoint());
    expect_ok(store.close());
  }
  for (const auto& entry : std::filesystem::directory_iterator(dir_.path() / "db")) {
    const std::string name = entry.path().filename().string();
    if (name != "index.usearch" && name != "metadata.json") {
      std::filesystem::remove_all(entry.path());
    }
  }
  const VectorStore store = open(dir_.path() / "db");
  EXPECT_EQ(store.chunk_count(), 10U);
  EXPECT_EQ(store.attribute("file:x"), std::string("\x00\xFFz", 3));
  EXPECT_EQ(store.info().next_key, 10U);
  EXPECT_EQ(expect(store.search(make_vector(kDimensions, 7), 1))[0].key.value, 7U);
}

TEST_P(StoreContents, ClearRemovesRowsAndAttributesAndKeysGoOn) {
  VectorStore store = filled();
  WriteBatch batch;
  batch.set_attribute("a", "1");
  expect(store.apply(batch));
  expect_ok(store.clear());
  EXPECT_EQ(store.chunk_count(), 0U);
  EXPECT_EQ(store.attribute("a"), std::nullopt);
  EXPECT_EQ(expect(store.insert({make_row("c", 1)})).inserted, (std::vector<ChunkKey>{{10}}));
}

TEST(VectorStore, ReadingAnAbsentStoreWritesNothing) {
  const TempDir dir;
  VectorStore store = open(dir.path() / "db");
  EXPECT_EQ(store.chunk_count(), 0U);
  EXPECT_TRUE(expect(store.search(make_vector(kDimensions, 0), 5)).empty());
  EXPECT_EQ(expect(store.delete_file("a")), 0U);
  expect(store.insert({}));
  expect_ok(store.checkpoint());
  expect_ok(store.clear());
  expect_ok(store.close());
  EXPECT_FALSE(std::filesystem::exists(dir.path() / "db"));
}

TEST(VectorStore, AnInvalidRowChangesNothingAndSaysWhich) {
  const TempDir dir;
  VectorStore store = open(dir.path() / "db");
  const auto try_vector = [&](std::vector<float> vector) {
    return store.insert({make_row("a", 0), {make_chunk("a", 1), std::move(vector)}});
  };
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  expect_error(try_vector({1, 2, 3}), ErrorCode::invalid_argument, "row 1");
  expect_error(try_vector({1, 2, nan, 4, 5, 6, 7, 8}), ErrorCode::invalid_argument, "row 1");
  expect_error(try_vector({1, 2, infinity, 4, 5, 6, 7, 8}), ErrorCode::invalid_argument, "row 1");
  expect_error(try_vector(std::vector<float>(kDimensions, 0.0F)), ErrorCode::invalid_argument,
               "row 1");
  expect_error(try_vector({}), ErrorCode::invalid_argument, "row 1");
  ChunkRow broken = make_row("a", 1);
  broken.meta.content = "ab\xFF";
  expect_error(store.insert({broken}), ErrorCode::invalid_argument, "2");
  broken = make_row("a", 1);
  broken.meta.extra = {{"content", "x"}};
  expect_error(store.insert({broken}), ErrorCode::invalid_argument, "content");
  EXPECT_EQ(store.chunk_count(), 0U);
  EXPECT_FALSE(std::filesystem::exists(dir.path() / "db"));
  EXPECT_EQ(expect(store.insert({make_row("a", 0)})).inserted[0].value, 0U);
  expect_error(store.insert({make_row("a", 1, 9)}), ErrorCode::invalid_argument, "9");
  expect_error(store.search(make_vector(7, 0), 1), ErrorCode::invalid_argument, "7");
  EXPECT_EQ(store.chunk_count(), 1U);
}

TEST(VectorStore, ABatchThatNoStoreTakesIsRefusedWhole) {
  const TempDir dir;
  VectorStore store = open(dir.path() / "db");
  const auto refused = [&](const auto& change, const std::string& part) {
    WriteBatch batch;
    batch.set_attribute("good", "1");
    change(batch);
    expect_error(store.apply(batch), ErrorCode::invalid_argument, part);
    EXPECT_EQ(store.attribute("good"), std::nullopt);
  };
  const auto row_of = [](std::size_t dimensions) {
    return ChunkRow{make_chunk("a", 0), std::vector<float>(dimensions, 1.0F)};
  };
  refused([](WriteBatch& batch) { batch.set_attribute("ab\xFF", "1"); },
          "attribute name: invalid UTF-8 at byte 2");
  refused([](WriteBatch& batch) { batch.skip_keys_to({UINT64_MAX}); },
          "skip to key 18446744073709551615");
  refused([&](WriteBatch& batch) { batch.insert(row_of(0)); }, "row 0: the vector is empty");
  refused([&](WriteBatch& batch) { batch.insert(row_of(65'537)); }, "row 0: over 65536 dimensions");
  refused([&](WriteBatch& batch) { batch.insert_as({UINT64_MAX}, row_of(8)); },
          "insert under key 18446744073709551615");
  EXPECT_EQ(store.chunk_count(), 0U);
}

TEST(VectorStore, OptionsThatNoStoreHasAreRefused) {
  const TempDir dir;
  const auto refused = [&](const auto& change, const std::string& part) {
    StoreOptions options;
    change(options);
    expect_error(VectorStore::open(dir.path() / "db", options), ErrorCode::invalid_argument, part);
  };
  refused([](StoreOptions& options) { options.connectivity = 1; }, "connectivity 1");
  refused([](StoreOptions& options) { options.connectivity = 257; }, "connectivity 257");
  refused([](StoreOptions& options) { options.expansion_add = 0; }, "expansion_add 0");
  refused([](StoreOptions& options) { options.expansion_add = 65'537; }, "expansion_add 65537");
  refused([](StoreOptions& options) { options.dimensions = 65'537; }, "65537 dimensions");
  refused(
      [](StoreOptions& options) {
        options.scalar = Scalar::i8;
        options.metric = Metric::squared_l2;
      },
      "i8 keeps the direction");
}

TEST(VectorStore, AnUnknownFieldIsRefusedByEveryOperation) {
  const TempDir dir;
  VectorStore store = open(dir.path() / "db");
  expect(store.insert({make_row("a", 0)}));
  const Filter wrong = field("colour") == std::string("red");
  expect_error(store.search(make_vector(kDimensions, 0), 1, wrong), ErrorCode::invalid_argument,
               "colour");
  expect_error(store.query(wrong), ErrorCode::invalid_argument, "colour");
  expect_error(store.delete_where(wrong), ErrorCode::invalid_argument, "colour");
  expect_error(Filter::parse("language = "), ErrorCode::invalid_argument, "");
}

TEST(VectorStore, OtherDimensionsAreRefusedWithBothNumbers) {
  const TempDir dir;
  {
    VectorStore store = open(dir.path() / "db");
    expect(store.insert({make_row("a", 0)}));
  }
  StoreOptions options;
  options.dimensions = 16;
  const auto store = VectorStore::open(dir.path() / "db", options);
  ASSERT_FALSE(store.has_value());
  EXPECT_EQ(store.error().code, ErrorCode::incompatible);
  EXPECT_NE(store.error().message.find("16"), std::string::npos);
}

TEST(VectorStore, TiesGoToTheLowerKey) {
  const TempDir dir;
  VectorStore store = open(dir.path() / "db", by_hand());
  for (int i = 0; i < 6; ++i) {
    expect(store.insert({{make_chunk("a", i), make_vector(kDimensions, 1)}}));
    if (i == 2) {
      expect_ok(store.checkpoint());
    }
  }
  EXPECT_EQ(keys_of(expect(store.search(make_vector(kDimensions, 1), 4))),
            (std::vector<std::uint64_t>{0, 1, 2, 3}));
}

TEST(VectorStore, KeysAreNeverUsedTwice) {
  const TempDir dir;
  {
    VectorStore store = open(dir.path() / "db", by_hand());
    expect(store.insert(make_rows("a", 0, 5)));
    expect(store.delete_file("a"));
    expect_ok(store.checkpoint());
  }
  VectorStore store = open(dir.path() / "db");
  EXPECT_EQ(expect(store.insert(make_rows("b", 0, 2))).inserted, (std::vector<ChunkKey>{{5}, {6}}));
  WriteBatch reuse;
  reuse.insert_as({3}, make_row("c", 0));
  expect_error(store.apply(reuse), ErrorCode::invalid_argument, "3");
  WriteBatch skip;
  skip.insert_as({40}, make_row("c", 0));
  skip.skip_keys_to({100});
  expect(store.apply(skip));
  EXPECT_EQ(expect(store.insert({make_row("d", 1)})).inserted[0].value, 100U);
}

TEST(VectorStore, AttributesChangeWithTheirBatch) {
  const TempDir dir;
  {
    VectorStore store = open(dir.path() / "db");
    WriteBatch batch;
    batch.set_attribute("file:a", "1");
    batch.set_attribute("file:b", "2");
    batch.set_attribute("root", "/x");
    batch.insert(make_row("a", 0));
    expect(store.apply(batch));
    WriteBatch erase;
    erase.erase_attribute("file:b");
    erase.erase_attribute("never there");
    expect(store.apply(erase));
  }
  const VectorStore store = open(dir.path() / "db");
  EXPECT_EQ(store.attribute("file:a"), "1");
  EXPECT_EQ(store.attribute("file:b"), std::nullopt);
  EXPECT_EQ(store.attributes("file:"),
            (std::vector<std::pair<std::string, std::string>>{{"file:a", "1"}}));
}

// Found by the crash harness: an erasure after a set in one batch was taken for one of nothing.
TEST(VectorStore, TheLastChangeOfAnAttributeInABatchWins) {
  const TempDir dir;
  VectorStore store = open(dir.path() / "db");
  WriteBatch batch;
  batch.set_attribute("a", "1");
  batch.erase_attribute("a");
  batch.erase_attribute("b");
  batch.set_attribute("b", "2");
  expect(store.apply(batch));
  EXPECT_EQ(store.attribute("a"), std::nullopt);
  EXPECT_EQ(store.attribute("b"), "2");
}

// Found by the crash harness: a commit's vectors of under 16 bytes lay inside a std::string that
// moved.
TEST(VectorStore, AVectorOfFewBytesSurvivesItsCommit) {
  const TempDir dir;
  VectorStore store = open(dir.path() / "db");
  expect(store.insert({make_row("a", 3, 4)}));
  EXPECT_NEAR(expect(store.search(make_vector(4, 3), 1))[0].distance, 0.0F, 0.01F);
}

TEST(VectorStore, AReaderFollowsAWriterThroughCommitsAndCheckpoints) {
  const TempDir dir;
  VectorStore writer = open(dir.path() / "db", by_hand());
  expect(writer.insert(make_rows("a", 0, 4)));
  VectorStore reader = open(dir.path() / "db");
  EXPECT_EQ(reader.chunk_count(), 4U);

  expect(writer.replace_file("a", make_rows("a", 4, 2)));
  EXPECT_EQ(reader.chunk_count(), 4U);
  Changes changes = expect(reader.refresh());
  EXPECT_EQ(changes.inserted, (std::vector<ChunkKey>{{4}, {5}}));
  EXPECT_EQ(changes.removed, (std::vector<ChunkKey>{{0}, {1}, {2}, {3}}));
  EXPECT_EQ(reader.lsn(), writer.lsn());

  expect_ok(writer.checkpoint());
  expect(writer.insert(make_rows("b", 6, 1)));
  changes = expect(reader.refresh());
  EXPECT_EQ(changes.inserted, (std::vector<ChunkKey>{{6}}));
  EXPECT_TRUE(changes.removed.empty());
  EXPECT_EQ(reader.chunk_count(), 3U);
  changes = expect(reader.refresh());
  EXPECT_EQ(changes.from_lsn, changes.to_lsn);
  EXPECT_TRUE(changes.inserted.empty());
}

TEST(VectorStore, ASecondWriterWaitsAndThenNamesTheHolder) {
  const TempDir dir;
  VectorStore first = open(dir.path() / "db");
  expect(first.insert({make_row("a", 0)}));
  StoreOptions impatient;
  impatient.lock_timeout = std::chrono::milliseconds(50);
  VectorStore second = open(dir.path() / "db", impatient);
  const auto refused = second.insert({make_row("b", 1)});
  expect_error(refused, ErrorCode::locked, std::to_string(::getpid()));
  expect_ok(first.close());
  EXPECT_EQ(expect(second.insert({make_row("b", 1)})).inserted[0].value, 1U);
  EXPECT_EQ(second.chunk_count(), 2U);
}

TEST(VectorStore, AKilledWritersLockIsFreeAtOnce) {
  const TempDir dir;
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    VectorStore store = open(dir.path() / "db");
    expect(store.insert({make_row("a", 0)}));
    EXPECT_EQ(::write(ready[1], "x", 1), 1);
    ::pause();
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  StoreOptions impatient;
  impatient.lock_timeout = std::chrono::milliseconds(0);
  VectorStore store = open(dir.path() / "db", impatient);
  EXPECT_EQ(expect(store.insert({make_row("b", 1)})).inserted[0].value, 1U);
}

TEST(VectorStore, AReadOnlyStoreAnswersAndRefusesWrites) {
  const TempDir dir;
  {
    VectorStore store = open(dir.path() / "db");
    expect(store.insert({make_row("a", 0)}));
  }
  StoreOptions options;
  options.read_only = true;
  VectorStore store = open(dir.path() / "db", options);
  EXPECT_EQ(store.chunk_count(), 1U);
  expect_error(store.insert({make_row("a", 1)}), ErrorCode::store_io, "read-only");
  expect_error(store.delete_file("a"), ErrorCode::store_io, "read-only");
}

TEST(VectorStore, AFileWhereTheFolderShouldBeIsSaid) {
  const TempDir dir;
  std::ofstream(dir.path() / "db") << "x";
  const auto store = VectorStore::open(dir.path() / "db");
  ASSERT_FALSE(store.has_value());
  EXPECT_EQ(store.error().code, ErrorCode::store_io);
}

TEST(VectorStore, AClosedStoreSaysSo) {
  const TempDir dir;
  VectorStore store = open(dir.path() / "db");
  expect(store.insert({make_row("a", 0)}));
  expect_ok(store.close());
  expect_ok(store.close());
  expect_error(store.insert({make_row("a", 1)}), ErrorCode::unavailable, "closed");
  expect_error(store.search(make_vector(kDimensions, 0), 1), ErrorCode::unavailable, "closed");
  EXPECT_EQ(store.chunk_count(), 0U);
}

TEST(VectorStore, ACheckpointIsMadeByItselfWhenItIsDue) {
  const TempDir dir;
  StoreOptions options;
  options.checkpoint_min_rows = 20;
  options.checkpoint_in_background = false;
  VectorStore store = open(dir.path() / "db", options);
  for (int i = 0; i < 30; ++i) {
    expect(store.insert({make_row("a", i)}));
  }
  EXPECT_GE(store.info().checkpoint_lsn, 20U);
  EXPECT_TRUE(std::filesystem::exists(dir.path() / "db" / "index.usearch"));
  EXPECT_EQ(store.chunk_count(), 30U);
}

TEST(VectorStore, TheSameBatchesGiveTheSameBytes) {
  const TempDir dir;
  const auto build = [&](const std::string& name) {
    VectorStore store = open(dir.path() / name, by_hand());
    expect(store.insert(make_rows("a", 0, 300)));
    expect_ok(store.checkpoint());
    expect(store.insert(make_rows("b", 300, 40)));
    expect(store.delete_where(where("chunk_id < 20")));
    expect_ok(store.checkpoint());
    const std::string uuid = store.info().uuid;
    expect_ok(store.close());
    // What is random in a store is its uuid: in the footer of one file, in the first line of the
    // other.
    std::string index = bytes_of(dir.path() / name / "index.usearch");
    index.resize(index.size() - 64);
    std::string metadata = bytes_of(dir.path() / name / "metadata.json");
    metadata.replace(metadata.find(uuid), uuid.size(), "UUID");
    metadata.resize(metadata.rfind("\"checksum\""));
    return std::pair(index, metadata);
  };
  EXPECT_EQ(build("one"), build("two"));
}

TEST(VectorStore, ManyRowsTakeTheGraphAndFindWhatAScanFinds) {
  const TempDir dir;
  VectorStore store = open(dir.path() / "db", by_hand());
  std::vector<ChunkRow> rows;
  for (int i = 0; i < 6000; ++i) {
    rows.push_back(make_row("f" + std::to_string(i % 50), i, 16));
  }
  expect(store.insert(std::move(rows)));
  expect_ok(store.checkpoint());
  expect(store.delete_where(where("chunk_id < 100")));
  expect(store.insert(make_rows("new", 6000, 100, 16)));
  EXPECT_EQ(expect(store.explain()).path, SearchPlan::Path::graph);
  SearchOptions exact;
  exact.exact = true;
  std::size_t same = 0;
  for (int i = 0; i < 50; ++i) {
    const std::vector<float> query = make_vector(16, 10'000 + i);
    const auto found = keys_of(expect(store.search(query, 10)));
    const auto truth = keys_of(expect(store.search(query, 10, {}, exact)));
    ASSERT_EQ(found.size(), 10U);
    for (const std::uint64_t key : truth) {
      same += std::ranges::count(found, key) != 0 ? 1U : 0U;
    }
  }
  EXPECT_GE(same, 475U);
  const SearchPlan narrow = expect(store.explain(where("file_path = 'f7'")));
  EXPECT_EQ(narrow.path, SearchPlan::Path::exact_scan);
  EXPECT_EQ(narrow.matches, 118U);
}

TEST(VectorStore, SearchesSeeWholeCommitsWhileAWriterGoesOn) {
  const TempDir dir;
  StoreOptions options;
  options.durability = Durability::bulk;
  options.checkpoint_min_rows = 100;
  VectorStore store = open(dir.path() / "db", options);
  expect(store.insert(make_rows("file", 0, 12)));
  std::atomic<bool> stop = false;
  std::vector<std::thread> readers;
  for (int t = 0; t < 3; ++t) {
    readers.emplace_back([&] {
      std::uint64_t last = 0;
      while (!stop) {
        const auto hits = store.search(make_vector(kDimensions, 1), 100);
        ASSERT_TRUE(hits.has_value());
        ASSERT_EQ(hits->size(), 12U);
        for (const Neighbor& hit : *hits) {
          ASSERT_EQ(hit.meta.chunk_id / 12, hits->front().meta.chunk_id / 12);
        }
        const std::uint64_t lsn = store.lsn();
        ASSERT_GE(lsn, last);
        last = lsn;
      }
    });
  }
  for (int round = 1; round < 60; ++round) {
    expect(store.replace_file("file", make_rows("file", round * 12, 12)));
    if (round % 20 == 0) {
      expect_ok(store.checkpoint());
    }
  }
  stop = true;
  for (std::thread& reader : readers) {
    reader.join();
  }
}

TEST(VectorStore, GroupAndBulkCommitsAreThereAfterAFlush) {
  for (const Durability durability : {Durability::group, Durability::bulk}) {
    const TempDir dir;
    StoreOptions options;
    options.durability = durability;
    VectorStore store = open(dir.path() / "db", options);
    for (int i = 0; i < 5; ++i) {
      expect(store.insert({make_row("a", i)}));
    }
    expect_ok(store.flush());
    EXPECT_EQ(open(dir.path() / "db").chunk_count(), 5U);
  }
}

TEST(VectorStore, EveryMetricAndScalarFindsTheNearest) {
  for (const Metric metric : {Metric::cosine, Metric::inner_product, Metric::squared_l2}) {
    for (const Scalar scalar : {Scalar::bf16, Scalar::f32, Scalar::i8}) {
      const TempDir dir;
      StoreOptions options;
      options.metric = metric;
      options.scalar = scalar;
      auto opened = VectorStore::open(dir.path() / "db", options);
      if (scalar == Scalar::i8 && metric != Metric::cosine) {
        EXPECT_EQ(opened.error().code, ErrorCode::invalid_argument);
        continue;
      }
      VectorStore store = std::move(opened).value();
      expect(store.insert(make_rows("a", 0, 20)));
      expect_ok(store.checkpoint());
      expect_ok(store.close());
      store = open(dir.path() / "db");
      EXPECT_EQ(store.info().format, (VectorFormat{kDimensions, metric, scalar}));
      StoreOptions other;
      other.metric = metric == Metric::cosine ? Metric::squared_l2 : Metric::cosine;
      expect_error(VectorStore::open(dir.path() / "db", other), ErrorCode::incompatible,
                   "was asked for");
      other = {};
      other.scalar = scalar == Scalar::bf16 ? Scalar::f32 : Scalar::bf16;
      expect_error(VectorStore::open(dir.path() / "db", other), ErrorCode::incompatible,
                   "was asked for");
      if (metric != Metric::inner_product) {
        EXPECT_EQ(expect(store.search(make_vector(kDimensions, 5), 1))[0].key.value, 5U);
      }
      EXPECT_EQ(expect(store.vector({5})).size(), kDimensions);
    }
  }
}

}  // namespace
}  // namespace quire
