#pragma once

#include <optional>
#include <string>

namespace quire::installing {

/// What a file holds; nothing: there is no such file.
using FileText = std::optional<std::string>;

}  // namespace quire::installing
