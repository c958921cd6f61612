#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace quire::records {

enum class NonAscii : std::uint8_t { passes, stops };

/// The high bit of each byte of `word` that is a quote, a backslash or a control character, and
/// with NonAscii::stops of each above 0x7f. Bits above the lowest one set may be wrong: the
/// subtractions borrow. https://graphics.stanford.edu/~seander/bithacks.html#HasLessInWord
template <NonAscii non_ascii>
constexpr std::uint64_t special_bytes(std::uint64_t word) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHighs = 0x8080808080808080;
  const std::uint64_t quote = word ^ (kOnes * '"');
  const std::uint64_t backslash = word ^ (kOnes * '\\');
  const std::uint64_t found = ((quote - kOnes) & ~quote) | ((backslash - kOnes) & ~backslash) |
                              ((word - kOnes * 0x20) & ~word);
  return (non_ascii == NonAscii::stops ? found | word : found) & kHighs;
}

/// The same of one byte, put into the lowest byte of a word of spaces.
template <NonAscii non_ascii>
constexpr bool is_special(char c) {
  return special_bytes<non_ascii>(0x2020202020202000 | static_cast<unsigned char>(c)) != 0;
}

/// The first byte in [at, end) that a JSON string can't hold as it is (a quote, a backslash, a
/// control character), or with NonAscii::stops that is above 0x7f; else `end`.
template <NonAscii non_ascii>
const char* skip_plain(const char* at, const char* end) {
  for (; end - at >= 8; at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    if (const std::uint64_t found = special_bytes<non_ascii>(word); found != 0) {
      return at + std::countr_zero(found) / 8;
    }
  }
  while (at != end && !is_special<non_ascii>(*at)) {
    ++at;
  }
  return at;
}

/// Copies [at, end) to `out` up to the first special byte, whose place it returns, and moves `out`
/// behind what it has copied; up to 7 bytes behind that are overwritten.
inline const char* copy_plain(const char* at, const char* end, char*& out) {
  for (; end - at >= 8; at += 8, out += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    std::memcpy(out, &word, sizeof word);
    if (const std::uint64_t found = special_bytes<NonAscii::passes>(word); found != 0) {
      const int copied = std::countr_zero(found) / 8;
      out += copied;
      return at + copied;
    }
  }
  while (at != end && !is_special<NonAscii::passes>(*at)) {
    *out++ = *at++;
  }
  return at;
}

}  // namespace quire::records
