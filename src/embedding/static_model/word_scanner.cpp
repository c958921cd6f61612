#include "embedding/static_model/word_scanner.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

namespace quire::embedding {
namespace {

static_assert(std::endian::native == std::endian::little);
static_assert(kLongestWord % sizeof(std::uint64_t) == 0);

enum class Kind : std::uint8_t { separator, lower, upper, digit };

constexpr std::size_t kAttachedDigits = 3;

constexpr std::array<Kind, 256> kKinds = [] {
  std::array<Kind, 256> kinds{};
  for (std::size_t c = 0; c < kinds.size(); ++c) {
    kinds[c] = (c >= 'a' && c <= 'z') || c >= 0x80 ? Kind::lower
               : c >= 'A' && c <= 'Z'              ? Kind::upper
               : c >= '0' && c <= '9'              ? Kind::digit
                                                   : Kind::separator;
  }
  return kinds;
}();

Kind kind_of(char c) {
  return kKinds[static_cast<unsigned char>(c)];
}

/// The first character from `at` that is not of `kind`.
const char* behind(const char* at, const char* end, Kind kind) {
  while (at != end && kind_of(*at) == kind) {
    ++at;
  }
  return at;
}

const char* behind_letters(const char* at, const char* end) {
  const char* const upper = behind(at, end, Kind::upper);
  const char* const lower = behind(upper, end, Kind::lower);
  // In ACRONYMWord the last capital belongs to the word.
  return upper - at > 1 && lower != upper ? upper - 1 : lower;
}

const char* behind_word(const char* at, const char* end) {
  const char* const letters = behind_letters(at, end);
  const char* const digits = behind(letters, end, Kind::digit);
  const bool attached =
      letters == at || static_cast<std::size_t>(digits - letters) <= kAttachedDigits;
  return attached ? digits : letters;
}

bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

std::size_t kept_length(const char* word, std::size_t size) {
  if (size <= kLongestWord) {
    return size;
  }
  std::size_t length = kLongestWord;
  while (length > 0 && continues_character(word[length])) {
    --length;
  }
  return length;
}

constexpr std::size_t kBlock = sizeof(std::uint64_t);
constexpr std::uint64_t kOnes = 0x0101010101010101;

/// Eight characters at once (Mycroft's tests within a word).
std::uint64_t lower(std::uint64_t bytes) {
  const std::uint64_t low_bits = bytes & (0x7f * kOnes);
  const std::uint64_t from_a = low_bits + (0x80 - 'A') * kOnes;
  const std::uint64_t behind_z = low_bits + (0x7f - 'Z') * kOnes;
  const std::uint64_t capitals = ~bytes & (from_a ^ behind_z) & (0x80 * kOnes);
  return bytes | capitals >> 2;
}

/// The `size` bytes from `at`, at most kBlock, as a number whose other bytes are zero.
std::uint64_t load(const char* at, std::size_t size, const char* end) {
  std::uint64_t bytes = 0;
  if (static_cast<std::size_t>(end - at) >= kBlock) {
    std::memcpy(&bytes, at, kBlock);
    return size >= kBlock ? bytes : bytes & ((std::uint64_t{1} << (size * 8)) - 1);
  }
  std::memcpy(&bytes, at, size);
  return bytes;
}

}  // namespace

std::string_view WordScanner::next() {
  const char* const begin = behind(at_, end_, Kind::separator);
  at_ = behind_word(begin, end_);
  const std::size_t length = kept_length(begin, static_cast<std::size_t>(at_ - begin));
  head_ = lower(load(begin, std::min(length, kBlock), end_));
  std::memcpy(word_.data(), &head_, kBlock);
  for (std::size_t at = kBlock; at < length; at += kBlock) {
    const std::uint64_t block = lower(load(begin + at, std::min(length - at, kBlock), end_));
    std::memcpy(&word_[at], &block, kBlock);
  }
  return {word_.data(), length};
}

}  // namespace quire::embedding
