#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include <quire/inspect.hpp>
#include <quire/vector_store.hpp>

#include "support/chunks.hpp"
#include "support/expect.hpp"
#include "support/temp_dir.hpp"

namespace quire {
namespace {

using support::expect;
using support::make_row;
using support::make_vector;

void insert(VectorStore& store, const std::string& path, int rows) {
  for (int i = 0; i < rows; ++i) {
    expect(store.insert({make_row(path, i)}));
  }
}

/// A rebuild by another process: readers keep what they opened until they look again.
TEST(Discard, ReadersOutliveAStoreThatIsBuiltAnew) {
  const support::TempDir folder;
  const std::filesystem::path path = folder.path() / "db";
  {
    VectorStore writer = expect(VectorStore::open(path));
    insert(writer, "old", 10);
    support::expect_ok(writer.checkpoint());
    insert(writer, "late", 2);
    support::expect_ok(writer.close());
  }
  VectorStore often = expect(VectorStore::open(path, {.read_only = true}));
  VectorStore seldom = expect(VectorStore::open(path, {.read_only = true}));
  support::expect_ok(discard_store(path));
  EXPECT_EQ(expect(seldom.search(make_vector(8, 3), 20)).size(), 12U);
  EXPECT_TRUE(expect(often.refresh()).replaced);
  EXPECT_EQ(often.chunk_count(), 0U);
  {
    VectorStore writer = expect(VectorStore::open(path));
    insert(writer, "new", 3);
    support::expect_ok(writer.checkpoint());
    support::expect_ok(writer.close());
  }
  EXPECT_EQ(expect(seldom.search(make_vector(8, 3), 20)).size(), 12U);
  const Changes changes = expect(seldom.refresh());
  EXPECT_TRUE(changes.replaced);
  EXPECT_EQ(changes.inserted.size(), 3U);
  EXPECT_TRUE(changes.removed.empty());
  EXPECT_EQ(expect(often.refresh()).inserted, changes.inserted);
  for (const VectorStore* store : {&often, &seldom}) {
    EXPECT_EQ(expect(store->search(make_vector(8, 3), 20)).size(), 3U);
    EXPECT_GE(changes.inserted.front().value, 12U) << "a key was used again";
  }
}

/// Whatever somebody put where a store has its folders, and into the one that a repair works in.
TEST(Discard, WhatStandsInThePlaceOfAFolderOrOfARepairsFileIsMovedAside) {
  for (const std::string place : {"cache", "next", "repair", "repair/cache", "repair/next"}) {
    for (const bool is_link : {false, true}) {
      const support::TempDir folder;
      folder.write("db/metadata.json", "{");
      folder.write("db/" + place + ".written", "theirs");
      const std::filesystem::path path = folder.path() / "db";
      std::filesystem::remove(path / (place + ".written"));
      if (is_link) {
        std::filesystem::create_symlink("..", path / place);
      } else {
        folder.write("db/" + place, "theirs");
      }
      support::expect_ok(discard_store(path));
      EXPECT_TRUE(expect(check_store(path)).findings.empty()) << place;
      EXPECT_TRUE(std::filesystem::is_symlink(path / (place + ".damaged")) == is_link) << place;
    }
  }
  for (const std::string place : {"repair/index.usearch", "repair/metadata.json"}) {
    const support::TempDir folder;
    folder.write("db/metadata.json", "{");
    folder.write("db/" + place + "/theirs", "theirs");
    support::expect_ok(discard_store(folder.path() / "db"));
    EXPECT_TRUE(expect(check_store(folder.path() / "db")).findings.empty()) << place;
  }
}

}  // namespace
}  // namespace quire
