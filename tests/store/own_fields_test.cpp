#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <quire/vector_store.hpp>

#include "store/open_store.hpp"
#include "support/chunks.hpp"
#include "support/simulated_file_system.hpp"

/// Fields of a store's own, and updates of chunks under their keys.
namespace quire {
namespace {

using support::by_hand;
using support::make_row;
using support::make_vector;
using support::SimulatedFileSystem;

Schema all_types() {
  return {{"price", FieldType::f64},
          {"stock", FieldType::i64},
          {"sku", FieldType::string, true},
          {"active", FieldType::boolean},
          {"note", FieldType::string},
          {"uses",
           FieldType::table,
           false,
           false,
           {{"name", FieldType::string}, {"line", FieldType::i64}, {"weight", FieldType::f64}}}};
}

ChunkRow row_with(std::int64_t id, std::vector<OwnField> fields) {
  ChunkRow row = make_row("a", id);
  row.meta.fields = std::move(fields);
  return row;
}

/// Row i: price i/4, stock -i, sku "s<i>", active of even ones, a note of every third, and i % 3
/// uses.
std::vector<OwnField> fields_of(std::int64_t i) {
  std::vector<OwnField> out{{"price", static_cast<double>(i) / 4},
                            {"stock", -i},
                            {"sku", "s" + std::to_string(i)},
                            {"active", i % 2 == 0}};
  if (i % 3 == 0) {
    out.push_back({"note", "note " + std::to_string(i)});
  }
  std::vector<TableRow> uses;
  for (std::int64_t use = 0; use < i % 3; ++use) {
    uses.push_back({"f" + std::to_string(i % 5 + use), 10 * i + use, {}});
  }
  if (!uses.empty()) {
    out.push_back({"uses", uses});
  }
  return out;
}

class OwnFields : public testing::Test {
 protected:
  VectorStore open(const Schema& fields = {}) {
    StoreOptions options = by_hand();
    options.fields = fields;
    return store::open_store(files_, "db", options).value();
  }

  /// Forty rows in a checkpoint, forty beside it.
  VectorStore filled() {
    VectorStore store = open(all_types());
    for (std::int64_t i = 0; i < 80; ++i) {
      const auto inserted = store.insert({row_with(i, fields_of(i))});
      EXPECT_TRUE(inserted) << inserted.error().message;
      if (i == 39) {
        EXPECT_TRUE(store.checkpoint());
      }
    }
    return store;
  }

  static std::vector<std::uint64_t> matching(const VectorStore& store, std::string_view text) {
    const auto filter = Filter::parse(text, store.fields());
    EXPECT_TRUE(filter) << (filter ? "" : filter.error().message);
    std::vector<std::uint64_t> keys;
    const auto snapshot = store.snapshot().value();
    const auto found = snapshot.matching(*filter);
    EXPECT_TRUE(found) << (found ? "" : found.error().message);
    for (const ChunkKey key : *found) {
      keys.push_back(key.value);
    }
    const auto again = Filter::parse(filter->to_string(), store.fields());
    EXPECT_TRUE(again && *again == *filter) << filter->to_string();
    return keys;
  }

  std::shared_ptr<SimulatedFileSystem> files_ = std::make_shared<SimulatedFileSystem>();
};

/// The keys below 80 that `test` accepts.
template <class Test>
std::vector<std::uint64_t> where(Test test) {
  std::vector<std::uint64_t> keys;
  for (std::int64_t i = 0; i < 80; ++i) {
    if (test(i)) {
      keys.push_back(static_cast<std::uint64_t>(i));
    }
  }
  return keys;
}

TEST_F(OwnFields, ComeBackFromJournalAndCheckpointAsTheyWentIn) {
  VectorStore store = filled();
  const auto expect_all = [&](const VectorStore& from) {
    EXPECT_EQ(from.fields(), all_types());
    for (std::int64_t i = 0; i < 80; ++i) {
      EXPECT_EQ(from.get({static_cast<std::uint64_t>(i)}).value().fields, fields_of(i)) << i;
    }
  };
  expect_all(store);
  ASSERT_TRUE(store.close());
  store = open();
  expect_all(store);
  ASSERT_TRUE(store.checkpoint());
  expect_all(store);
  ASSERT_TRUE(store.close());
  store = open();
  expect_all(store);
  EXPECT_EQ(store.info().file_format, 2U);
}

TEST_F(OwnFields, AreFilteredByTheirTypes) {
  const VectorStore store = filled();
  EXPECT_EQ(matching(store, "price > 4.6"), where([](auto i) { return i > 18; }));
  EXPECT_EQ(matching(store, "price <= 5"), where([](auto i) { return i <= 20; }));
  EXPECT_EQ(matching(store, "price IN (1, 1.25, 1e300)"),
            where([](auto i) { return i == 4 || i == 5; }));
  EXPECT_EQ(matching(store, "stock BETWEEN -9.5 AND -3"),
            where([](auto i) { return i >= 3 && i <= 9; }));
  EXPECT_EQ(matching(store, "active"), where([](auto i) { return i % 2 == 0; }));
  EXPECT_EQ(matching(store, "NOT active"), where([](auto i) { return i % 2 != 0; }));
  EXPECT_EQ(matching(store, "active = FALSE AND stock < -75"),
            where([](auto i) { return i % 2 != 0 && i > 75; }));
  EXPECT_EQ(matching(store, "active IS NOT TRUE"), where([](auto i) { return i % 2 != 0; }));
  EXPECT_EQ(matching(store, "note IS NULL"), where([](auto i) { return i % 3 != 0; }));
  EXPECT_EQ(matching(store, "note LIKE 'note 1%'"),
            where([](auto i) { return i % 3 == 0 && std::to_string(i).starts_with('1'); }));
  EXPECT_EQ(matching(store, "note != 'note 3'"),
            where([](auto i) { return i % 3 == 0 && i != 3; }));
  EXPECT_EQ(matching(store, "sku = 's17' OR sku = 's61'"),
            where([](auto i) { return i == 17 || i == 61; }));
}

TEST_F(OwnFields, OfTablesAreTrueOfAChunkIfOfOneRow) {
  const VectorStore store = filled();
  const auto uses = [](std::int64_t i, std::int64_t number) {
    return (i % 3 > 0 && i % 5 == number) || (i % 3 > 1 && i % 5 + 1 == number);
  };
  EXPECT_EQ(matching(store, "uses.name = 'f2'"), where([&](auto i) { return uses(i, 2); }));
  EXPECT_EQ(matching(store, "NOT uses.name = 'f2'"), where([&](auto i) { return !uses(i, 2); }));
  EXPECT_EQ(matching(store, "uses.name != 'f2' AND uses.name != 'f3'"), where([&](auto i) {
              const auto other = [&](std::int64_t than) {
                return (i % 3 > 0 && i % 5 != than) || (i % 3 > 1 && i % 5 + 1 != than);
              };
              return other(2) && other(3);
            }));
  EXPECT_EQ(matching(store, "uses.line >= 700"),
            where([](auto i) { return i % 3 > 0 && 10 * i + i % 3 - 1 >= 700; }));
  EXPECT_EQ(matching(store, "uses.weight IS NULL"), where([](auto i) { return i % 3 > 0; }));
  EXPECT_EQ(matching(store, "uses IS NULL"), where([](auto i) { return i % 3 == 0; }));
}

TEST_F(OwnFields, AddedLaterAreAbsentInWhatIsThere) {
  VectorStore store = open();
  ASSERT_TRUE(store.insert({make_row("a", 0), make_row("a", 1)}));
  ASSERT_TRUE(store.checkpoint());
  EXPECT_EQ(store.info().file_format, 1U);
  const StoreSnapshot before = store.snapshot().value();
  ASSERT_TRUE(store.add_fields(all_types()));
  ASSERT_TRUE(store.insert({row_with(2, fields_of(2))}));
  EXPECT_EQ(store.info().file_format, 2U);
  EXPECT_EQ(before.chunk_count(), 2U);
  EXPECT_EQ(matching(store, "price IS NULL"), (std::vector<std::uint64_t>{0, 1}));
  EXPECT_EQ(matching(store, "uses IS NULL"), (std::vector<std::uint64_t>{0, 1}));
  EXPECT_TRUE(matching(store, "uses.name IS NULL").empty());
  EXPECT_EQ(matching(store, "price = 0.5 OR active"), (std::vector<std::uint64_t>{2}));
  EXPECT_TRUE(matching(store, "NOT price > 7 AND key < 2").empty());
  ASSERT_TRUE(store.checkpoint());
  EXPECT_EQ(matching(store, "price IS NULL"), (std::vector<std::uint64_t>{0, 1}));
  EXPECT_EQ(store.get({2}).value().fields, fields_of(2));
}

TEST_F(OwnFields, AreRefusedWhereTheyDoNotFit) {
  VectorStore store = open(all_types());
  ASSERT_TRUE(store.insert({row_with(0, fields_of(0))}));
  const auto refuse = [&](std::vector<OwnField> fields, std::string_view words) {
    const auto inserted = store.insert({row_with(1, std::move(fields))});
    ASSERT_FALSE(inserted) << words;
    EXPECT_EQ(inserted.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(inserted.error().message.find(words), std::string::npos) << inserted.error().message;
  };
  refuse({{"colour", "red"}}, "no field \"colour\"");
  refuse({{"price", "9"}}, "of type f64");
  refuse({{"stock", 2.0}}, "of type i64");
  refuse({{"price", 1.0 / 0.0}}, "not finite");
  refuse({{"sku", "\xff"}}, "invalid UTF-8 at byte 0");
  refuse({{"active", true}, {"active", true}}, "there twice");
  refuse({{"uses", std::vector<TableRow>{{"f"}}}}, "has 1 values, the table 3 columns");
  refuse({{"uses", std::vector<TableRow>{{"f", "g", {}}}}}, "column \"line\" is of type i64");
  ChunkRow extra = make_row("a", 1);
  extra.meta.extra.push_back({"price", "9"});
  EXPECT_FALSE(store.insert({extra}));

  const auto refuse_field = [&](const FieldSpec& field, std::string_view words) {
    const auto added = store.add_fields({field});
    ASSERT_FALSE(added) << words;
    EXPECT_NE(added.error().message.find(words), std::string::npos) << added.error().message;
  };
  refuse_field({"Language", FieldType::string}, "one of the ten members");
  refuse_field({"a.b", FieldType::string}, "has a dot");
  refuse_field({"price", FieldType::i64}, "there already");
  refuse_field({"t", FieldType::table}, "0 columns");
  refuse_field({"u", FieldType::f64, true}, "can't be unique");
  EXPECT_TRUE(store.add_fields({{"price", FieldType::f64}}));
  ASSERT_TRUE(store.close());

  StoreOptions other = by_hand();
  other.fields = {{"price", FieldType::string}};
  EXPECT_EQ(store::open_store(files_, "db", other).error().code, ErrorCode::incompatible);
  const auto filter = Filter::parse("price = 'x'", all_types());
  EXPECT_NE(filter.error().message.find("price is a number"), std::string::npos);
}

TEST_F(OwnFields, AreNotAddedWhereAnExtraFieldHasTheName) {
  VectorStore store = open();
  ChunkRow row = make_row("a", 0);
  row.meta.extra.push_back({"price", "9"});
  ASSERT_TRUE(store.insert({row}));
  const auto added = store.add_fields({{"price", FieldType::f64}});
  ASSERT_FALSE(added);
  EXPECT_NE(added.error().message.find("1 chunks have an extra field"), std::string::npos);
  EXPECT_EQ(store.info().file_format, 1U);
}

TEST_F(OwnFields, ThatAreUniqueFindTheChunkThatAnUpsertReplaces) {
  VectorStore store = filled();
  WriteBatch batch;
  batch.upsert("sku", row_with(100, {{"sku", "s7"}}));
  batch.upsert("sku", row_with(101, {{"sku", "s70"}}));
  batch.upsert("sku", row_with(102, {{"sku", "new"}}));
  const Commit done = store.apply(batch).value();
  EXPECT_EQ(done.removed, (std::vector<ChunkKey>{{7}, {70}}));
  EXPECT_EQ(matching(store, "sku = 's7'"), (std::vector<std::uint64_t>{80}));
  const auto again = store.insert({row_with(103, {{"sku", "s8"}})});
  ASSERT_FALSE(again);
  EXPECT_NE(again.error().message.find("key 8 has the value"), std::string::npos)
      << again.error().message;
  EXPECT_FALSE(store.insert({row_with(1, {{"sku", "x"}}), row_with(2, {{"sku", "x"}})}));
  WriteBatch moved;  // A value is free once the batch takes it from another chunk.
  ChunkMeta nine = store.get({9}).value();
  nine.fields = {{"sku", "s8"}};
  moved.remove({8});
  moved.update({9}, nine);
  ASSERT_TRUE(store.apply(moved));
  EXPECT_EQ(matching(store, "sku = 's8'"), (std::vector<std::uint64_t>{9}));
  EXPECT_TRUE(matching(store, "sku = 's9'").empty());
  EXPECT_TRUE(store.insert({row_with(104, {{"sku", "s9"}})}));
}

TEST_F(OwnFields, UpdatesKeepKeyAndVectorAndAreSeenByNewViewsAlone) {
  VectorStore store = filled();
  const StoreSnapshot before = store.snapshot().value();
  const std::vector<float> vector = store.vector({5}).value();
  const auto filter = Filter::parse("key = 5 OR key = 50", store.fields()).value();
  const auto updated = store.update_where(filter, [](ChunkMeta& meta) {
    meta.file_path = "moved";
    meta.symbol_name = "renamed";
    meta.fields = {{"price", 99.5}};
  });
  ASSERT_TRUE(updated) << updated.error().message;
  EXPECT_EQ(updated->updated, (std::vector<ChunkKey>{{5}, {50}}));
  EXPECT_TRUE(updated->inserted.empty() && updated->removed.empty());
  const auto expect_updated = [&](const VectorStore& now) {
    EXPECT_EQ(matching(now, "price > 90"), (std::vector<std::uint64_t>{5, 50}));
    EXPECT_TRUE(matching(now, "sku = 's5' OR sku = 's50'").empty());
    EXPECT_EQ(now.get({5}).value().file_path, "moved");
    EXPECT_EQ(now.vector({5}).value(), vector);
    EXPECT_EQ(now.chunk_count(), 80U);
    EXPECT_EQ(now.find_by_symbol("renamed").value().size(), 2U);
    EXPECT_EQ(now.list_files().value().size(), 2U);
    const auto all = now.query({}).value();
    EXPECT_EQ(all.size(), 80U);
    EXPECT_TRUE(std::ranges::is_sorted(all, {}, [](const StoredChunk& c) { return c.key; }));
  };
  expect_updated(store);
  EXPECT_EQ(before.get({5}).value().fields, fields_of(5));
  EXPECT_EQ(before.count(Filter::parse("price > 90", store.fields()).value()).value(), 0U);
  EXPECT_EQ(before.list_files().value().size(), 1U);
  ASSERT_TRUE(store.close());
  store = open();
  expect_updated(store);
  ASSERT_TRUE(store.checkpoint());
  expect_updated(store);
  EXPECT_EQ(before.get({50}).value().fields, fields_of(50));
  EXPECT_EQ(store.delete_file("moved").value(), 2U);
  EXPECT_EQ(store.delete_file("a").value(), 78U);
}

TEST_F(OwnFields, UpdatesOfWhatIsNotThereAreRefused) {
  VectorStore store = filled();
  WriteBatch gone;
  gone.update({800}, make_row("a", 1).meta);
  EXPECT_EQ(store.apply(gone).error().code, ErrorCode::not_found);
  WriteBatch twice;
  twice.update({1}, make_row("a", 1).meta);
  twice.update({1}, make_row("a", 2).meta);
  EXPECT_EQ(store.apply(twice).error().code, ErrorCode::invalid_argument);
  WriteBatch removed;
  removed.update({1}, make_row("a", 1).meta);
  removed.remove({1});
  EXPECT_EQ(store.apply(removed).error().code, ErrorCode::invalid_argument);
}

TEST_F(OwnFields, OthersLearnOfUpdatesByRefresh) {
  VectorStore store = filled();
  ASSERT_TRUE(store.flush());
  VectorStore reader = open();
  const auto update = [&](std::uint64_t key) {
    return store.update_where(field("key") == static_cast<std::int64_t>(key),
                              [](ChunkMeta& meta) { meta.language = "zig"; });
  };
  ASSERT_TRUE(update(3) && update(44));
  EXPECT_EQ(reader.refresh().value().updated, (std::vector<ChunkKey>{{3}, {44}}));
  ASSERT_TRUE(update(4));
  ASSERT_TRUE(store.checkpoint());
  const Changes changes = reader.refresh().value();
  EXPECT_EQ(changes.updated, (std::vector<ChunkKey>{{4}}));
  EXPECT_TRUE(changes.inserted.empty() && changes.removed.empty());
  EXPECT_EQ(reader.count(field("language") == "zig").value(), 3U);
}

TEST_F(OwnFields, AViewIsOneCommitWhileUpdatesAreMade) {
  VectorStore store = filled();
  const auto give_all = [&](std::int64_t number) {
    return store.update_where({}, [number](ChunkMeta& meta) { meta.fields = {{"stock", number}}; });
  };
  ASSERT_TRUE(give_all(0));
  std::atomic<bool> done = false;
  std::atomic<int> looks = 0;
  std::thread reader([&] {
    while (!done) {
      const StoreSnapshot view = store.snapshot().value();
      const auto chunks = view.query({}, {"stock"}).value();
      ASSERT_EQ(chunks.size(), 80U);
      const OwnField first = chunks.front().meta.fields.at(0);
      for (const StoredChunk& chunk : chunks) {
        ASSERT_EQ(chunk.meta.fields.at(0), first);
      }
      ASSERT_EQ(view.count(field("stock") == std::get<std::int64_t>(first.value)).value(), 80U);
      ++looks;
    }
  });
  for (std::int64_t number = 1; number <= 40 || looks < 3; ++number) {
    ASSERT_TRUE(give_all(number));
    ASSERT_TRUE(number % 15 != 0 || store.checkpoint());
  }
  done = true;
  reader.join();
}

TEST_F(OwnFields, AreCounted) {
  VectorStore store = filled();
  ASSERT_TRUE(store.update_where(field("key") == 5, [](ChunkMeta& meta) { meta.fields.clear(); }));
  ASSERT_TRUE(store.delete_where(field("key") == 6));
  const StoreStatistics found = store.statistics().value();
  EXPECT_EQ(found.chunks, 79U);
  EXPECT_EQ(found.checkpoint_chunks, 40U);
  EXPECT_EQ(found.removed_chunks, 1U);
  EXPECT_EQ(found.journal_chunks, 40U);
  EXPECT_EQ(found.updated_chunks, 1U);
  EXPECT_GT(found.index_bytes, 0U);
  EXPECT_GT(found.metadata_bytes, 0U);
  EXPECT_GT(found.journal_bytes, 0U);
  const auto of = [&](std::string_view name) {
    return *std::ranges::find(found.fields, name, &FieldStatistics::name);
  };
  EXPECT_EQ(of("price"), (FieldStatistics{"price", FieldType::f64, 78, 78}));
  EXPECT_EQ(of("active"), (FieldStatistics{"active", FieldType::boolean, 78, 2}));
  EXPECT_EQ(of("language").values, 79U);
  EXPECT_EQ(of("uses").type, FieldType::table);
}

/// A model of plain values beside the store, through commits, checkpoints and openings.
TEST_F(OwnFields, AgreeWithAModelOfThem) {
  std::minstd_rand random(1);
  const auto below = [&](std::size_t n) { return static_cast<std::int64_t>(random() % n); };
  std::map<std::uint64_t, std::vector<OwnField>> model;
  VectorStore store = open(all_types());
  std::int64_t next = 0;
  for (int step = 0; step < 400; ++step) {
    WriteBatch batch;
    std::vector<std::uint64_t> live;
    for (const auto& [key, fields] : model) {
      live.push_back(key);
    }
    const auto any = [&] { return live[static_cast<std::size_t>(below(live.size()))]; };
    const std::int64_t what = below(10);
    if (what < 4 || live.size() < 5) {
      model[static_cast<std::uint64_t>(next)] = fields_of(next);
      batch.insert(row_with(next, fields_of(next)));
      ++next;
    } else if (what < 8) {
      const std::uint64_t key = any();
      std::vector<OwnField> fields{{"sku", "u" + std::to_string(step)}, {"stock", below(9)}};
      ChunkMeta meta = store.get({key}).value();
      std::ranges::sort(fields, {}, [](const OwnField& own) { return own.name != "stock"; });
      meta.fields = fields;
      batch.update({key}, meta);
      model[key] = fields;
    } else {
      const std::uint64_t key = any();
      batch.remove({key});
      model.erase(key);
    }
    ASSERT_TRUE(store.apply(batch));
    if (step % 37 == 0) {
      ASSERT_TRUE(store.checkpoint());
    }
    if (step % 53 == 0) {
      ASSERT_TRUE(store.close());
      store = open();
    }
    ASSERT_EQ(store.chunk_count(), model.size());
    const auto chunks = store.query({}).value();
    auto expected = model.begin();
    for (const StoredChunk& chunk : chunks) {
      ASSERT_EQ(chunk.key.value, expected->first);
      ASSERT_EQ(chunk.meta.fields, expected->second) << "step " << step;
      ++expected;
    }
    const std::int64_t most = below(9);
    const auto count = static_cast<std::uint64_t>(std::ranges::count_if(model, [&](auto& row) {
      const auto own = std::ranges::find(row.second, "stock", &OwnField::name);
      return own != row.second.end() && std::get<std::int64_t>(own->value) <= most;
    }));
    ASSERT_EQ(store.count(field("stock") <= most).value(), count);
  }
}

}  // namespace
}  // namespace quire
