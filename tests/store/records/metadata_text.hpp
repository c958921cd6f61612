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

/// `meta` with what is not wanted empty.
inline ChunkMeta only(const MemberSet& wanted, ChunkMeta meta) {
  const auto keep = [&](Member member, auto& value) {
    if (!wanted.contains(member)) {
      value = {};
    }
  };
  keep(Member::file_path, meta.file_path);
  keep(Member::chunk_id, meta.chunk_id);
  keep(Member::content, meta.content);
  keep(Member::symbol_name, meta.symbol_name);
  keep(Member::symbol_kind, meta.symbol_kind);
  keep(Member::package_name, meta.package_name);
  keep(Member::language, meta.language);
  keep(Member::start_line, meta.start_line);
  keep(Member::end_line, meta.end_line);
  keep(Member::last_modified, meta.last_modified);
  if (!wanted.contains_extra()) {
    meta.extra.clear();
  }
  return meta;
}

/// What the lowest bits of `bits` say: the ten members in their order, and extra.
inline MemberSet member_set(std::size_t bits) {
  MemberSet set;
  for (std::size_t i = 0; i < kMemberCount; ++i) {
    if ((bits >> i & 1) != 0) {
      set.insert(static_cast<Member>(i));
    }
  }
  if ((bits >> kMemberCount & 1) != 0) {
    set.insert_extra();
  }
  return set;
}
inline constexpr std::size_t kMemberSets = std::size_t{2} << kMemberCount;

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
