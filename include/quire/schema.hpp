#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace quire {

/// What a field of a store's own holds.
enum class FieldType : std::uint8_t {
  string,   ///< Valid UTF-8.
  i64,      ///< A whole number of 64 bits.
  f64,      ///< A finite number of double precision; -0 is stored as 0.
  boolean,  ///< True or false.
  table,    ///< Rows of the field's columns, any number of them for each chunk.
};
std::string_view to_string(FieldType type);

/// A column of a table.
struct TableColumn {
  std::string name;                    ///< As FieldSpec::name; once in its table.
  FieldType type = FieldType::string;  ///< Not a table.

  bool operator==(const TableColumn&) const = default;
};

/// A field of a store's own, beside ChunkMeta's ten members: named once for the whole store, typed,
/// filtered like a member. A chunk may lack a value for any of them.
struct FieldSpec {
  /// 1 to 100 bytes of valid UTF-8 without a dot; not one of the ten members, "key", "extra" or
  /// "vector", in any case. Once in a store.
  std::string name;
  FieldType type = FieldType::string;
  /// A string or i64 that no two chunks share: WriteBatch::upsert() finds a chunk by it.
  bool unique = false;
  /// A string that Corpus::search_words() looks into too.
  bool words = false;
  std::vector<TableColumn> columns{};  ///< Of a table: one at least. Else none.

  bool operator==(const FieldSpec&) const = default;
};

/// The fields of a store, in the order in which they were added. Fields are never taken away.
using Schema = std::vector<FieldSpec>;

inline constexpr std::size_t kMaxFields = 256;   ///< Of a store.
inline constexpr std::size_t kMaxColumns = 256;  ///< Of a table.

/// A value in a table; std::monostate: none.
using TableValue = std::variant<std::monostate, std::string, std::int64_t, double, bool>;
/// One row: a value for each column, in the columns' order.
using TableRow = std::vector<TableValue>;

/// A chunk's value of one of the store's own fields.
struct OwnField {
  using Value = std::variant<std::string, std::int64_t, double, bool, std::vector<TableRow>>;

  std::string name;
  /// Of the field's type; a whole number may be given for an f64.
  Value value;

  bool operator==(const OwnField&) const = default;
};

/// The field called `name`; null: there is none.
const FieldSpec* find_field(const Schema& schema, std::string_view name);

}  // namespace quire
