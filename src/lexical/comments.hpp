#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace quire::lexical {

/// Hands out a text in pieces that are comment or not. Strings are known, so that comment signs in
/// them are no comments; triple-quoted strings of Python count as comments. A text of no
/// programming language (Markdown, plain text) is one comment.
///
/// A text that begins inside of a comment is read as code up to its end: a piece of a file need not
/// tell.
class CommentReader {
 public:
  struct Piece {
    std::string_view text;
    bool is_comment = false;
    bool is_string = false;  ///< Of next_apart().
  };

  CommentReader(std::string_view text, std::string_view language);

  /// The next piece, never empty but at the end.
  Piece next();

  /// The same with each string as a piece of its own, its quotation marks included.
  Piece next_apart();

  /// True for a text of no programming language.
  bool is_prose() const { return syntax_->prose; }

  /// How comments and strings of a family of languages are written; "" where there is none.
  struct Syntax {
    std::string_view line;        ///< Begins a comment to the end of the line.
    std::string_view other_line;  ///< Another one.
    std::string_view open;        ///< Begins a comment up to `close`.
    std::string_view close;
    std::string_view quotes;  ///< Each begins a string up to the same character.
    bool triple_quotes = false;
    bool prose = false;
  };

 private:
  std::string_view take(std::size_t size);
  std::size_t code_size(bool strings_apart);
  bool may_begin_something(char c) const {
    return begins_something_[static_cast<unsigned char>(c)];
  }
  std::size_t comment_size_at(std::size_t at) const;
  std::size_t string_end(std::size_t at);
  std::size_t string_size_at(std::size_t at);

  std::string_view rest_;
  const Syntax* syntax_;
  std::array<bool, 256> begins_something_{};  ///< A comment or a string, by its first byte.
  /// Up to where, as bytes left behind it, no string of these quotes ends.
  std::array<std::size_t, 3> unended_{};
};

}  // namespace quire::lexical
