#include "store/filters/field.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/assert.hpp"
#include "base/try.hpp"
#include "base/utf8.hpp"
#include "store/filters/like_pattern.hpp"

namespace quire::filters {
namespace {

using records::Member;

constexpr std::string_view kKey = "key";
constexpr std::string_view kExtra = "extra";
constexpr std::string_view kExtraPrefix = "extra.";

FieldType type_of(Member member) {
  return row_of(member).is_number() ? FieldType::i64 : FieldType::string;
}

std::string known_fields(const Schema& schema) {
  std::string names;
  for (const records::MemberRow& member : records::kMembers) {
    names += std::string(member.name) + ", ";
  }
  for (const FieldSpec& field : schema) {
    names += field_text(field.name) + (field.type == FieldType::table ? ".COLUMN, " : ", ");
  }
  return names + "key, extra.NAME";
}

std::optional<FieldTarget> own_target(std::string_view name, const Schema& schema) {
  const std::size_t dot = name.find('.');
  const FieldSpec* const field = find_field(schema, name.substr(0, dot));
  if (field == nullptr) {
    return std::nullopt;
  }
  FieldTarget target;
  target.own = static_cast<std::size_t>(field - schema.data());
  target.type = field->type;
  if (dot != std::string_view::npos) {
    const auto column = std::ranges::find(field->columns, name.substr(dot + 1), &TableColumn::name);
    if (column == field->columns.end()) {
      return std::nullopt;
    }
    target.column = static_cast<std::size_t>(column - field->columns.begin());
    target.type = column->type;
  }
  return target;
}

bool is_number(FieldType type) {
  return type == FieldType::i64 || type == FieldType::f64;
}

/// A whole number, however it is given.
bool is_whole(const Filter::Value& value) {
  const auto* const real = std::get_if<double>(&value);
  constexpr double kLimit = 9223372036854775808.0;
  return std::holds_alternative<std::int64_t>(value) ||
         (real != nullptr && *real == std::floor(*real) && *real >= -kLimit && *real < kLimit);
}

std::string_view in_words(FieldType type) {
  if (is_number(type)) {
    return "a number";
  }
  return type == FieldType::string ? "a string" : "true or false";
}

std::string_view in_words(const Filter::Value& value) {
  constexpr std::array<std::string_view, 4> kWords{"a number", "a string", "a number",
                                                   "TRUE or FALSE"};
  return kWords[value.index()];
}

bool can_compare(FieldType type, const Filter::Value& value) {
  switch (type) {
    case FieldType::string:
      return std::holds_alternative<std::string>(value);
    case FieldType::boolean:
      return std::holds_alternative<bool>(value);
    default:
      return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value);
  }
}

std::unexpected<Error> refuse(std::string message) {
  return fail(ErrorCode::invalid_argument, std::move(message));
}

}  // namespace

Result<FieldTarget> target_of(std::string_view field, const Schema& schema) {
  if (const std::optional<Member> member = records::member_of(field)) {
    return FieldTarget{member, {}, type_of(*member), false, {}, {}};
  }
  if (field == kKey) {
    return FieldTarget{std::nullopt, {}, FieldType::i64, true, {}, {}};
  }
  if (base::invalid_utf8_offset(field).has_value()) {
    return refuse("a field whose name is not UTF-8");
  }
  if (field.starts_with(kExtraPrefix) && field.size() > kExtraPrefix.size()) {
    return FieldTarget{
        std::nullopt, field.substr(kExtraPrefix.size()), FieldType::string, false, {}, {}};
  }
  if (const auto own = own_target(field, schema)) {
    return *own;
  }
  return refuse("unknown field " + field_text(field.substr(0, 100)) + "; the fields are " +
                known_fields(schema));
}

FieldTarget known_target(std::string_view field, const Schema& schema) {
  const Result<FieldTarget> target = target_of(field, schema);
  QUIRE_ASSERT(target.has_value());
  return *target;
}

bool is_table_column(std::string_view field) {
  return field.contains('.') && !field.starts_with(kExtraPrefix);
}

std::string name_of_word(std::string_view word) {
  const std::string lower = base::ascii_lower(word);
  const bool is_ours = lower == kExtra || lower == kKey || records::member_of(lower).has_value();
  return is_ours ? lower : std::string(word);
}

Status check_value(std::string_view field,
                   FieldType type,
                   const Filter::Value& value,
                   std::string_view written) {
  const auto* const text = std::get_if<std::string>(&value);
  if (type == FieldType::table) {
    return refuse(field_text(field) + " is a table: name one of its columns");
  }
  if (!can_compare(type, value)) {
    std::string message = field_text(field) + " is " + std::string(in_words(type)) +
                          ", and can't be compared with " + std::string(in_words(value));
    if (type == FieldType::string && !std::holds_alternative<bool>(value)) {
      message += ": write '" + (written.empty() ? value_text(value) : std::string(written)) +
                 "' for the text";
    }
    return refuse(std::move(message));
  }
  if (type == FieldType::i64 && !is_whole(value)) {
    return refuse(field_text(field) + " is a whole number, and can't be compared with " +
                  value_text(value));
  }
  if (const auto* const real = std::get_if<double>(&value); real && !std::isfinite(*real)) {
    return refuse(field_text(field) + ": compared with a number that is not finite");
  }
  if (text != nullptr && base::invalid_utf8_offset(*text).has_value()) {
    return refuse("a string that is not UTF-8, compared with " + field_text(field));
  }
  return {};
}

Status check_like_field(std::string_view field, FieldType type, std::string_view what) {
  return type == FieldType::string
             ? Status()
             : refuse(field_text(field) + " is " + std::string(in_words(type)) + ", and " +
                      std::string(what) + " compares strings");
}

Status check_escape(char escape) {
  return static_cast<unsigned char>(escape) < 0x80
             ? Status()
             : refuse("the escape of LIKE must be one ASCII character");
}

Status check_pattern(std::string_view pattern, char escape) {
  return LikePattern::ends_in_escape(pattern, escape)
             ? refuse("a LIKE pattern that ends in its escape character")
             : Status();
}

}  // namespace quire::filters
