#include "searching/expression_fault.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include <re2/regexp.h>

namespace quire::searching {
namespace {

constexpr std::size_t kMostBytes = 8192;

/// `text` as messages quote it: shortened.
std::string shown(std::string_view text) {
  constexpr std::size_t kMost = 80;
  if (text.size() <= kMost) {
    return std::string(text);
  }
  std::size_t size = kMost;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) {
    --size;
  }
  return std::string(text.substr(0, size)) + "...";
}

/// Where the set that begins at `at` ends; a `]` in front belongs to it.
std::size_t end_of_set(std::string_view expression, std::size_t at) {
  ++at;
  at += expression.substr(at).starts_with('^') ? 1 : 0;
  at += expression.substr(at).starts_with(']') ? 1 : 0;
  while (at < expression.size() && expression[at] != ']') {
    const bool is_named = expression.substr(at).starts_with("[:");
    const std::size_t close = is_named ? expression.find(":]", at) : std::string_view::npos;
    at = close != std::string_view::npos ? close + 2 : at + (expression[at] == '\\' ? 2 : 1);
  }
  return at + 1;
}

/// Where the escape that begins at `at` ends: behind two bytes, or with `\Q` behind its `\E`.
std::size_t end_of_escape(std::string_view expression, std::size_t at) {
  const std::size_t close =
      expression.substr(at).starts_with("\\Q") ? expression.find("\\E", at + 2) : at;
  return close == std::string_view::npos ? expression.size() : close + 2;
}

/// Where the character, escape or set that begins at `at` ends.
std::size_t end_of_item(std::string_view expression, std::size_t at) {
  return expression[at] == '\\'  ? end_of_escape(expression, at)
         : expression[at] == '[' ? end_of_set(expression, at)
                                 : at + 1;
}

/// The first parenthesis that closes nothing, else the last that is not closed.
std::size_t lone_parenthesis(std::string_view expression) {
  std::vector<std::size_t> open;
  for (std::size_t at = 0; at < expression.size();) {
    const char c = expression[at];
    if (c == ')' && open.empty()) {
      return at;
    }
    if (c == '(') {
      open.push_back(at);
    } else if (c == ')') {
      open.pop_back();
    }
    at = end_of_item(expression, at);
  }
  return open.empty() ? expression.size() : open.back();
}

/// Where the first `\C` is, any byte and so a newline too; the expression's size if there is none.
std::size_t any_byte_in(std::string_view expression) {
  std::size_t at = 0;
  while (at < expression.size() && !expression.substr(at).starts_with("\\C")) {
    at = end_of_item(expression, at);
  }
  return std::min(at, expression.size());
}

bool is_back_reference(std::string_view escape) {
  const char letter = escape.size() > 1 ? escape[1] : '\0';
  return (letter >= '1' && letter <= '9') || letter == 'k' || letter == 'g';
}

std::string reason_of_escape(std::string_view escape) {
  return is_back_reference(escape) ? "there are no back-references"
                                   : "there is no such escape; \\\\ is a backslash";
}

std::string reason_of_repeat(std::string_view repeats) {
  return repeats.ends_with('+') ? "there are no possessive repeats; a group, (a*)+, may be repeated"
                                : "a repeat can't be repeated itself; a group, (a*)*, can";
}

/// `behind` begins with what follows the group's `(`.
std::string reason_of_group(std::string_view behind) {
  for (const std::string_view look : {"?=", "?!", "?<=", "?<!"}) {
    if (behind.starts_with(look)) {
      return "there is no look-around";
    }
  }
  return behind.starts_with("?P=")  ? "there are no back-references"
         : behind.starts_with("?>") ? "there are no atomic groups; (?:...) is a plain one"
         : behind.starts_with("?#") ? "there are no comments"
         : behind.starts_with("?(") ? "there are no conditions"
         : behind.starts_with("?<") || behind.starts_with("?P")
             ? "a group with a name is (?P<name>...)"
             : "there is no such group; (?:...), (?i), (?s), (?U) and (?P<name>...) are known";
}

std::string reason_of(const re2::RegexpStatus& status, std::string_view from_place) {
  const std::string_view text(status.error_arg().data(), status.error_arg().size());
  switch (status.code()) {
    case re2::kRegexpBadEscape:
      return reason_of_escape(text);
    case re2::kRegexpBadCharClass:
    case re2::kRegexpBadCharRange:
      return "there is no such set or range; - for itself stands first, [-a]";
    case re2::kRegexpMissingBracket:
      return "the set has no ]; \\[ is a bracket";
    case re2::kRegexpMissingParen:
      return "the group has no ); \\( is a parenthesis";
    case re2::kRegexpUnexpectedParen:
      return "no group is open here; \\) is a parenthesis";
    case re2::kRegexpTrailingBackslash:
      return "there is nothing behind the backslash; \\\\ is a backslash";
    case re2::kRegexpRepeatArgument:
      return "there is nothing to repeat; \\" + std::string(text.substr(0, 1)) +
             " is the character";
    case re2::kRegexpRepeatSize:
      return "repeats go up to 1,000, multiplied where one is in another, the least first";
    case re2::kRegexpRepeatOp:
      return reason_of_repeat(text);
    case re2::kRegexpBadPerlOp:
    case re2::kRegexpBadNamedCapture:
      return reason_of_group(from_place.substr(std::min<std::size_t>(1, from_place.size())));
    case re2::kRegexpBadUTF8:
      return "it is not valid UTF-8";
    default:
      return re2::RegexpStatus::CodeText(status.code());
  }
}

struct Place {
  std::size_t at = 0;
  std::string_view text;
};

bool is_of_parentheses(re2::RegexpStatusCode code) {
  return code == re2::kRegexpMissingParen || code == re2::kRegexpUnexpectedParen;
}

/// What the status names is a part of the expression, but for some faults of the whole.
Place place_of(const std::string& expression, const re2::RegexpStatus& status) {
  const std::string_view whole = expression;
  if (is_of_parentheses(status.code())) {
    const std::size_t at = lone_parenthesis(whole);
    return {at, whole.substr(at, 1)};
  }
  const re2::StringPiece part = status.error_arg();
  if (part.data() < whole.data() || part.data() + part.size() > whole.data() + whole.size()) {
    const bool is_at_end = status.code() == re2::kRegexpTrailingBackslash;
    return is_at_end ? Place{whole.size() - 1, whole.substr(whole.size() - 1)} : Place{0, whole};
  }
  return {static_cast<std::size_t>(part.data() - whole.data()), {part.data(), part.size()}};
}

std::unexpected<Error> wrong_at(const Place& place,
                                const std::string& expression,
                                const std::string& reason) {
  return std::unexpected(refused_expression(expression, "is wrong at byte " +
                                                            std::to_string(place.at + 1) + ", '" +
                                                            shown(place.text) + "': " + reason));
}

}  // namespace

Error refused_expression(const std::string& expression, const std::string& reason) {
  return {ErrorCode::invalid_argument,
          "the regular expression '" + shown(expression) + "' " + reason};
}

Status check_syntax(const std::string& expression) {
  if (expression.size() > kMostBytes) {
    return std::unexpected(refused_expression(
        expression, "has " + std::to_string(expression.size()) + " bytes; at most " +
                        std::to_string(kMostBytes) + " are allowed"));
  }
  re2::RegexpStatus status;
  if (re2::Regexp* const parsed = re2::Regexp::Parse(expression, re2::Regexp::LikePerl, &status)) {
    parsed->Decref();
    const std::size_t any_byte = any_byte_in(expression);
    return any_byte == expression.size()
               ? Status()
               : wrong_at({any_byte, "\\C"}, expression,
                          "there is no such escape; . is any byte of a line");
  }
  const Place place = place_of(expression, status);
  return wrong_at(place, expression,
                  reason_of(status, std::string_view(expression).substr(place.at)));
}

}  // namespace quire::searching
