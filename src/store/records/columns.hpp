#pragma once

#include <array>
#include <cstddef>

#include "base/assert.hpp"
#include "store/records/record_table.hpp"

namespace quire::records {

/// Where RecordTable keeps a member: content is in no column.
enum class ColumnKind : std::uint8_t { string, number, none };
struct Column {
  ColumnKind kind = ColumnKind::none;
  std::size_t index = 0;
};

inline constexpr std::array<Column, kMemberCount> kColumns{{
    {ColumnKind::string, 0},  // file_path
    {ColumnKind::number, 0},  // chunk_id
    {ColumnKind::none, 0},    // content
    {ColumnKind::string, 1},  // symbol_name
    {ColumnKind::string, 2},  // symbol_kind
    {ColumnKind::string, 3},  // package_name
    {ColumnKind::string, 4},  // language
    {ColumnKind::number, 1},  // start_line
    {ColumnKind::number, 2},  // end_line
    {ColumnKind::number, 3},  // last_modified
}};

inline std::size_t index_of(Member member, ColumnKind kind) {
  const Column column = kColumns[static_cast<std::size_t>(member)];
  QUIRE_ASSERT(column.kind == kind);
  return column.index;
}

}  // namespace quire::records
