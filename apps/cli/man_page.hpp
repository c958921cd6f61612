#pragma once

#include <string>

#include "cli/description.hpp"

namespace quire::cli {

/// The manual page quire(1): roff with the man(7) macros.
std::string man_page(const ProgramDescription& program);

}  // namespace quire::cli
