#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace quire::base {

/// The offset of the first byte that is not part of valid UTF-8 (RFC 3629: no surrogates, no
/// overlong forms), or nothing.
std::optional<std::size_t> invalid_utf8_offset(std::string_view text);

/// `bytes` with each maximal invalid part replaced by U+FFFD. Line feeds stay where they are.
std::string repair_utf8(std::string_view bytes);

/// ASCII letters to lower case; other bytes as they are.
std::string ascii_lower(std::string_view text);

}  // namespace quire::base
