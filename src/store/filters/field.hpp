#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <quire/schema.hpp>

#include "store/filters/filter_node.hpp"

/// What a filter may say of a field. Errors: `invalid_argument`; the message is the bare fact, to
/// which the caller adds the place.
namespace quire::filters {

/// One of ChunkMeta's ten members, the chunk's key, an own field of the store, a column of one that
/// is a table, or an extra field.
struct FieldTarget {
  std::optional<records::Member> member;
  std::string_view extra;  ///< Its name, if it is one.
  FieldType type = FieldType::string;
  bool is_key = false;
  std::optional<std::size_t> own;     ///< Its place in the schema.
  std::optional<std::size_t> column;  ///< Of the own field, which is a table.
};

/// What `field` ("language", "extra.signature", "price", "uses.name") names in a store with the own
/// fields of `schema`. Unknown names are an error.
Result<FieldTarget> target_of(std::string_view field, const Schema& schema);
/// The same of a field that is known to be valid.
FieldTarget known_target(std::string_view field, const Schema& schema);
/// Whether `field`, which is valid, is a table's column: what is said of it is said of any row.
bool is_table_column(std::string_view field);

/// The name of a field that is written as the word `word`: members, `key` and `extra` in any case.
std::string name_of_word(std::string_view word);

/// Whether `value`, in a filter's text written as `written`, may be compared with `field`, whose
/// type is `type`.
Status check_value(std::string_view field,
                   FieldType type,
                   const Filter::Value& value,
                   std::string_view written = {});
/// Whether `what` ("LIKE") may be asked of `field`.
Status check_like_field(std::string_view field, FieldType type, std::string_view what = "LIKE");
Status check_escape(char escape);
/// Whether `pattern` ends inside an escape.
Status check_pattern(std::string_view pattern, char escape);

}  // namespace quire::filters
