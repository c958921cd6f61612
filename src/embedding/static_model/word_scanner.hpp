#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "words/words.hpp"

namespace quire::embedding {

/// Longer words are cut, not inside a character of UTF-8.
inline constexpr std::size_t kLongestWord = 40;

/// Hands out a text's words as the model counts them: the parts of its identifiers, lower-case
/// (ASCII).
class WordScanner {
 public:
  explicit WordScanner(std::string_view text) : identifiers_(text), parts_({}) {}

  /// The next word, valid until the next call; "" at the end.
  std::string_view next();

 private:
  words::IdentifierReader identifiers_;
  words::PartReader parts_;
  std::array<char, kLongestWord> word_{};
};

}  // namespace quire::embedding
