#include "store/filters/lexer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
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

Result<Token> Lexer::number() {
  Token token{TokenKind::number, "", 0, at_};
  // from_chars takes no plus sign.
  const char* const begin = text_.data() + at_ + (text_[at_] == '+' ? 1 : 0);
  const char* const end = text_.data() + text_.size();
  const auto [stop, error] = std::from_chars(begin, end, token.number);
  if (error != std::errc()) {
    return refuse_at(text_, at_, "a number that does not fit into 64 bits");
  }
  if (stop != end && (*stop == '.' || is_word_character(*stop))) {
    return refuse_at(text_, at_, "a number that is not an integer");
  }
  token.text = std::string(begin, stop);
  at_ = static_cast<std::size_t>(stop - text_.data());
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
