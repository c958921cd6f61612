#include "base/utf8.hpp"

namespace quire::base {
namespace {

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

/// How the sequence at the front of `text` (not empty) goes: its length, or, when invalid, the
/// length of the maximal part that could have begun a valid one (Unicode 15, section 3.9, table
/// 3-7).
struct Sequence {
  std::size_t length = 1;
  bool valid = false;
};

Sequence sequence_at(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) {
    return {1, true};
  }
  if (lead < 0xC2 || lead > 0xF4) {
    return {1, false};
  }
  const std::size_t want = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (text.size() < 2) {
    return {1, false};
  }
  const auto second = static_cast<unsigned char>(text[1]);
  const unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (second < low || second > high) {
    return {1, false};
  }
  std::size_t length = 2;
  while (length < want && length < text.size() && is_continuation(text[length])) {
    ++length;
  }
  return {length, length == want};
}

std::size_t ascii_prefix(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size() && static_cast<unsigned char>(text[i]) < 0x80) {
    ++i;
  }
  return i;
}

}  // namespace

std::optional<std::size_t> invalid_utf8_offset(std::string_view text) {
  for (std::size_t at = ascii_prefix(text); at < text.size();) {
    const Sequence sequence = sequence_at(text.substr(at));
    if (!sequence.valid) {
      return at;
    }
    at += sequence.length;
  }
  return std::nullopt;
}

Character first_character(std::string_view text) {
  const Sequence sequence = sequence_at(text);
  if (!sequence.valid) {
    return {sequence.length, std::nullopt};
  }
  const auto lead = static_cast<unsigned char>(text[0]);
  char32_t code = sequence.length == 1 ? lead : lead & (0x7FU >> sequence.length);
  for (const char c : text.substr(1, sequence.length - 1)) {
    code = code << 6U | (static_cast<unsigned char>(c) & 0x3FU);
  }
  return {sequence.length, code};
}

std::string utf8_of(char32_t code) {
  const auto last_bits = [](char32_t bits) { return static_cast<char>(0x80U | (bits & 0x3FU)); };
  if (code < 0x80) {
    return {static_cast<char>(code)};
  }
  if (code < 0x800) {
    return {static_cast<char>(0xC0U | (code >> 6U)), last_bits(code)};
  }
  if (code < 0x10000) {
    return {static_cast<char>(0xE0U | (code >> 12U)), last_bits(code >> 6U), last_bits(code)};
  }
  return {static_cast<char>(0xF0U | (code >> 18U)), last_bits(code >> 12U), last_bits(code >> 6U),
          last_bits(code)};
}

std::string repair_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (std::size_t at = 0; at < bytes.size();) {
    const Sequence sequence = sequence_at(bytes.substr(at));
    out += sequence.valid ? bytes.substr(at, sequence.length) : std::string_view("\xEF\xBF\xBD");
    at += sequence.length;
  }
  return out;
}

std::string ascii_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') {
      c = static_cast<char>(c - 'A' + 'a');
    }
  }
  return out;
}

}  // namespace quire::base
