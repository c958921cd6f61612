#include <cctype>
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include <quire/vector_store.hpp>

#include "support/temp_dir.hpp"

namespace quire {
namespace {

/// The bytes of the first hexdump in a page: lines of an offset, a colon, and up to 16 bytes.
std::string bytes_of_dump(const std::string& page) {
  std::ifstream in(page);
  std::string bytes;
  for (std::string line; std::getline(in, line);) {
    const std::size_t colon = line.find(": ");
    if (!line.starts_with("    0") || colon != 12) {
      continue;
    }
    std::istringstream words(line.substr(colon + 2, 35));
    for (std::string word; words >> word;) {
      for (std::size_t i = 0; i + 1 < word.size(); i += 2) {
        bytes.push_back(static_cast<char>(std::stoi(word.substr(i, 2), nullptr, 16)));
      }
    }
  }
  return bytes;
}

/// The bytes that docs/format.md explains are a store, and hold what it says.
TEST(FormatPage, ItsExampleIsAStore) {
  const std::string journal = bytes_of_dump(QUIRE_SOURCE_DIR "/docs/format.md");
  ASSERT_EQ(journal.size(), 320U);
  const support::TempDir folder;
  folder.write("journal-00000001.log", journal);
  const Result<VectorStore> store = VectorStore::open(folder.path());
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ(store->lsn(), 1U);
  EXPECT_EQ(store->info().dropped_tail_bytes, 0U);
  EXPECT_EQ(store->attribute("k"), "v");
  const Result<ChunkMeta> chunk = store->get({0});
  ASSERT_TRUE(chunk) << chunk.error().message;
  EXPECT_EQ(chunk->file_path, "a.c");
  EXPECT_EQ(chunk->content, "int a;");
  EXPECT_EQ(chunk->language, "c");
  EXPECT_EQ(chunk->chunk_id, 1);
  EXPECT_EQ(chunk->end_line, 1);
  EXPECT_EQ(store->vector({0}).value(), (std::vector<float>{0.6F, 0.8F}));
}

}  // namespace
}  // namespace quire
