#pragma once

#include <array>
#include <cstddef>

#include "base/assert.hpp"
#include "store/records/member.hpp"

namespace quire::records {

/// Where RecordTable keeps a member.
enum class ColumnKind : std::uint8_t { string, number, none };
struct Column {
  ColumnKind kind = ColumnKind::none;
  std::size_t index = 0;
};

constexpr ColumnKind kind_of(const MemberRow& member) {
  if (!member.in_column) {
    return ColumnKind::none;
  }
  return member.is_number() ? ColumnKind::number : ColumnKind::string;
}

constexpr std::size_t count_columns(ColumnKind kind) {
  std::size_t count = 0;
  for (const MemberRow& member : kMembers) {
    count += kind_of(member) == kind ? 1 : 0;
  }
  return count;
}
inline constexpr std::size_t kStringColumns = count_columns(ColumnKind::string);
inline constexpr std::size_t kNumberColumns = count_columns(ColumnKind::number);

/// Numbered by kind, in the order of the members.
inline constexpr std::array<Column, kMemberCount> kColumns = [] {
  std::array<Column, kMemberCount> columns;
  std::array<std::size_t, 3> next{};
  for (std::size_t i = 0; i < kMemberCount; ++i) {
    const ColumnKind kind = kind_of(kMembers[i]);
    columns[i] = {kind, next[static_cast<std::size_t>(kind)]++};
  }
  return columns;
}();

inline std::size_t index_of(Member member, ColumnKind kind) {
  const Column column = kColumns[static_cast<std::size_t>(member)];
  QUIRE_ASSERT(column.kind == kind);
  return column.index;
}

}  // namespace quire::records
