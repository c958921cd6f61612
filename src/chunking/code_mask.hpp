#pragma once

#include <string>
#include <string_view>

namespace quire::chunking {

/// How a language begins its here-documents.
enum class Heredoc : unsigned char {
  none,
  shell,  ///< `<<END`, `<< 'END'`, `<<-END`
  ruby,   ///< `<<END`, `<<~END`, `<<"END"`; the word in capitals or quotes, or it is an operator.
  php,    ///< `<<<END`
};

/// What is no code in a language. Lists are words with single spaces between.
struct MaskSyntax {
  std::string_view line_comments = {};   ///< "// #"
  std::string_view block_comments = {};  ///< Pairs: "/* */". "=" is any `=word` at a line's start.
  std::string_view long_strings = {};    ///< Pairs of what may span lines: `""" """`.
  std::string_view quotes = {};          ///< Characters; what they open ends with the line at last.
  bool has_char_literals = false;        ///< 'a' is one, and a lone ' is not the beginning of one.
  Heredoc heredoc = Heredoc::none;
};

/// What stands in a mask for a string's bytes behind its first.
inline constexpr char kStringFill = '\x01';

/// `text` with its comments as spaces and what is in strings as kStringFill; of the same size, with
/// the same line feeds. What is opened and never closed is taken as code. Takes linear time.
std::string mask_code(std::string_view text, const MaskSyntax& syntax);

/// The words of a list with single spaces between, handed to `use` one by one.
template <typename Use>
void for_each_word(std::string_view list, Use use) {
  while (!list.empty()) {
    const std::string_view word = list.substr(0, list.find(' '));
    use(word);
    list.remove_prefix(word.size() == list.size() ? word.size() : word.size() + 1);
  }
}

}  // namespace quire::chunking
