#include "indexing/file_rows.hpp"

#include <string>

#include <gtest/gtest.h>

#include "base/utf8.hpp"

namespace quire::indexing {
namespace {

std::vector<ChunkRow> rows(const std::string& path, std::string_view content) {
  const auto embedder = make_hashing_embedder(64);
  return rows_of(path, content, 1234, *embedder, {}).value().rows;
}

TEST(TextToEmbed, BeginsWithTheSymbolThePathAndTheStemTwice) {
  ChunkMeta chunk;
  chunk.content = "code";
  const auto text_at = [&chunk](const char* path) {
    chunk.file_path = path;
    return indexing::text_to_embed(chunk);
  };
  EXPECT_EQ(text_at("x/y/src/theStore/journal/log_reader.cpp"),
            "src the Store journal log reader cpp log_reader log_reader\ncode");
  EXPECT_EQ(text_at("Makefile"), "Makefile Makefile Makefile\ncode");
  EXPECT_EQ(text_at("a/.bashrc"), "a bashrc .bashrc .bashrc\ncode");
  chunk.symbol_name = "Reader::next";
  EXPECT_EQ(text_at("r.cpp"), "Reader::next r cpp r r\ncode");
}

TEST(RowsOf, DescribeEachChunk) {
  const auto found = rows("src/a.txt", "one\n\ntwo\n");
  ASSERT_FALSE(found.empty());
  const ChunkMeta& meta = found.front().meta;
  EXPECT_EQ(meta.file_path, "src/a.txt");
  EXPECT_EQ(meta.chunk_id, 0);
  EXPECT_EQ(meta.language, "text");
  EXPECT_EQ(meta.start_line, 1);
  EXPECT_EQ(meta.last_modified, 1234);
  EXPECT_TRUE(meta.content.starts_with("one"));
  EXPECT_EQ(found.front().vector.size(), 64U);
}

TEST(RowsOf, NameWhatBeginsInAChunk) {
  const auto found = rows("a.rb", "class A\n  def b\n  end\nend\n");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].meta.symbol_name, "A");
  EXPECT_EQ(found[0].meta.extra,
            (std::vector<ExtraField>{{"signature", "class A"},
                                     {"definitions", "class 1 1-4 A\nmethod 2 2-3 A.b"}}));
}

TEST(RowsOf, NumberTheChunksOfAFile) {
  std::string content;
  for (int line = 0; line < 500; ++line) {
    content += "line " + std::to_string(line) + "\n";
  }
  const auto found = rows("long.txt", content);
  ASSERT_GT(found.size(), 3U);
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i].meta.chunk_id, static_cast<std::int64_t>(i));
  }
  EXPECT_EQ(found.back().meta.end_line, 500);
}

TEST(RowsOf, BlankFilesHaveNone) {
  EXPECT_TRUE(rows("a.c", "").empty());
  EXPECT_TRUE(rows("a.c", "\n \n\t\n").empty());
}

TEST(RowsOf, InvalidBytesAreRepairedWithoutMovingALine) {
  const auto found = rows("a\xFF.txt", "one\n\xFF\xFEtwo\nthree\n");
  ASSERT_FALSE(found.empty());
  const ChunkMeta& meta = found.front().meta;
  EXPECT_EQ(meta.file_path, "a%FF.txt");
  EXPECT_EQ(meta.extra, (std::vector<ExtraField>{{"path_bytes", "61ff2e747874"}}));
  EXPECT_FALSE(base::invalid_utf8_offset(meta.content).has_value());
  EXPECT_EQ(found.back().meta.end_line, 3);
}

}  // namespace
}  // namespace quire::indexing
