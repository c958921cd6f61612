#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include <quire/result.hpp>

#include "embedding/model2vec/token_sink.hpp"
#include "embedding/model2vec/trie.hpp"

namespace quire::model2vec {

/// Tokens that are found in a text before it is cut, wherever they stand.
class AddedTokens {
 public:
  struct Token {
    TokenId id = kNoToken;
    bool single_word = false;  ///< Not within a word.
    bool left_space = false;   ///< With the white space before it.
    bool right_space = false;  ///< With the white space behind it.
  };
  struct Match {
    std::size_t begin = 0;
    std::size_t end = 0;
    TokenId id = kNoToken;
  };

  /// The first of equal ones counts. Errors: `incompatible` for a content that is empty or too
  /// long, and for more of them than this can hold.
  Status add(std::string_view content, Token token);

  /// Calls match(id) and rest(text) for the tokens in `text` and for what is between them, from
  /// left to right; of the tokens at one place the longest counts.
  template <class OnMatch, class OnRest>
  void split(std::string_view text, OnMatch match, OnRest rest) const {
    Cursor cursor;
    while (const std::optional<Match> found = next(text, cursor)) {
      if (found->begin > cursor.done) {
        rest(text.substr(cursor.done, found->begin - cursor.done));
      }
      match(found->id);
      cursor.done = found->end;
    }
    if (cursor.done < text.size()) {
      rest(text.substr(cursor.done));
    }
  }

 private:
  struct Cursor {
    std::size_t at = 0;    ///< Where the search goes on.
    std::size_t done = 0;  ///< The end of the last token, with its white space.
  };

  std::optional<Match> next(std::string_view text, Cursor& cursor) const;

  Trie trie_;  ///< To places in tokens_.
  std::vector<Token> tokens_;
  std::size_t bytes_ = 0;
  std::array<bool, 256> begins_{};  ///< Whether a token begins with the byte.
};

}  // namespace quire::model2vec
