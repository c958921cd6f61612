#pragma once

#include <string>
#include <string_view>

namespace quire::source {

/// True if a file that begins so is no text. UTF-16 behind a byte order mark is text.
bool looks_binary(std::string_view head);

/// The text of a file's bytes in UTF-8: of UTF-16 behind a byte order mark, which goes; of anything
/// else as base::repair_utf8() makes it.
std::string decoded_text(std::string_view bytes);

}  // namespace quire::source
