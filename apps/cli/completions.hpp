#pragma once

#include <string>
#include <string_view>

#include "cli/description.hpp"

/// Scripts that make a shell complete the program's command lines.
namespace quire::cli {

std::string bash_completions(const ProgramDescription& program);
std::string zsh_completions(const ProgramDescription& program);
std::string fish_completions(const ProgramDescription& program);

/// `text` with `by` in place of each `from`.
std::string replaced(std::string text, std::string_view from, std::string_view by);

/// The names of the options that take a value, of every command.
std::vector<std::string> value_names(const ProgramDescription& program);

std::vector<std::string> command_names(const ProgramDescription& program);

}  // namespace quire::cli
