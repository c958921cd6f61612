#pragma once

#include <string>
#include <string_view>

namespace quire::source {

/// The language of a file by its name, and where that says nothing by its first line (`#!`): "c",
/// "cpp", "go", "rust", "python", "javascript", "typescript", "tsx", "java", "bash", "ruby",
/// "markdown", ...; "text" if unknown. A `.h` is "cpp" if `head` (the first few KiB) has C++ in it,
/// else "c".
std::string language_of(std::string_view path, std::string_view head);

}  // namespace quire::source
