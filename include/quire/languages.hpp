#pragma once

#include <string>
#include <string_view>

namespace quire {

/// The name under which an index has the language that people call `name`, in any case: "cpp" for
/// "C++", "javascript" for "js", "go" for "golang". A name that is no other's is itself, in lower
/// case.
std::string language_named(std::string_view name);

}  // namespace quire
