#pragma once

#include <string_view>

namespace quire::source {

/// True if the beginning of a `.h` has C++ in it: a C++ word or a header without `.h`, outside
/// comments, strings and what is there `#ifdef __cplusplus` only.
bool looks_like_cpp(std::string_view head);

}  // namespace quire::source
