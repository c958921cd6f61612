#pragma once

#include <optional>
#include <string_view>

namespace quire::base {

/// The number that all of `text` is, as JSON writes it, whatever the locale; nothing for what is
/// none, or beyond those of double precision.
std::optional<double> real_number(std::string_view text);

}  // namespace quire::base
