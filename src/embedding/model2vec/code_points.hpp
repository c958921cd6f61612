#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace quire::model2vec {

/// The length of the sequence that begins with `lead` in valid UTF-8.
constexpr std::size_t sequence_length(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

constexpr bool begins_sequence(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

/// The code point at `at` of valid UTF-8; `at` moves behind it.
constexpr char32_t take_code_point(std::string_view text, std::size_t& at) {
  const std::size_t length = sequence_length(text[at]);
  const auto lead = static_cast<unsigned char>(text[at]);
  char32_t code = length == 1 ? lead : lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    code = code << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
  }
  at += length;
  return code;
}

/// The last code point of valid UTF-8 that isn't empty.
constexpr char32_t last_code_point(std::string_view text) {
  std::size_t at = text.size() - 1;
  while (!begins_sequence(text[at])) {
    --at;
  }
  return take_code_point(text, at);
}

constexpr std::size_t count_code_points(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) {
    count += begins_sequence(c) ? 1 : 0;
  }
  return count;
}

inline void append_code_point(std::string& out, char32_t code) {
  const auto byte = [&](char32_t bits) { out.push_back(static_cast<char>(bits)); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0 | code >> 6);
    byte(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    byte(0xE0 | code >> 12);
    byte(0x80 | (code >> 6 & 0x3F));
    byte(0x80 | (code & 0x3F));
  } else {
    byte(0xF0 | code >> 18);
    byte(0x80 | (code >> 12 & 0x3F));
    byte(0x80 | (code >> 6 & 0x3F));
    byte(0x80 | (code & 0x3F));
  }
}

}  // namespace quire::model2vec
