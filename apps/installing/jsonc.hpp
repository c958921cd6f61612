#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <quire/result.hpp>

#include "base/json.hpp"

/// Where things stand in JSON with comments and trailing commas, as editors keep their settings.
namespace quire::installing {

struct JsoncMember;

struct JsoncValue {
  enum class Kind : std::uint8_t { scalar, array, object };

  Kind kind = Kind::scalar;
  std::size_t begin = 0;  ///< [begin, end) of the text, with brackets and quotation marks.
  std::size_t end = 0;
  base::Json scalar;
  std::vector<JsoncMember> members;  ///< In the text's order; those of an array have no names.

  /// The members of that name: of several, programs differ in which they take.
  std::vector<const JsoncMember*> named(std::string_view name) const;
};

struct JsoncMember {
  std::string name;
  std::size_t begin = 0;  ///< Of its name; in an array, of its value.
  JsoncValue value;
  std::optional<std::size_t> comma;  ///< Where the comma behind it stands.
};

struct JsoncComment {
  std::size_t begin = 0;
  std::size_t end = 0;  ///< Before the line feed.
  bool is_line = false;
};

struct JsoncDocument {
  std::optional<JsoncValue> root;  ///< Nothing: the text holds blanks and comments alone.
  std::vector<JsoncComment> comments;
};

/// Errors: `store_serde`, "`file`:LINE: what is wrong", also for values nested over 100 deep and
/// carriage returns without a line feed.
Result<JsoncDocument> parse_jsonc(std::string_view text, const std::string& file);

/// The same without positions; of equal names the last one's value.
base::Json to_json(const JsoncValue& value);

}  // namespace quire::installing
