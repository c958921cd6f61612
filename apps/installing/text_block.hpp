#pragma once

#include <cstddef>
#include <string_view>

#include "installing/file_text.hpp"

/// Some lines of this program's at the end of a file of others.
namespace quire::installing {

/// `before`, a blank line and `block` (lines with "\n" between them, none at the end) in the file's
/// line ends. The last line of a file ends with a line feed as it did before.
FileText with_block(const FileText& before, std::string_view block);

/// `text` without [begin, end), which with_block() wrote, and without the line ends that it wrote:
/// exactly what was before, if nothing else was changed.
FileText without_block(std::string_view text, std::size_t begin, std::size_t end);

}  // namespace quire::installing
