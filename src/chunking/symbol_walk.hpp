#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chunking/symbol.hpp"

namespace quire::chunking {

/// The symbols of `text`; nothing if `language` has no grammar here or the text can't be parsed in
/// reasonable time. What stands in broken code is left out or found, never an error. Symbols in
/// functions that fit one chunk are not looked for.
std::optional<SymbolTable> find_symbols(std::string_view text, std::string_view language);

/// The module or crate path that `path` means in `language` (Python, Rust), or "".
std::string package_of_path(std::string_view language, std::string_view path);

/// Languages that find_symbols() knows, sorted.
std::vector<std::string> languages_with_symbols();

}  // namespace quire::chunking
