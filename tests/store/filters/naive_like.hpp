#pragma once

#include <algorithm>
#include <string>
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

/// The same with ASCII letters folded; an escape is told by its own case.
inline bool naive_ilike(std::string_view text, std::string_view pattern, char escape) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  constexpr char kMark = '\x01';
  std::string folded_text(text);
  std::string folded;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const bool is_escape = escape != 0 && pattern[i] == escape && i + 1 < pattern.size();
    folded +=
        is_escape ? std::string{kMark, lower(pattern[++i])} : std::string(1, lower(pattern[i]));
  }
  std::ranges::transform(folded_text, folded_text.begin(), lower);
  return naive_like(folded_text, folded, escape == 0 ? '\0' : kMark);
}

}  // namespace quire::filters
