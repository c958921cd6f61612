#include "base/printable.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

#include "base/utf8.hpp"

namespace quire::base {
namespace {

struct CodeRange {
  char32_t first;
  char32_t last;
};

// In order.
constexpr auto kUnseen = std::to_array<CodeRange>({
    {0x0000, 0x0008},    // Controls.
    {0x000A, 0x001F},    //
    {0x007F, 0x009F},    //
    {0x00AD, 0x00AD},    // A hyphen that shows only at the end of a line.
    {0x034F, 0x034F},    // A joiner of no width.
    {0x0600, 0x0605},    // Signs around numbers.
    {0x061C, 0x061C},    // A mark of direction.
    {0x06DD, 0x06DD},    //
    {0x070F, 0x070F},    //
    {0x0890, 0x0891},    //
    {0x08E2, 0x08E2},    //
    {0x115F, 0x1160},    // Fillers of Hangul.
    {0x17B4, 0x17B5},    // Vowels that aren't seen.
    {0x180B, 0x180F},    // Selectors and a separator of Mongolian.
    {0x200B, 0x200F},    // No width, and marks of direction.
    {0x2028, 0x202E},    // Separators; embedded and overridden directions.
    {0x2060, 0x206F},    // Operators of no width; isolated directions.
    {0x3164, 0x3164},    // A filler.
    {0xFE00, 0xFE0D},    // Selectors.
    {0xFEFF, 0xFEFF},    // The byte order mark.
    {0xFFA0, 0xFFA0},    // A filler.
    {0xFFF0, 0xFFFB},    // Annotations, and what is reserved beside them.
    {0x110BD, 0x110BD},  // Signs around numbers.
    {0x110CD, 0x110CD},  //
    {0x13430, 0x1343F},  // Joiners of hieroglyphs.
    {0x1BCA0, 0x1BCA3},  // Of shorthand.
    {0x1D173, 0x1D17A},  // Of music.
    {0xE0000, 0xE0FFF},  // Tags and selectors.
});

template <class... Values>
std::string formatted(const char* format, Values... values) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), format, values...);
  return text.data();
}

std::string in_braces(char32_t code) {
  return formatted("\\u{%X}", static_cast<unsigned>(code));
}

/// How much at the front needs no look at all.
std::size_t plain_prefix(std::string_view text) {
  const auto is_plain = [](char c) { return c >= ' ' && c < '\x7F'; };
  return static_cast<std::size_t>(std::ranges::find_if_not(text, is_plain) - text.begin());
}

/// `other` is given what is no UTF-8.
template <class Escape, class Other>
std::string rewritten(std::string_view text, Escape escape, Other other) {
  std::string out;
  out.reserve(text.size());
  while (true) {
    const std::size_t plain = plain_prefix(text);
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) {
      return out;
    }
    const Character found = first_character(text);
    const std::string_view bytes = text.substr(0, found.bytes);
    if (!found.code) {
      out += other(bytes);
    } else if (is_unseen(*found.code)) {
      out += escape(*found.code);
    } else {
      out += bytes;
    }
    text.remove_prefix(found.bytes);
  }
}

std::string as_bytes(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    out += formatted("\\x%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
  }
  return out;
}

}  // namespace

bool is_unseen(char32_t code) {
  const auto* const range = std::ranges::lower_bound(kUnseen, code, {}, &CodeRange::last);
  return range != kUnseen.end() && range->first <= code;
}

std::string escape_unseen(std::string_view text, std::string (*escape)(char32_t code)) {
  return rewritten(text, escape, [](std::string_view bytes) { return bytes; });
}

std::string printable(std::string_view text) {
  return rewritten(text, in_braces, as_bytes);
}

std::string printable_lines(std::string_view text) {
  std::string out;
  while (true) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    line.remove_suffix(end != std::string_view::npos && line.ends_with('\r') ? 1 : 0);
    out += printable(line);
    if (end == std::string_view::npos) {
      return out;
    }
    out += '\n';
    text.remove_prefix(end + 1);
  }
}

}  // namespace quire::base
