#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <quire/vector_store.hpp>

#include "support/chunks.hpp"
#include "support/expect.hpp"
#include "support/temp_dir.hpp"

// Several questions of one commit, whatever becomes of the store meanwhile.

namespace quire {
namespace {

using support::by_hand;
using support::expect;
using support::expect_ok;
using support::make_row;
using support::make_rows;
using support::make_vector;
using support::TempDir;

constexpr std::size_t kDimensions = 8;
constexpr std::int64_t kOld = 600;  ///< Rows of the checkpoint.
constexpr std::int64_t kNew = 90;   ///< Rows of the journal.

const std::vector<std::vector<std::string>> kSelections = {
    {},
    {"file_path", "symbol_name", "symbol_kind", "start_line", "end_line"},
    {"chunk_id", "package_name", "language", "last_modified"},
    {"content"},
    {"extra", "file_path"}};

std::vector<Filter> filters() {
  std::vector<Filter> out = {{}};
  for (const char* text :
       {"language = 'go'", "language = 'zig'", "file_path LIKE 'old/%'", "start_line > 5500",
        "symbol_name IN ('symbol_3', 'symbol_650')", "package_name IS NULL AND NOT chunk_id < 9",
        "content LIKE 'line 6%'", "extra.signature = 'f(7)' OR extra.signature = 'f(607)'"}) {
    out.push_back(expect(Filter::parse(text)));
  }
  return out;
}

template <class Found>
std::vector<ChunkKey> keys_of(const std::vector<Found>& found) {
  std::vector<ChunkKey> keys;
  for (const Found& row : found) {
    keys.push_back(row.key);
  }
  return keys;
}

std::vector<ChunkMeta> chunks_of(const std::vector<StoredChunk>& found) {
  std::vector<ChunkMeta> chunks;
  for (const StoredChunk& row : found) {
    chunks.push_back(row.meta);
  }
  return chunks;
}

template <class T>
void expect_error(const Result<T>& result, ErrorCode code, const std::string& part) {
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, code) << result.error().message;
  EXPECT_NE(result.error().message.find(part), std::string::npos) << result.error().message;
}

/// Every question's answer, as text.
std::string answers(const StoreSnapshot& snapshot) {
  std::stringstream out;
  out << snapshot.lsn() << " " << snapshot.chunk_count() << "\n";
  for (const Filter& filter : filters()) {
    out << expect(snapshot.explain(filter)).to_string() << "\n";
    for (const Neighbor& hit : expect(snapshot.search(make_vector(kDimensions, 5), 9, filter))) {
      out << hit.key.value << " " << hit.distance << " " << hit.meta.content << "\n";
    }
    for (const StoredChunk& row : expect(snapshot.query(filter))) {
      out << row.key.value << " " << row.meta.content << "\n";
    }
  }
  for (const Neighbor& hit : expect(snapshot.similar({3}, 9))) {
    out << hit.key.value << " " << hit.distance << "\n";
  }
  for (const StoredChunk& hit : expect(snapshot.find_by_symbol("symbol_6", "class"))) {
    out << hit.key.value << " " << hit.meta.symbol_name.value_or("") << "\n";
  }
  for (const FileSummary& file : expect(snapshot.list_files())) {
    out << file.file_path << " " << file.language << " " << file.chunks << "\n";
  }
  for (const ChunkKey key : snapshot.keys()) {
    out << expect(snapshot.get(key)).symbol_name.value_or("") << " "
        << expect(snapshot.vector(key)).front() << "\n";
  }
  return out.str();
}

class Snapshot : public testing::Test {
 protected:
  /// A store with rows in the checkpoint and in the journal, of which some were removed.
  Snapshot() : store_(expect(VectorStore::open(folder_, by_hand()))) {
    for (std::int64_t file = 0; file < 6; ++file) {
      insert("old/" + std::to_string(file) + ".cpp", file * kOld / 6, kOld / 6);
    }
    expect_ok(store_->checkpoint());
    insert("new.cpp", kOld, kNew);
    expect(store_->delete_where(expect(Filter::parse("chunk_id BETWEEN 30 AND 39"))));
    expect(store_->delete_where(expect(Filter::parse("chunk_id BETWEEN 630 AND 639"))));
  }

  void insert(const std::string& path, std::int64_t first, std::int64_t count) {
    expect(store_->insert(make_rows(path, first, count, kDimensions)));
  }

  StoreSnapshot snapshot() const { return expect(store_->snapshot()); }

  /// Closes the store and opens it again, with nothing verified yet.
  void reopen() {
    expect_ok(store_->close());
    store_ = expect(VectorStore::open(folder_, by_hand()));
  }

  /// Changes a byte of what is at `text` in metadata.json.
  void damage(const std::string& text) const {
    std::fstream file(folder_ / "metadata.json", std::ios::in | std::ios::out | std::ios::binary);
    std::stringstream bytes;
    bytes << file.rdbuf();
    const std::size_t at = bytes.str().find(text);
    ASSERT_NE(at, std::string::npos);
    file.seekp(static_cast<std::streamoff>(at));
    file.put('#');
  }

  /// Blocks that a search for all rows with their chunks verifies.
  std::uint64_t blocks_left() const {
    return expect(store_->explain(make_vector(kDimensions, 5), SIZE_MAX)).profile.blocks_verified;
  }

  TempDir dir_;
  std::filesystem::path folder_ = dir_.path() / "db";
  std::optional<VectorStore> store_;
};

TEST_F(Snapshot, StaysAsItIsWhateverBecomesOfTheStore) {
  const StoreSnapshot taken = snapshot();
  const std::string before = answers(taken);
  EXPECT_GT(before.size(), 50'000U);
  const std::vector<std::pair<std::string, std::function<void()>>> steps = {
      {"insert", [&] { insert("newer.cpp", kOld + kNew, 50); }},
      {"delete_file", [&] { expect(store_->delete_file("old/2.cpp")); }},
      {"delete_where", [&] { expect(store_->delete_where(field("language") == "go")); }},
      {"replace_file", [&] { expect(store_->replace_file("new.cpp", {make_row("new.cpp", 9)})); }},
      {"checkpoint", [&] { expect_ok(store_->checkpoint()); }},
      {"insert after it", [&] { insert("newest.cpp", kOld, 70); }},
      {"checkpoint again", [&] { expect_ok(store_->checkpoint()); }},
      {"clear", [&] { expect_ok(store_->clear()); }},
      {"checkpoint of nothing", [&] { expect_ok(store_->checkpoint()); }},
      {"close", [&] { expect_ok(store_->close()); }},
      {"the end of the store", [&] { store_.reset(); }},
      {"the end of its files", [&] { std::filesystem::remove_all(folder_); }}};
  for (const auto& [name, step] : steps) {
    step();
    EXPECT_EQ(answers(taken), before) << "after " << name;
  }
}

TEST_F(Snapshot, StaysAsItIsWhenTheHandleFollowsAnotherProcess) {
  reopen();
  const VectorStore& writer = *store_;
  VectorStore reader = expect(VectorStore::open(folder_, by_hand()));
  const StoreSnapshot taken = expect(reader.snapshot());
  insert("newer.cpp", kOld + kNew, 50);
  expect_ok(store_->checkpoint());
  EXPECT_EQ(expect(reader.refresh()).inserted.size(), 50U);
  EXPECT_EQ(answers(expect(reader.snapshot())), answers(expect(writer.snapshot())));
  EXPECT_EQ(taken.chunk_count() + 50, reader.chunk_count());
  EXPECT_EQ(taken.keys().size(), taken.chunk_count());
}

TEST_F(Snapshot, ANewOneSeesWhatWasCommitted) {
  const StoreSnapshot before = snapshot();
  insert("newer.cpp", kOld + kNew, 50);
  const StoreSnapshot after = snapshot();
  EXPECT_EQ(after.lsn(), before.lsn() + 1);
  EXPECT_EQ(after.chunk_count(), before.chunk_count() + 50);
  EXPECT_EQ(after.lsn(), store_->lsn());
}

TEST_F(Snapshot, AClosedStoreHasNone) {
  expect_ok(store_->close());
  expect_error(store_->snapshot(), ErrorCode::unavailable, "closed");
}

TEST(EmptySnapshot, HoldsNothingAfterTheFirstInsertToo) {
  const TempDir dir;
  VectorStore store = expect(VectorStore::open(dir.path() / "db"));
  const StoreSnapshot taken = expect(store.snapshot());
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(taken.lsn(), 0U);
    EXPECT_TRUE(taken.keys().empty());
    EXPECT_TRUE(expect(taken.matching({})).empty());
    EXPECT_TRUE(expect(taken.get({}, kSelections[1])).empty());
    EXPECT_TRUE(expect(taken.nearest(make_vector(kDimensions, 0), 3)).empty());
    expect_error(taken.get({0}), ErrorCode::not_found, "0");
    expect(store.insert({make_row("a", 0)}));
  }
}

TEST_F(Snapshot, MatchingIsTheKeysOfAQuery) {
  const StoreSnapshot taken = snapshot();
  EXPECT_EQ(expect(taken.matching({})), taken.keys());
  std::size_t matches = 0;
  for (const Filter& filter : filters()) {
    const std::vector<ChunkKey> keys = expect(taken.matching(filter));
    EXPECT_EQ(keys, keys_of(expect(taken.query(filter))));
    EXPECT_TRUE(std::ranges::is_sorted(keys));
    matches += keys.size();
  }
  EXPECT_GT(matches, 1500U);
  expect_error(taken.matching(field("colour") == "red"), ErrorCode::invalid_argument, "colour");
}

TEST_F(Snapshot, ChunksOfKeysAreThoseOfAQueryInTheOrderOfTheKeys) {
  const StoreSnapshot taken = snapshot();
  for (const std::vector<std::string>& select : kSelections) {
    std::vector<StoredChunk> all = expect(taken.query({}, select));
    const std::vector<ChunkKey> keys = taken.keys();
    EXPECT_EQ(keys_of(all), keys);
    EXPECT_EQ(keys_of(expect(taken.query({}, select, 25))),
              std::vector<ChunkKey>(keys.begin(), keys.begin() + 25));
    std::ranges::reverse(all);
    const std::vector<StoredChunk> got = expect(taken.get(keys_of(all), select));
    EXPECT_EQ(keys_of(got), keys_of(all));
    EXPECT_EQ(chunks_of(got), chunks_of(all));
  }
}

TEST_F(Snapshot, OnlyWhatIsSelectedIsFilled) {
  const StoreSnapshot taken = snapshot();
  for (const std::uint64_t key : {std::uint64_t{7}, std::uint64_t{607}}) {
    const ChunkMeta whole = expect(taken.get(ChunkKey{key}));
    ChunkMeta some;
    some.file_path = whole.file_path;
    some.symbol_name = whole.symbol_name;
    some.symbol_kind = whole.symbol_kind;
    some.start_line = whole.start_line;
    some.end_line = whole.end_line;
    const std::vector<ChunkKey> twice = {{key}, {key}};
    EXPECT_EQ(chunks_of(expect(taken.get(twice, kSelections[1]))), (std::vector{some, some}));
    some = {};
    some.file_path = whole.file_path;
    some.extra = whole.extra;
    EXPECT_EQ(chunks_of(expect(taken.get(twice, kSelections[4]))), (std::vector{some, some}));
  }
}

TEST_F(Snapshot, AKeyThatIsNotLiveIsNotFound) {
  const StoreSnapshot taken = snapshot();
  for (const std::uint64_t gone : {30U, 630U, 9999U}) {
    expect_error(taken.get(std::vector<ChunkKey>{{1}, {gone}}), ErrorCode::not_found,
                 std::to_string(gone));
  }
  expect_error(taken.get(std::vector<ChunkKey>{{1}}, {"colour"}), ErrorCode::invalid_argument,
               "colour");
}

TEST_F(Snapshot, NearestIsSearchWithoutTheChunks) {
  const StoreSnapshot taken = snapshot();
  for (const Filter& filter : filters()) {
    for (const std::size_t limit : {std::size_t{0}, std::size_t{7}, SIZE_MAX}) {
      for (const bool exact : {false, true}) {
        const std::vector<float> asked = make_vector(kDimensions, 5);
        std::vector<NeighborKey> expected;
        for (const Neighbor& hit : expect(taken.search(asked, limit, filter, {.exact = exact}))) {
          expected.push_back({hit.key, hit.distance});
        }
        EXPECT_EQ(expect(taken.nearest(asked, limit, filter, {.exact = exact})), expected);
      }
    }
  }
  EXPECT_EQ(taken.nearest(make_vector(3, 0), 1).error().message,
            taken.search(make_vector(3, 0), 1).error().message);
}

TEST_F(Snapshot, QuestionsThatNeedNoTextReadNone) {
  reopen();
  const std::uint64_t all = blocks_left();
  reopen();
  const StoreSnapshot taken = snapshot();
  for (const std::size_t selection : {1U, 2U}) {
    expect(taken.query({}, kSelections[selection]));
    expect(taken.get(taken.keys(), kSelections[selection]));
  }
  expect(taken.matching(field("language") == "go"));
  EXPECT_EQ(blocks_left(), all);
  reopen();
  expect(store_->query({}, {"content"}, 100));
  EXPECT_LT(blocks_left(), all);
}

TEST_F(Snapshot, DamageIsMetByTheQuestionThatReadsIt) {
  reopen();
  damage("line 123\\n");
  reopen();
  const StoreSnapshot taken = snapshot();
  const std::vector<ChunkKey> keys = {{500}, {123}};
  EXPECT_EQ(expect(taken.get(keys, kSelections[1]))[1].meta.symbol_name, "symbol_123");
  EXPECT_TRUE(taken.get(ChunkKey{500}));
  expect_error(taken.get(keys, {"content"}), ErrorCode::corrupt, "metadata.json at byte");
  expect_error(taken.get(keys, kSelections[1]), ErrorCode::corrupt, "metadata.json at byte");
  expect_error(taken.matching({}), ErrorCode::corrupt, "metadata.json at byte");
  expect_error(taken.nearest(make_vector(kDimensions, 5), 1), ErrorCode::corrupt, "metadata.json");
  expect_error(store_->get({500}), ErrorCode::corrupt, "metadata.json at byte");
}

/// Each commit replaces both files, so that all chunks of one commit have its lsn as chunk_id.
TEST(SnapshotThreads, QuestionsOfOneSnapshotAgreeWhileCommitsGoOn) {
  const TempDir dir;
  StoreOptions options = by_hand();
  options.durability = Durability::bulk;
  VectorStore store = expect(VectorStore::open(dir.path() / "db", options));
  const auto commit = [&](std::int64_t number) {
    WriteBatch batch;
    for (const char* path : {"a.cpp", "b.cpp"}) {
      batch.delete_file(path);
      for (std::int64_t row = 0; row < 3 + number % 7; ++row) {
        ChunkRow added = make_row(path, row, kDimensions);
        added.meta.chunk_id = number;
        batch.insert(std::move(added));
      }
    }
    expect(store.apply(batch));
  };
  commit(1);
  std::atomic<bool> done = false;
  std::thread writer([&] {
    for (std::int64_t number = 2; number <= 300; ++number) {
      commit(number);
      if (number % 50 == 0) {
        expect_ok(store.checkpoint());
      }
    }
    done = true;
  });
  std::uint64_t asked = 0;
  while (!done || asked == 0) {
    const StoreSnapshot taken = expect(store.snapshot());
    const StoreSnapshot copy = taken;
    const auto number = static_cast<std::int64_t>(taken.lsn());
    const std::vector<ChunkKey> keys = expect(taken.matching(field("chunk_id") == number));
    EXPECT_EQ(keys.size(), static_cast<std::size_t>(2 * (3 + number % 7)));
    EXPECT_EQ(keys, copy.keys());
    EXPECT_EQ(taken.chunk_count(), keys.size());
    for (const StoredChunk& row : expect(taken.get(keys, {"chunk_id"}))) {
      EXPECT_EQ(row.meta.chunk_id, number);
    }
    const auto hits = expect(copy.nearest(make_vector(kDimensions, 1), SIZE_MAX));
    EXPECT_EQ(hits.size(), keys.size());
    const std::uint64_t of_file = keys.size() / 2;
    EXPECT_EQ(expect(copy.list_files()),
              (std::vector<FileSummary>{{"a.cpp", "go", of_file}, {"b.cpp", "go", of_file}}));
    ++asked;
  }
  writer.join();
  EXPECT_GT(asked, 10U);
}

}  // namespace
}  // namespace quire
