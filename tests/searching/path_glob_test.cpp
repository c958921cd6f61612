#include "searching/path_glob.hpp"

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <quire/vector_store.hpp>

#include "support/temp_dir.hpp"

namespace quire::searching {
namespace {

std::vector<std::string> every_path() {
  const std::vector<std::string> names = {"a.c",      "b.h",    "x.c.d", "lib", "libx",
                                          "100%",     "a_b",    "axb",   ".c",  "a\\b",
                                          "\xC3\xA9", "test.c", "[a]",   "a*c", "main.cpp"};
  std::vector<std::string> paths = names;
  for (const std::string& name : names) {
    for (const char* folder :
         {"src/", "src/lib/", "test/deep/er/", "lib/", "a.c/", "src/x.c/", "100%/"}) {
      paths.push_back(folder + name);
    }
  }
  return paths;
}

std::vector<ChunkRow> a_row_each(const std::vector<std::string>& paths) {
  std::vector<ChunkRow> rows;
  for (const std::string& path : paths) {
    ChunkRow row;
    row.meta.file_path = path;
    row.vector = {1.0F, 0.0F};
    rows.push_back(row);
  }
  return rows;
}

std::set<std::string> passed_by(const Filter& filter, const VectorStore& store) {
  std::set<std::string> paths;
  const auto chunks = store.query(filter, {"file_path"});
  EXPECT_TRUE(chunks.has_value()) << chunks.error().message;
  for (const StoredChunk& chunk : *chunks) {
    paths.insert(chunk.meta.file_path);
  }
  return paths;
}

class PathFilters : public testing::Test {
 protected:
  PathFilters() { EXPECT_TRUE(store.insert(a_row_each(every_path())).has_value()); }

  support::TempDir folder;
  VectorStore store = VectorStore::open(folder.path()).value();
};

TEST_F(PathFilters, PassEveryMatch) {
  const std::vector<std::string> patterns = {
      "",           "*",          "**",         "**/*",     "a.c",           "*.c",
      "*.c*",       "lib",        "lib*",       "*lib*",    "l?b",           "src",
      "src/",       "/src",       "./src",      "src/**",   "src/**/*",      "src/*",
      "src/*.c",    "src/**/*.c", "src/**/a.c", "src/lib/", "src/l*/a.c",    "**/lib",
      "**/lib/**",  "**/*.c",     "100%",       "a_b",      "*_*",           "*%",
      "src/100%/*", "a\\\\b",     "\\*",        "a\\*c",    "[ab].*",        "src/[!a].*",
      "[[]a]",      "[a",         "?",          "src/?.c",  "**/deep/*/*.c", "test/**/er/**",
      "*/*.c",      "*/lib/*.c",  "src/**lib",  "***",      "a.c/**",        "\xC3\xA9",
      "*.{c,h}"};
  for (const std::string& pattern : patterns) {
    const PathGlob glob(pattern);
    const std::set<std::string> passed = passed_by(glob.filter(), store);
    for (const std::string& path : every_path()) {
      EXPECT_TRUE(!glob.matches(path) || passed.contains(path)) << pattern << " loses " << path;
    }
  }
}

TEST_F(PathFilters, PassNothingElseForWhatPeopleWriteMost) {
  for (const char* pattern :
       {"*.c", "src/**", "src", "lib", "src/main.cpp", "src/**/*.c", "test*", "*lib*", "100%"}) {
    const PathGlob glob(pattern);
    for (const std::string& path : passed_by(glob.filter(), store)) {
      EXPECT_TRUE(glob.matches(path)) << pattern << " also gives " << path;
    }
  }
}

TEST(PathGlob, AStarStaysWithinAFolder) {
  const PathGlob glob("src/*.c");
  EXPECT_TRUE(glob.matches("src/a.c"));
  EXPECT_FALSE(glob.matches("src/deep/a.c"));
  EXPECT_FALSE(glob.matches("other/src/a.c"));
}

TEST(PathGlob, APatternWithoutASlashMatchesAtAnyDepth) {
  EXPECT_TRUE(PathGlob("*.c").matches("a.c"));
  EXPECT_TRUE(PathGlob("*.c").matches("x/y/a.c"));
  EXPECT_TRUE(PathGlob("lib").matches("x/lib/a.c"));
  EXPECT_FALSE(PathGlob("lib").matches("x/libs/a.c"));
}

TEST(PathGlob, ASlashTiesThePatternToTheRoot) {
  EXPECT_TRUE(PathGlob("lib/").matches("lib/a.c"));
  EXPECT_FALSE(PathGlob("lib/").matches("src/lib/a.c"));
  EXPECT_FALSE(PathGlob("/a.c").matches("src/a.c"));
}

}  // namespace
}  // namespace quire::searching
