#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace quire::base {

/// The offset of the first byte that is not part of valid UTF-8 (RFC 3629: no surrogates, no
/// overlong forms), or nothing.
std::optional<std::size_t> invalid_utf8_offset(std::string_view text);

struct Character {
  std::size_t bytes = 1;
  std::optional<char32_t> code;  ///< Nothing: the bytes are no UTF-8.
};

/// The character that `text` (not empty) begins with, or the maximal part that is none.
Character first_character(std::string_view text);

/// A character's bytes; `code` is one of Unicode and no surrogate.
std::string utf8_of(char32_t code);

/// `bytes` with each maximal invalid part replaced by U+FFFD. Line feeds stay where they are.
std::string repair_utf8(std::string_view bytes);

/// ASCII letters to lower case; other bytes as they are.
std::string ascii_lower(std::string_view text);

}  // namespace quire::base
