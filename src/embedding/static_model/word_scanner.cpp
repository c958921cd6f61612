#include "embedding/static_model/word_scanner.hpp"

#include <algorithm>

namespace quire::embedding {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

std::size_t kept_length(std::string_view word) {
  if (word.size() <= kLongestWord) {
    return word.size();
  }
  std::size_t length = kLongestWord;
  while (length > 0 && continues_character(word[length])) {
    --length;
  }
  return length;
}

}  // namespace

std::string_view WordScanner::next() {
  std::string_view part = parts_.next();
  while (part.empty()) {
    const std::string_view identifier = identifiers_.next();
    if (identifier.empty()) {
      return {};
    }
    parts_ = words::PartReader(identifier);
    part = parts_.next();
  }
  const std::size_t length = kept_length(part);
  std::ranges::transform(part.substr(0, length), word_.begin(), lower);
  return {word_.data(), length};
}

}  // namespace quire::embedding
