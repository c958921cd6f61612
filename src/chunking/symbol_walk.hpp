#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "chunking/stop_check.hpp"
#include "chunking/symbol.hpp"

namespace quire::chunking {

/// The symbols of `text`, by the grammar of `language`. What stands in broken code is left out or
/// found, never an error. Symbols in functions that fit one chunk are minor.
FoundSymbols find_symbols(std::string_view text, std::string_view language, StopCheck stop = {});

/// The module or crate path that `path` means in `language` (Python, Rust), or "".
std::string package_of_path(std::string_view language, std::string_view path);

/// Languages that find_symbols() knows, sorted.
std::vector<std::string> languages_with_symbols();

}  // namespace quire::chunking
