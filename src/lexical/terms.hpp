#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

#include "words/words.hpp"

namespace quire::lexical {

/// Longer words are no words: hashes, encoded data.
inline constexpr std::size_t kLongestTerm = 64;
/// Stands for each of them.
inline constexpr std::string_view kLongName = "\x01";

/// Cuts a text into the terms that are indexed and asked for. Of each identifier: the stems of its
/// parts, then the whole without underscores where that is something else ("getHttpResponses" gives
/// "get", "http", "respons", "gethttpresponses"; "parser" gives "pars", "parser"; "of" itself).
/// Letters fold to lower case in Latin, Greek and Cyrillic; Chinese, Japanese and Korean
/// characters, between which there are no spaces, come as pairs of neighbours. An identifier ends
/// where such characters begin or end, and at signs beyond ASCII: each run of ASCII letters, digits
/// and underscores lies within the whole of one identifier, or in one that is too long.
class TermReader {
 public:
  explicit TermReader(std::string_view text) : identifiers_(text), parts_("") {}

  /// The next term, good until the next call; "" at the end.
  std::string_view next();

 private:
  std::string_view take_part(std::string_view part);
  std::string_view take_whole();

  words::IdentifierReader identifiers_;
  std::string_view identifier_;    ///< What is left of the run of letters that was read last.
  words::PartReader parts_;        ///< Of the current identifier.
  std::size_t part_count_ = 0;     ///< ... that were handed out.
  std::string part_;               ///< The last one, folded.
  std::string whole_;              ///< All so far.
  std::deque<std::string> pairs_;  ///< Of characters, to be handed out first.
};

/// `text` (valid UTF-8) with letters folded to lower case as TermReader does.
std::string fold_case(std::string_view text);

/// What Document::labels are indexed as: no text has such terms. Long labels with one beginning are
/// one term, as long as terms get.
std::string label_term(std::string_view label);
bool is_label(std::string_view term);

/// True for a lower-case word that can stand in any question and says nothing of its subject:
/// "how", "the", "does".
bool is_function_word(std::string_view word);

}  // namespace quire::lexical
