#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <quire/result.hpp>

namespace quire::searching {

/// What every text that a pattern matches holds, in any case of its letters.
struct RequiredText {
  enum class Kind : std::uint8_t {
    anything,  ///< Nothing is known.
    text,      ///< `text`.
    all,       ///< What each of `parts` says; of none, anything.
    any,       ///< What one of `parts` says; of none, there is no such text.
  };

  Kind kind = Kind::anything;
  std::string text;
  std::vector<RequiredText> parts;
};

/// Text that a chunk must hold: as it is, or as a regular expression says. May be asked by several
/// threads at once.
class TextPattern {
 public:
  /// `text` as it is; with no capital in it, in any case (of ASCII letters).
  static TextPattern literal(std::string text);

  struct Options {
    bool ignore_case = false;  ///< Of ASCII letters; of all, where the expression has others.
    bool whole_words = false;  ///< No letter, digit or `_` stands beside what matches.
  };

  /// A regular expression in RE2's syntax, which a line matches or none: `^` and `$` are a line's
  /// ends, and no match holds a newline. An expression of ASCII alone goes by bytes, as `rg
  /// --no-unicode` does; one with other characters in it goes by characters. `\d`, `\w`, `\s` and
  /// `\b` know ASCII alone in both. `\A` and `\z` are the content's ends.
  ///
  /// Time is linear in the content and the expression, memory at most 16 MiB and what
  /// check_syntax() lets pass. Errors: check_syntax()'s, and `invalid_argument` for an expression
  /// that is too large with its repeats written out.
  static Result<TextPattern> regex(const std::string& expression, const Options& options);
  static Result<TextPattern> regex(const std::string& expression) {
    return regex(expression, Options{});
  }

  /// `text` as it is, within a line. Errors: `invalid_argument` for text of several lines.
  static Result<TextPattern> fixed(const std::string& text, const Options& options);

  TextPattern(TextPattern&&) noexcept;
  TextPattern& operator=(TextPattern&&) noexcept;
  TextPattern(const TextPattern&) = delete;
  TextPattern& operator=(const TextPattern&) = delete;
  ~TextPattern();

  const RequiredText& required() const { return required_; }

  bool matches(std::string_view content) const;

  /// A place in a text: bytes from `begin` up to `end`, never none.
  struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  /// Where it matches, from left to right, without overlaps; of a regular expression the first
  /// 1,000 places, as each may be looked for up to its line's end. A range of an expression that
  /// goes by bytes can begin or end within a character.
  std::vector<Range> ranges(std::string_view content) const;

  /// The lines of `content` that it matches, from 0 on, rising.
  std::vector<std::size_t> lines(std::string_view content) const;

 private:
  struct Compiled;
  TextPattern();
  std::vector<Range> literal_ranges(std::string_view content) const;

  RequiredText required_;
  std::string literal_;
  bool fold_ = false;
  std::unique_ptr<Compiled> compiled_;  ///< Null: literal_ is looked for.
};

}  // namespace quire::searching
