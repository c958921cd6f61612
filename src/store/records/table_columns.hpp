#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <quire/result.hpp>

#include "base/bytes.hpp"
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
///     of a store of format 2, its own fields: u64 number; for each: string name, u8 type, u8 1:
///     unique, 2: words, u32 columns, for each: string name, u8 type | u64 number of updated
///     chunks; for each: u64 key, u64 lsn then for each field:
///       u64 values
///       a string: as above | i64, f64 or boolean: values x i64 ordinal (own_values.hpp), a bit for
///       each that is there | a table: values x u64 end of the chunk's rows, then each column
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

class OwnColumnBuilder;

/// Columns where they lie.
struct TableColumns {
  std::span<const std::uint64_t> keys;
  std::span<const std::uint64_t> offsets;
  std::array<StringColumn, kStringColumns> strings;
  std::array<std::span<const std::int64_t>, kNumberColumns> numbers;
  std::vector<OwnColumn> own;
};

/// `own`: one for each of header.fields, with as many values as there are rows.
std::string encode_columns(const FileHeader& header,
                           const GrowingColumns& columns,
                           const std::vector<OwnColumnBuilder>& own);
/// Without own fields.
std::string encode_columns(const FileHeader& header, const GrowingColumns& columns);

/// What a column is made of.
void put_column(base::ByteWriter& out, const GrowingColumn& column);
template <class T>
void put_numbers(base::ByteWriter& out, const std::vector<T>& numbers) {
  out.bytes({reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(T)});
  out.pad_to(8);
}

/// Refers to `encoded`, which must begin at a multiple of 8. `text_size` is metadata.json's. Every
/// count, offset and id is checked; error: `corrupt`.
Result<TableColumns> decode_columns(std::string_view encoded,
                                    std::size_t text_size,
                                    FileHeader& header);

}  // namespace quire::records
