#include "searching/expression.hpp"

#include <algorithm>
#include <cctype>
#include <string>

namespace quire::searching {
namespace {

using Kind = ExpressionToken::Kind;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Takes a number off `text`; nothing if there is none.
std::optional<std::uint32_t> take_number(std::string_view& text) {
  constexpr std::uint32_t kMost = ExpressionToken::kNoEnd - 1;
  std::uint64_t number = 0;
  std::size_t size = 0;
  for (; size < text.size() && is_digit(text[size]); ++size) {
    number =
        std::min<std::uint64_t>(number * 10 + static_cast<std::uint64_t>(text[size] - '0'), kMost);
  }
  text.remove_prefix(size);
  return size == 0 ? std::nullopt : std::optional(static_cast<std::uint32_t>(number));
}

}  // namespace

std::optional<ExpressionToken> ExpressionReader::next() {
  if (at_ >= expression_.size()) {
    return std::nullopt;
  }
  switch (expression_[at_]) {
    case '\\':
      return escape();
    case '.':
      return token(Kind::any, 1);
    case '^':
    case '$':
      return token(Kind::anchor, 1);
    case '|':
      return token(Kind::alternative, 1);
    case '(':
      ++depth_;
      return token(Kind::open, 1);
    case ')':
      if (depth_ == 0) {
        return token(Kind::literal, 1);
      }
      --depth_;
      return token(Kind::close, 1);
    case '[':
      return token(Kind::set, set_size());
    case '*':
    case '+':
    case '?':
    case '{':
      return interval();
    default:
      return token(Kind::literal, 1);
  }
}

ExpressionToken ExpressionReader::token(Kind kind, std::size_t size) {
  const std::size_t begin = at_;
  at_ = std::min(expression_.size(), at_ + size);
  return {.kind = kind, .begin = begin, .end = at_};
}

ExpressionToken ExpressionReader::escape() {
  constexpr std::string_view kPlaces = "bB<>`'";
  const char escaped = at_ + 1 < expression_.size() ? expression_[at_ + 1] : '\0';
  const auto byte = static_cast<unsigned char>(escaped);
  const Kind kind = kPlaces.contains(escaped)              ? Kind::anchor
                    : is_digit(escaped) && escaped != '0'  ? Kind::back_reference
                    : std::isalnum(byte) != 0 || byte == 0 ? Kind::class_escape
                                                           : Kind::escape;
  return token(kind, 2);
}

ExpressionToken ExpressionReader::interval() {
  constexpr std::uint32_t kNoEnd = ExpressionToken::kNoEnd;
  const char sign = expression_[at_];
  if (sign != '{') {
    ExpressionToken out = token(Kind::repeat, 1);
    out.least = sign == '+' ? 1 : 0;
    out.most = sign == '?' ? 1 : kNoEnd;
    return out;
  }
  const std::size_t close = expression_.find('}', at_);
  std::string_view inside = expression_.substr(at_ + 1, close - std::min(close, at_ + 1));
  ExpressionToken out = token(Kind::repeat, std::min(close, expression_.size()) + 1 - at_);
  const auto least = take_number(inside);
  const bool has_comma = inside.starts_with(',');
  inside.remove_prefix(has_comma ? 1 : 0);
  const auto most = has_comma ? take_number(inside) : least;
  out.least = least.value_or(0);
  out.most = most.value_or(kNoEnd);
  return out;
}

/// Of the set that begins here, with its brackets. A `]` in front belongs to it, and so does what
/// stands in `[: :]`, `[. .]` and `[= =]`; a backslash is itself.
std::size_t ExpressionReader::set_size() const {
  std::size_t at = at_ + 1;
  at += expression_.substr(at).starts_with('^') ? 1 : 0;
  at += expression_.substr(at).starts_with(']') ? 1 : 0;
  while (at < expression_.size() && expression_[at] != ']') {
    const char kind =
        expression_[at] == '[' && at + 1 < expression_.size() ? expression_[at + 1] : '\0';
    const bool is_class = kind == ':' || kind == '.' || kind == '=';
    const std::size_t close =
        is_class ? expression_.find(std::string{kind, ']'}, at + 2) : std::string_view::npos;
    at = close == std::string_view::npos ? at + 1 : close + 2;
  }
  return at + 1 - at_;
}

}  // namespace quire::searching
