#pragma once

#include <string>
#include <string_view>

namespace quire::chunking {

/// C or C++ text with the macros that decorate declarations (`PNG_API int f() NOEXCEPT`) turned
/// into comments of the same length, since the grammars would read them as types. Only words
/// without lower-case letters are taken for macros, and only where what is left still declares
/// something.
std::string hide_macros(std::string_view text);

}  // namespace quire::chunking
