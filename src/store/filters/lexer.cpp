#include "store/filters/lexer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace quire::filters {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool begins_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_word_character(char c) {
  return begins_word(c) || is_digit(c);
}

bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
}

/// At most `limit` bytes of `text` from its front, cut between characters.
std::string_view front(std::string_view text, std::size_t limit) {
  std::size_t end = std::min(limit, text.size());
  while (end != text.size() && end != 0 && !begins_character(text[end])) {
    --end;
  }
  return text.substr(0, end);
}

/// The same from its back.
std::string_view back(std::string_view text, std::size_t limit) {
  std::size_t begin = text.size() - std::min(limit, text.size());
  while (begin != text.size() && !begins_character(text[begin])) {
    ++begin;
  }
  return text.substr(begin);
}

std::string on_one_line(std::string_view text) {
  std::string out(text);
  std::ranges::replace_if(out, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return out;
}

/// A number as written: 0.`digits` times ten to the power of `point`.
struct Decimal {
  bool is_negative = false;
  std::string digits;  ///< None in front is zero.
  std::int64_t point = 0;
};

std::size_t count_digits(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
}

/// The exponent that `text` ("e-3") is, cut to what makes any number huge or tiny.
std::optional<std::int64_t> read_exponent(std::string_view text) {
  constexpr std::int64_t kMost = std::int64_t{1} << 40;
  text.remove_prefix(1);
  const bool is_negative = text.starts_with('-');
  text.remove_prefix(is_negative || text.starts_with('+') ? 1 : 0);
  if (text.empty() || count_digits(text) != text.size()) {
    return std::nullopt;
  }
  std::int64_t value = 0;
  for (const char c : text) {
    value = std::min(kMost, value * 10 + (c - '0'));
  }
  return is_negative ? -value : value;
}

/// [-] digits [. {digit}] [e [sign] digits]
std::optional<Decimal> read_decimal(std::string_view text) {
  Decimal out;
  out.is_negative = text.starts_with('-');
  text.remove_prefix(out.is_negative ? 1 : 0);
  const std::size_t whole = count_digits(text);
  out.digits = text.substr(0, whole);
  text.remove_prefix(whole);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    const std::size_t after_point = count_digits(text);
    out.digits += text.substr(0, after_point);
    text.remove_prefix(after_point);
  }
  const bool has_exponent = text.starts_with('e') || text.starts_with('E');
  const std::optional<std::int64_t> exponent = has_exponent ? read_exponent(text) : 0;
  if (whole == 0 || !exponent || (!has_exponent && !text.empty())) {
    return std::nullopt;
  }
  const std::size_t zeros = std::min(out.digits.find_first_not_of('0'), out.digits.size());
  out.digits.erase(0, zeros);
  out.point = static_cast<std::int64_t>(whole) - static_cast<std::int64_t>(zeros) + *exponent;
  return out;
}

/// Sets the token's number to the integer at or below `decimal`; false if that has over 64 bits, or
/// the integer above has.
bool to_integer(const Decimal& decimal, Token& token) {
  constexpr std::int64_t kMostDigits = 19;
  const auto size = static_cast<std::int64_t>(decimal.digits.size());
  const std::int64_t whole = decimal.digits.empty() ? 0 : std::max<std::int64_t>(decimal.point, 0);
  if (whole > kMostDigits) {
    return false;
  }
  std::string text = decimal.is_negative ? "-0" : "0";
  text += decimal.digits.substr(0, static_cast<std::size_t>(std::min(whole, size)));
  text.append(static_cast<std::size_t>(std::max<std::int64_t>(whole - size, 0)), '0');
  const std::string_view fraction =
      std::string_view(decimal.digits).substr(static_cast<std::size_t>(std::min(whole, size)));
  token.has_fraction = fraction.find_first_not_of('0') != std::string_view::npos;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), token.number);
  const bool is_last = token.number == (decimal.is_negative ? INT64_MIN : INT64_MAX);
  if (error != std::errc() || (token.has_fraction && is_last)) {
    return false;
  }
  token.number -= token.has_fraction && decimal.is_negative ? 1 : 0;
  return true;
}

}  // namespace

std::unexpected<Error> refuse_at(std::string_view text,
                                 std::size_t offset,
                                 const std::string& problem) {
  constexpr std::size_t kShown = 60;
  const std::string_view before = back(text.substr(0, offset), kShown);
  const std::string_view after = front(text.substr(offset), kShown);
  return fail(ErrorCode::invalid_argument,
              "filter: character " + std::to_string(count_characters(text.substr(0, offset)) + 1) +
                  ": " + problem + "\n    " + on_one_line(before) + on_one_line(after) + "\n    " +
                  std::string(count_characters(before), ' ') + "^");
}

Result<Token> Lexer::next() {
  while (at_ != text_.size() && is_space(text_[at_])) {
    ++at_;
  }
  if (at_ == text_.size()) {
    return Token{TokenKind::end, "", 0, at_};
  }
  const char c = text_[at_];
  const bool is_signed_digit =
      (c == '-' || c == '+') && is_digit(text_.substr(at_ + 1, 1).empty() ? ' ' : text_[at_ + 1]);
  if (begins_word(c)) {
    return word();
  }
  if (is_digit(c) || is_signed_digit) {
    return number();
  }
  if (c == '\'') {
    return quoted(TokenKind::string, c);
  }
  return c == '"' || c == '`' ? quoted(TokenKind::quoted_word, c) : symbol();
}

Token Lexer::word() {
  Token token{TokenKind::word, "", 0, at_};
  while (at_ != text_.size() && is_word_character(text_[at_])) {
    token.text += text_[at_++];
  }
  return token;
}

Result<Token> Lexer::quoted(TokenKind kind, char quote) {
  Token token{kind, "", 0, at_};
  for (++at_; at_ != text_.size(); ++at_) {
    if (text_[at_] == quote) {
      ++at_;
      const bool is_doubled = at_ != text_.size() && text_[at_] == quote;
      if (!is_doubled) {
        return token;
      }
    }
    token.text += text_[at_];
  }
  return refuse_at(text_, token.offset, std::string("this ") + quote + " is not closed");
}

/// What from `at_` on may be of a number: digits, a point, an exponent with its sign.
std::string_view Lexer::number_text() const {
  std::size_t end = at_ + 1;
  const auto is_part = [&](char c) {
    const bool follows_exponent = text_[end - 1] == 'e' || text_[end - 1] == 'E';
    return c == '.' || is_word_character(c) || (follows_exponent && (c == '+' || c == '-'));
  };
  while (end != text_.size() && is_part(text_[end])) {
    ++end;
  }
  return text_.substr(at_, end - at_);
}

Result<Token> Lexer::number() {
  Token token{TokenKind::number, "", 0, at_};
  std::string_view text = number_text();
  at_ += text.size();
  text.remove_prefix(text[0] == '+' ? 1 : 0);
  token.text = text;
  const std::optional<Decimal> decimal = read_decimal(text);
  if (!decimal) {
    return refuse_at(text_, token.offset, "this is not a number");
  }
  token.is_huge = !to_integer(*decimal, token);
  return token;
}

Result<Token> Lexer::symbol() {
  // Longer ones first.
  constexpr std::array<std::string_view, 13> kSymbols{"==", "!=", "<>", "<=", ">=", "=", "<",
                                                      ">",  "(",  ")",  ",",  ".",  ";"};
  const auto found = std::ranges::find_if(
      kSymbols, [&](std::string_view symbol) { return text_.substr(at_).starts_with(symbol); });
  if (found == kSymbols.end()) {
    return refuse_at(text_, at_, "expected a field, a value or an operator");
  }
  return Token{TokenKind::symbol, std::string(*found), 0, std::exchange(at_, at_ + found->size())};
}

}  // namespace quire::filters
