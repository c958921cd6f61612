#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace quire::embedding {

/// Longer words are cut, not inside a character of UTF-8.
inline constexpr std::size_t kLongestWord = 40;

/// Hands out a text's words as the model counts them: the parts of its identifiers
/// (words::PartReader), lower-case (ASCII). One pass over the text.
class WordScanner {
 public:
  explicit WordScanner(std::string_view text) : at_(text.data()), end_(at_ + text.size()) {}

  /// The next word, valid until the next call; "" at the end.
  std::string_view next();

  /// Its first eight bytes as a number, zeros behind its end.
  std::uint64_t head() const { return head_; }

 private:
  const char* at_;
  const char* end_;
  std::uint64_t head_ = 0;
  std::array<char, kLongestWord> word_{};
};

}  // namespace quire::embedding
