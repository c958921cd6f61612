#pragma once

#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <quire/chunk.hpp>
#include <quire/result.hpp>

#include "store/records/member.hpp"

/// A chunk's values of its store's own fields, as journal bytes behind its other fields:
///
///     u32   number of values; of each:
///       u32   number of the field in the schema, rising
///       value
///     value = u8 kind, then 0: nothing | 1: string | 2: i64 | 3: the bits of an f64 | 4: u8 0 or 1
///             | 5: u32 rows; of each u32 number of columns, then a value of kind 0 to 4 for each
namespace quire::records {

/// A value that is no table. Refers to the bytes that it was read from.
using ValueView = std::variant<std::monostate, std::string_view, std::int64_t, double, bool>;

// Columns keep every number as an i64 in the same order: i64 as it is, f64 by its bits (IEEE 754
// numbers of one sign are ordered as their bits are), boolean as 0 or 1.

inline std::int64_t ordinal(double number) {
  const auto bits = std::bit_cast<std::int64_t>(number == 0 ? 0.0 : number);
  return bits < 0 ? bits ^ INT64_MAX : bits;
}
inline double real_of(std::int64_t ordinal) {
  return std::bit_cast<double>(ordinal < 0 ? ordinal ^ INT64_MAX : ordinal);
}
/// Nothing for a string, or for no value.
std::optional<std::int64_t> ordinal_of(const ValueView& value);

/// The first thing wrong with a field that is to be added to `schema`: `invalid_argument`.
Status validate_field(const FieldSpec& field, const Schema& schema);

/// The first thing wrong with a chunk's own fields: `invalid_argument`.
Status validate_own(const ChunkMeta& meta, const Schema& schema);

/// How many bytes the strings of own fields have.
std::size_t own_string_bytes(const std::vector<OwnField>& fields);

/// Appends fields that validate_own() passes, and that are not none.
void encode_own(const std::vector<OwnField>& fields, const Schema& schema, std::string& out);

/// Passes over own fields; false where the bytes are none.
bool check_own(std::string_view bytes);

/// The value of one field that is no table, of bytes that check_own() passes.
ValueView own_value(std::string_view bytes, std::size_t field);

/// A table's values of one column, one a row.
std::vector<ValueView> own_values(std::string_view bytes, std::size_t field, std::size_t column);

/// Those fields that are wanted, in the schema's order. Error: `corrupt` for values that are not of
/// the schema.
Result<std::vector<OwnField>> decode_own(std::string_view bytes,
                                         const Schema& schema,
                                         const MemberSet& wanted);

}  // namespace quire::records
