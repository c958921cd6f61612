#pragma once

#include <string_view>

#include "chunking/stop_check.hpp"
#include "chunking/symbol.hpp"

namespace quire::chunking {

/// The symbols of `text` in a language that has no grammar but a table of how its definitions look
/// (outline_syntax.hpp). Lines are read one by one: a definition
/// is a line that begins like one, and ends where indentation says so or where it is closed. What
/// does not look like a definition in every way is left out. Takes linear time.
FoundSymbols scan_outline(std::string_view text, std::string_view language, StopCheck stop = {});

}  // namespace quire::chunking
