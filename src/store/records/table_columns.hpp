#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <quire/result.hpp>

#include "store/records/columns.hpp"
#include "store/records/record_table.hpp"

/// The columns of a table as one run of bytes, which can be used where it lies (all numbers
/// little-endian; "string" is a u32 length and the bytes; zeros to a multiple of 8 after each
/// line):
///
///     u64 rows | uuid (16) | u64 lsn | u64 next key | u32 dimensions | u8 metric | u8 scalar | u8
///     bare u64 attributes; for each: string name, string value rows x u64 key rows x u64 offset of
///     the chunk's object in metadata.json rows x i64, for each of chunk_id, start_line, end_line,
///     last_modified for each of file_path, symbol_name, symbol_kind, package_name, language:
///       u64 distinct values | u64 end of each value in the text
///       rows x u32 value (2^32 - 1: absent)
///       the values' text
namespace quire::records {

/// A StringColumn that grows.
struct GrowingColumn {
  std::vector<std::string> values;
  std::vector<std::uint32_t> ids;
};

/// The columns of a table that is being read.
struct GrowingColumns {
  std::vector<std::uint64_t> keys;
  std::vector<std::uint64_t> offsets;
  std::array<GrowingColumn, kStringColumns> strings;
  std::array<std::vector<std::int64_t>, kNumberColumns> numbers;
};

/// Columns where they lie.
struct TableColumns {
  std::span<const std::uint64_t> keys;
  std::span<const std::uint64_t> offsets;
  std::array<StringColumn, kStringColumns> strings;
  std::array<std::span<const std::int64_t>, kNumberColumns> numbers;
};

std::string encode_columns(const FileHeader& header, const GrowingColumns& columns);

/// Refers to `encoded`, which must begin at a multiple of 8. `text_size` is metadata.json's. Every
/// count, offset and id is checked; error: `corrupt`.
Result<TableColumns> decode_columns(std::string_view encoded,
                                    std::size_t text_size,
                                    FileHeader& header);

}  // namespace quire::records
