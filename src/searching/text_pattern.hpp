#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <quire/result.hpp>

namespace quire::searching {

/// Text that a chunk must hold: as it is, or as a regular expression says. Threads: one at a time.
class TextPattern {
 public:
  /// `text` as it is; with no capital in it, in any case (of ASCII letters).
  static TextPattern literal(std::string text);

  /// A POSIX extended regular expression, with `\d`, `\w`, `\s`, `\b` as elsewhere; a line matches
  /// it, or none. Errors: `invalid_argument`: beyond the limits of expression_limits.hpp, or in the
  /// system's words.
  static Result<TextPattern> regex(const std::string& expression);

  TextPattern(TextPattern&&) noexcept;
  TextPattern& operator=(TextPattern&&) noexcept;
  TextPattern(const TextPattern&) = delete;
  TextPattern& operator=(const TextPattern&) = delete;
  ~TextPattern();

  /// Texts without which nothing matches.
  const std::vector<std::string>& required() const { return required_; }

  bool matches(std::string_view content) const;

  /// A place in a text: bytes from `begin` up to `end`, never none.
  struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  /// Where it matches, from left to right, without overlaps. A regular expression goes by bytes: a
  /// range can begin or end within a character. A line of more than 500 bytes where finding the
  /// places could take long (the expression has more than 8 sets, repeats counted) is one range.
  std::vector<Range> ranges(std::string_view content) const;

 private:
  struct Compiled;
  TextPattern();
  std::vector<Range> literal_ranges(std::string_view content) const;
  void add_ranges_of_line(std::string_view line,
                          std::size_t offset,
                          std::vector<Range>& ranges) const;

  std::vector<std::string> required_;
  std::string literal_;
  bool fold_ = false;
  std::unique_ptr<Compiled> compiled_;  ///< Null: literal_ is looked for.
};

}  // namespace quire::searching
