#include "cli/completions.hpp"

#include "cli/commands.hpp"
#include "cli/options.hpp"

namespace quire::cli {

std::string replaced(std::string text, std::string_view from, std::string_view by) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + by.size())) {
    text.replace(at, from.size(), by);
  }
  return text;
}

std::vector<std::string> value_names(const ProgramDescription& program) {
  std::vector<std::string> names;
  for (const ArgumentDescription& option : program.options) {
    if (option.takes_value()) {
      names.insert(names.end(), option.names.begin(), option.names.end());
    }
  }
  return names;
}

std::vector<std::string> command_names(const ProgramDescription& program) {
  std::vector<std::string> names;
  names.reserve(program.commands.size());
  for (const CommandDescription& command : program.commands) {
    names.push_back(command.name);
  }
  return names;
}

Result<int> run(const CompletionsCommand& command, const GlobalOptions&, Output& out) {
  const auto script = command.shell == "bash"  ? bash_completions
                      : command.shell == "zsh" ? zsh_completions
                                               : fish_completions;
  out.write(script(describe_program()));
  return 0;
}

}  // namespace quire::cli
