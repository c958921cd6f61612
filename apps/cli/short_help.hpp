#pragma once

#include <string>

#include "cli/description.hpp"

namespace quire::cli {

/// What -h prints: a line a command, or a line an option of the command `name` ("": of none), cut
/// to 80 columns.
std::string short_help(const ProgramDescription& program, const std::string& name);

}  // namespace quire::cli
