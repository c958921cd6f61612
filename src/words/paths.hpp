#pragma once

#include <string_view>

/// What the parts of a path say.
namespace quire::words {

/// The last parts of `path`, at most four: what a question may name of it.
std::string_view path_end(std::string_view path);

/// The file's name without its last ending: "http" of "src/net/http.go".
std::string_view file_stem(std::string_view path);

}  // namespace quire::words
