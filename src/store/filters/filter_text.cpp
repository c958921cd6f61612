#include <charconv>
#include <iterator>
#include <string>

#include "base/assert.hpp"
#include "store/filters/filter_node.hpp"

namespace quire::filters {
namespace {

bool is_plain_name(std::string_view name) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  bool plain = !name.empty() && is_letter(name[0]);
  for (const char c : name) {
    plain = plain && (is_letter(c) || (c >= '0' && c <= '9'));
  }
  return plain;
}

/// `text` between two `quote`, those inside it doubled.
std::string quoted(std::string_view text, char quote) {
  std::string out(1, quote);
  for (const char c : text) {
    out.append(c == quote ? 2 : 1, c);
  }
  return out + quote;
}

std::string_view symbol_of(Operator op) {
  switch (op) {
    case Operator::equal:
      return " = ";
    case Operator::not_equal:
      return " != ";
    case Operator::less:
      return " < ";
    case Operator::less_equal:
      return " <= ";
    case Operator::greater:
      return " > ";
    case Operator::greater_equal:
      return " >= ";
    default:
      QUIRE_ASSERT(false);
      return "";
  }
}

std::string list_text(const std::vector<Filter::Value>& values) {
  std::string out = "(";
  for (const Filter::Value& value : values) {
    out += (out.size() == 1 ? "" : ", ") + value_text(value);
  }
  return out + ")";
}

/// The condition of a leaf whose operator is a word; `negated`: the NOT form.
std::string word_text(const Node& node, bool negated) {
  const std::string field = field_text(node.field);
  const std::string optional_not = negated ? " NOT" : "";
  switch (node.op) {
    case Operator::in:
      return field + optional_not + " IN " + list_text(node.values);
    case Operator::like:
    case Operator::ilike:
      return field + optional_not + (node.op == Operator::like ? " LIKE " : " ILIKE ") +
             value_text(node.values[0]) +
             (node.escape == 0 ? "" : " ESCAPE " + quoted(std::string(1, node.escape), '\''));
    case Operator::between:
      return field + optional_not + " BETWEEN " + value_text(node.values[0]) + " AND " +
             value_text(node.values[1]);
    default:
      return field + " IS" + optional_not + " NULL";
  }
}

bool is_word(Operator op) {
  return op == Operator::in || is_like(op) || op == Operator::between || op == Operator::is_null;
}

std::string in_parentheses(const Node& node) {
  return "(" + to_text(node) + ")";
}

std::string negation_text(const Node& child) {
  if (child.op == Operator::always) {
    return "FALSE";
  }
  if (is_word(child.op)) {
    return word_text(child, true);
  }
  const bool is_group = child.op == Operator::all_of || child.op == Operator::any_of;
  return "NOT " + (is_group ? in_parentheses(child) : to_text(child));
}

std::string joined_text(const Node& node) {
  const std::string_view word = node.op == Operator::all_of ? " AND " : " OR ";
  std::string out;
  for (const Node* part : parts_of(node)) {
    out += out.empty() ? "" : word;
    const bool binds_weaker = node.op == Operator::all_of && part->op == Operator::any_of;
    out += binds_weaker ? in_parentheses(*part) : to_text(*part);
  }
  return out;
}

/// The shortest text that is read back as the same number.
std::string real_text(double number) {
  char digits[32];
  return {digits, std::to_chars(std::begin(digits), std::end(digits), number).ptr};
}

}  // namespace

std::string field_text(std::string_view field) {
  constexpr std::string_view kExtra = "extra.";
  if (field.starts_with(kExtra)) {
    const std::string_view name = field.substr(kExtra.size());
    return std::string(kExtra) + (is_plain_name(name) ? std::string(name) : quoted(name, '"'));
  }
  const std::size_t dot = field.find('.');
  const auto name_text = [](std::string_view name) {
    return is_plain_name(name) && !is_reserved(name) ? std::string(name) : quoted(name, '"');
  };
  return dot == std::string_view::npos
             ? name_text(field)
             : name_text(field.substr(0, dot)) + '.' + name_text(field.substr(dot + 1));
}

std::string value_text(const Filter::Value& value) {
  const auto* const text = std::get_if<std::string>(&value);
  if (text != nullptr) {
    return quoted(*text, '\'');
  }
  if (const auto* const truth = std::get_if<bool>(&value)) {
    return *truth ? "TRUE" : "FALSE";
  }
  const auto* const real = std::get_if<double>(&value);
  return real != nullptr ? real_text(*real) : std::to_string(std::get<std::int64_t>(value));
}

std::string to_text(const Node& node) {
  switch (node.op) {
    case Operator::all_of:
    case Operator::any_of:
      return joined_text(node);
    case Operator::negate:
      return negation_text(*node.children[0]);
    case Operator::always:
      return "TRUE";
    default:
      break;
  }
  if (is_word(node.op)) {
    return word_text(node, false);
  }
  return field_text(node.field) + std::string(symbol_of(node.op)) + value_text(node.values[0]);
}

}  // namespace quire::filters
