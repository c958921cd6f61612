#pragma once

#include <string>
#include <string_view>

namespace quire::chunking {

/// C or C++ text with the macros that decorate declarations (`PNG_API int f() NOEXCEPT`) turned
/// into comments of the same length, since the grammars would read them as types. Only words
/// without lower-case letters are taken for macros, and only where what is left still declares
/// something. What else the grammars misread is changed as well, at the same length: comments in a
/// `#define` and blanks that are its whole value, lines of `MACRO(a)` alone, `class lower_export
/// A`, and C++ modules' `export`, `import` and `module`.
std::string hide_macros(std::string_view text);

}  // namespace quire::chunking
