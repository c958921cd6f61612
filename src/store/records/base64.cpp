#include "store/records/base64.hpp"

#include <algorithm>
#include <cstdint>

namespace quire::records {
namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::uint32_t byte_at(std::string_view bytes, std::size_t i) {
  return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0;
}

/// Four digits as 24 bits; nothing if one is no digit.
std::optional<std::uint32_t> group_at(std::string_view text, std::size_t at) {
  std::uint32_t bits = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    const std::size_t digit = i < text.size() ? kDigits.find(text[i]) : 0;
    if (digit == std::string_view::npos) {
      return std::nullopt;
    }
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
  }
  return bits;
}

}  // namespace

std::string to_base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::uint32_t bits =
        byte_at(bytes, at) << 16 | byte_at(bytes, at + 1) << 8 | byte_at(bytes, at + 2);
    const std::size_t digits = std::min<std::size_t>(bytes.size() - at, 3) + 1;
    for (std::size_t i = 0; i < 4; ++i) {
      out.push_back(i < digits ? kDigits[bits >> (18 - 6 * i) & 63] : '=');
    }
  }
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) {
    return std::nullopt;
  }
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  const std::string_view digits = text.substr(0, text.size() - padding);
  std::string out;
  out.reserve(text.size() / 4 * 3);
  for (std::size_t at = 0; at < digits.size(); at += 4) {
    const std::optional<std::uint32_t> bits = group_at(digits, at);
    if (!bits.has_value()) {
      return std::nullopt;
    }
    const std::size_t bytes = std::min<std::size_t>(digits.size() - at, 4) - 1;
    for (std::size_t i = 0; i < bytes; ++i) {
      out.push_back(static_cast<char>(*bits >> (16 - 8 * i)));
    }
  }
  // Left-over bits must be zero, or two texts would mean the same bytes.
  return to_base64(out) == text ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace quire::records
