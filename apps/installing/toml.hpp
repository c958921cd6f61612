#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <quire/result.hpp>

/// Where things stand in TOML.
namespace quire::installing {

struct TomlValue {
  enum class Kind : std::uint8_t { string, array, table, other };

  Kind kind = Kind::other;
  /// Of a string on one line without escapes that JSON lacks.
  std::optional<std::string> string;
  std::vector<TomlValue> elements;  ///< Of an array.
  bool is_empty = true;             ///< Of a table.
};

using TomlPath = std::vector<std::string>;

/// A line with a header or with a name and its value.
struct TomlStatement {
  enum class Kind : std::uint8_t { table, array_of_tables, value };

  Kind kind = Kind::value;
  TomlPath path;          ///< From the root: of a value, with its table's names before its own.
  std::size_t table = 0;  ///< Of a value: how many of `path` are its table's.
  std::size_t begin = 0;  ///< [begin, end) of the text, without blanks and comments.
  std::size_t end = 0;
  TomlValue value;
};

struct TomlDocument {
  std::vector<TomlStatement> statements;
  std::vector<std::size_t> comments;  ///< Where they begin.
};

/// Looks at the structure, not at which names may stand beside each other. Errors: `store_serde`,
/// "`file`:LINE: what is wrong", also for values nested over 100 deep.
Result<TomlDocument> parse_toml(std::string_view text, const std::string& file);

}  // namespace quire::installing
