#include "store/filters/field.hpp"

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
  return row_of(member).is_number() ? FieldType::number : FieldType::string;
}

std::string known_fields() {
  std::string names;
  for (std::size_t i = 0; i < records::kMemberCount; ++i) {
    names += std::string(to_string(static_cast<Member>(i))) + ", ";
  }
  return names + "key, extra.NAME";
}

std::unexpected<Error> refuse(std::string message) {
  return fail(ErrorCode::invalid_argument, std::move(message));
}

}  // namespace

Result<FieldTarget> target_of(std::string_view field) {
  if (const std::optional<Member> member = records::member_of(field)) {
    return FieldTarget{member, {}, type_of(*member)};
  }
  if (field == kKey) {
    return FieldTarget{std::nullopt, {}, FieldType::number, true};
  }
  if (base::invalid_utf8_offset(field).has_value()) {
    return refuse("a field whose name is not UTF-8");
  }
  if (field.starts_with(kExtraPrefix) && field.size() > kExtraPrefix.size()) {
    return FieldTarget{std::nullopt, field.substr(kExtraPrefix.size()), FieldType::string};
  }
  return refuse("unknown field " + field_text(field.substr(0, 100)) + "; the fields are " +
                known_fields());
}

FieldTarget known_target(std::string_view field) {
  const Result<FieldTarget> target = target_of(field);
  QUIRE_ASSERT(target.has_value());
  return *target;
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
  if (type == FieldType::number && text != nullptr) {
    return refuse(std::string(field) + " is a number, and can't be compared with a string");
  }
  if (type == FieldType::string && text == nullptr) {
    return refuse(field_text(field) + " is a string, and can't be compared with a number: write '" +
                  (written.empty() ? value_text(value) : std::string(written)) + "' for the text");
  }
  if (text != nullptr && base::invalid_utf8_offset(*text).has_value()) {
    return refuse("a string that is not UTF-8, compared with " + field_text(field));
  }
  return {};
}

Status check_like_field(std::string_view field, FieldType type, std::string_view what) {
  return type == FieldType::string ? Status()
                                   : refuse(std::string(field) + " is a number, and " +
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
