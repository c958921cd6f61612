#pragma once

#include <string_view>

namespace quire::filters {

/// LIKE by its definition: slow, and by other means than LikePattern.
inline bool naive_like(std::string_view text, std::string_view pattern, char escape) {
  const auto is_continuation = [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
  };
  if (pattern.empty()) {
    return text.empty();
  }
  if (escape != 0 && pattern[0] == escape && pattern.size() > 1) {
    return !text.empty() && text[0] == pattern[1] &&
           naive_like(text.substr(1), pattern.substr(2), escape);
  }
  if (pattern[0] == '%') {
    return naive_like(text, pattern.substr(1), escape) ||
           (!text.empty() && naive_like(text.substr(1), pattern, escape));
  }
  if (text.empty()) {
    return false;
  }
  if (pattern[0] == '_') {
    std::size_t length = 1;
    while (length < text.size() && is_continuation(text[length])) {
      ++length;
    }
    return !is_continuation(text[0]) && naive_like(text.substr(length), pattern.substr(1), escape);
  }
  return text[0] == pattern[0] && naive_like(text.substr(1), pattern.substr(1), escape);
}

}  // namespace quire::filters
