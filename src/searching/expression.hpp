#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace quire::searching {

/// What a POSIX extended regular expression is written in, as regcomp() cuts it.
struct ExpressionToken {
  enum class Kind : std::uint8_t {
    literal,         ///< One byte that stands for itself; so does a `)` without its `(`.
    escape,          ///< A backslash and a sign, which stands for itself.
    class_escape,    ///< A backslash and a letter: `\w`, `\d`.
    back_reference,  ///< A backslash and a digit of 1 to 9.
    any,             ///< `.`
    set,             ///< `[...]`
    anchor,          ///< `^`, `$`, `\b`, `\<` and the like: places, not characters.
    open,            ///< `(`
    close,           ///< `)`
    alternative,     ///< `|`
    repeat,          ///< `*`, `+`, `?`, `{2,5}`
  };
  static constexpr std::uint32_t kNoEnd = UINT32_MAX;

  Kind kind = Kind::literal;
  std::size_t begin = 0;  ///< Bytes of the expression.
  std::size_t end = 0;
  std::uint32_t least = 1;  ///< Of a repeat: how often; large numbers are kNoEnd - 1.
  std::uint32_t most = 1;   ///< ... at most; kNoEnd: any number of times.
};

/// Hands out an expression's tokens, which cover it without gaps. What regcomp() refuses (a set
/// without its end, an odd `{`) comes as some token all the same.
class ExpressionReader {
 public:
  explicit ExpressionReader(std::string_view expression) : expression_(expression) {}

  /// The next token; nothing at the end.
  std::optional<ExpressionToken> next();

 private:
  ExpressionToken token(ExpressionToken::Kind kind, std::size_t size);
  ExpressionToken escape();
  ExpressionToken interval();
  std::size_t set_size() const;

  std::string_view expression_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;  ///< Groups that are open.
};

}  // namespace quire::searching
