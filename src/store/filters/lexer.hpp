#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "store/filters/filter_node.hpp"

namespace quire::filters {

enum class TokenKind : std::uint8_t {
  end,
  word,         ///< A keyword or a field's name.
  quoted_word,  ///< The same in double quotes or backticks: never a keyword.
  string,
  number,  ///< An integer, or one with a fraction.
  symbol,  ///< ( ) , . = == != <> < <= > >=
};

struct Token {
  TokenKind kind = TokenKind::end;
  std::string text;         ///< Without quotes; of a number as written, without a plus sign.
  std::int64_t number = 0;  ///< Of a number; where it has a fraction, the integer below it.
  std::size_t offset = 0;
  bool has_fraction = false;  ///< A number between two integers.
  bool is_huge = false;       ///< A number beyond 64 bits: `number` does not say it.
};

/// An `invalid_argument` that points at the byte `offset` of the filter `text`.
std::unexpected<Error> refuse_at(std::string_view text,
                                 std::size_t offset,
                                 const std::string& problem);

/// Cuts a filter's text, which is valid UTF-8, into tokens.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  /// The next one; at the end, `end` for ever.
  Result<Token> next();

 private:
  Result<Token> quoted(TokenKind kind, char quote);
  Result<Token> number();
  std::string_view number_text() const;
  Result<Token> symbol();
  Token word();

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace quire::filters
