#pragma once

#include <expected>
#include <string>

#include "cli/description.hpp"
#include "cli/invocation.hpp"

namespace quire::cli {

/// Why there is nothing to run: help was asked for (code 0, for stdout), or the command line is
/// wrong (code 2, for stderr).
struct Exit {
  int code = 0;
  std::string text;    ///< With its last line feed.
  bool pages = false;  ///< May be shown by a pager.
};

/// Reads the command line; the one door to CLI11.
std::expected<Invocation, Exit> parse_command_line(int argc, const char* const* argv);

/// What it may hold.
ProgramDescription describe_program();

}  // namespace quire::cli
