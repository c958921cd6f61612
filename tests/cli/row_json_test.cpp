#include "cli/row_json.hpp"

#include <limits>
#include <string>

#include <gtest/gtest.h>

namespace quire::cli {
namespace {

ExportRow a_row() {
  ExportRow row;
  row.key = ChunkKey{7};
  row.row.meta.file_path = "src/\"a\".c";
  row.row.meta.chunk_id = -3;
  row.row.meta.content = "line\n\ttab \xC3\xA9";
  row.row.meta.symbol_name = "main";
  row.row.meta.language = "c";
  row.row.meta.start_line = 1;
  row.row.meta.end_line = 2;
  row.row.meta.last_modified = 1'700'000'000;
  row.row.vector = {0.1F, -1.0F, 1e-30F, std::numeric_limits<float>::max()};
  return row;
}

std::string problem_with(const std::string& line) {
  const auto row = decode_row(line);
  EXPECT_FALSE(row.has_value()) << line;
  return row ? "" : row.error().message;
}

TEST(ExportRow, ReadsBackToWhatWasWritten) {
  ExportRow row = a_row();
  row.row.meta.extra = {{"note", "n"}, {"key", "k"}, {"vector", "v"}, {"extra.key", "e"}};
  const std::string line = encode_row(row);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  const auto back = decode_row(line);
  ASSERT_TRUE(back.has_value()) << back.error().message;
  EXPECT_EQ(back->key, row.key);
  EXPECT_EQ(back->row.meta, row.row.meta);
  EXPECT_EQ(back->row.vector, row.row.vector);
}

TEST(ExportHeader, ReadsBackToWhatWasWritten) {
  ExportHeader header;
  header.format = {3, Metric::inner_product, Scalar::f32};
  header.next_key = 50;
  header.attributes = {{"a", "text \"x\"\n"}, {"b\xFF", "x"}, {"c", std::string("\0\xFE", 2)}};
  const std::string line = encode_header(header);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  const auto back = decode_header(line);
  ASSERT_TRUE(back.has_value() && back->has_value());
  EXPECT_EQ((*back)->format, header.format);
  EXPECT_EQ((*back)->next_key, 50U);
  EXPECT_EQ((*back)->attributes, header.attributes);
}

TEST(ExportHeader, IsNotSeenInARow) {
  for (const std::string& line : {encode_row(a_row()), std::string("{"), std::string("[1]")}) {
    const auto header = decode_header(line);
    ASSERT_TRUE(header.has_value());
    EXPECT_FALSE(header->has_value()) << line;
  }
}

TEST(ExportRow, AbsentMembersAreNull) {
  const std::string line = encode_row(a_row());
  EXPECT_NE(line.find("\"symbol_kind\":null"), std::string::npos);
  const auto back = decode_row(line);
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->row.meta.symbol_kind, std::nullopt);
}

TEST(ExportRow, WhatIsWrongIsNamed) {
  const std::string good = encode_row(a_row());
  const auto with = [&good](const std::string& from, const std::string& to) {
    std::string line = good;
    line.replace(line.find(from), from.size(), to);
    return problem_with(line);
  };
  EXPECT_NE(with("\"chunk_id\":-3", "\"chunk_id\":\"3\"").find("\"chunk_id\" is string"),
            std::string::npos);
  EXPECT_NE(with("\"chunk_id\":-3", "\"chunk_id\":1.5").find("\"chunk_id\""), std::string::npos);
  EXPECT_NE(with("\"chunk_id\":-3", "\"chunk_id\":18446744073709551615").find("\"chunk_id\""),
            std::string::npos);
  EXPECT_NE(with("\"language\":\"c\"", "\"language\":null").find("\"language\" is null"),
            std::string::npos);
  EXPECT_NE(with("\"symbol_name\":\"main\"", "\"symbol_name\":1").find("\"symbol_name\""),
            std::string::npos);
  EXPECT_NE(with("\"key\":7", "\"key\":-7").find("\"key\""), std::string::npos);
  EXPECT_NE(with("\"key\":7", "\"key\":9007199254740992").find("\"key\""), std::string::npos);
  EXPECT_NE(with("\"key\":7", "\"note\":7").find("\"note\" is number"), std::string::npos);
}

TEST(ExportRow, AVectorMustBeThereAndFit) {
  const std::string start =
      R"({"file_path":"a","chunk_id":0,"content":"","language":"c","start_line":1,"end_line":1,"last_modified":0)";
  EXPECT_NE(problem_with(start + "}").find("\"vector\" is missing"), std::string::npos);
  EXPECT_NE(problem_with(start + ",\"vector\":[]}").find("\"vector\""), std::string::npos);
  EXPECT_NE(problem_with(start + ",\"vector\":[1,\"2\"]}").find("element 1"), std::string::npos);
  EXPECT_NE(problem_with(start + ",\"vector\":[1,1e39]}").find("element 1"), std::string::npos);
  EXPECT_TRUE(decode_row(start + ",\"vector\":[0,0]}").has_value());
  EXPECT_TRUE(decode_row(start + ",\"vector\":[0,1]}").has_value());
}

}  // namespace
}  // namespace quire::cli
