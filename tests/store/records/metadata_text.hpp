#pragma once

#include <map>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "store/records/record_table.hpp"

namespace quire::records {

using Chunks = std::map<std::uint64_t, ChunkMeta>;

inline FileHeader a_header(std::uint64_t next_key) {
  FileHeader header;
  header.uuid = base::parse_uuid("00112233445566778899aabbccddeeff");
  header.lsn = 12;
  header.next_key = next_key;
  header.format = {.dimensions = 3, .metric = Metric::squared_l2, .scalar = Scalar::f32};
  return header;
}

inline ChunkMeta a_chunk(std::string file_path = "src/a.c") {
  ChunkMeta meta;
  meta.file_path = std::move(file_path);
  meta.content = "int main() {\n}\n";
  meta.language = "c";
  meta.start_line = 1;
  meta.end_line = 2;
  return meta;
}

/// The metadata.json of `header` and `chunks`.
inline std::string written(const FileHeader& header, const Chunks& chunks) {
  std::string text;
  MetadataWriter writer([&](std::string_view bytes) -> Status {
    text += bytes;
    return {};
  });
  EXPECT_TRUE(writer.begin(header).has_value());
  for (const auto& [key, meta] : chunks) {
    EXPECT_TRUE(writer.add(key, meta).has_value());
  }
  EXPECT_TRUE(writer.finish().has_value());
  return text;
}

}  // namespace quire::records
