#include "cli/completions.hpp"

namespace quire::cli {
namespace {

/// What stands in @...@ is filled in.
constexpr const char* kStart = R"(# fish completion for quire, made by `quire completions fish`.

# The command that stands on the line, if any.
function __quire_command
    set -l words (commandline -opc)
    set -e words[1]
    while set -q words[1]
        switch $words[1]
            case @VALUE_NAMES@
                set -e words[1]
            case '-*'
            case '*'
                echo $words[1]
                return
        end
        set -e words[1]
    end
end

function __quire_at
    set -l command (__quire_command)
    test "$command" = "$argv[1]"
end

complete -c quire -f
)";

std::string quoted(const std::string& text) {
  return "'" + replaced(replaced(text, "\\", "\\\\"), "'", "\\'") + "'";
}

std::string offer_of(const ArgumentDescription& argument) {
  switch (argument.offer()) {
    case Offer::choices:
      return " -a " + quoted(argument.many && argument.takes_value() && !argument.names.empty()
                                 ? "(__fish_append , " + join(argument.choices, " ") + ")"
                                 : join(argument.choices, " "));
    case Offer::files:
      return " -F";
    case Offer::folders:
      return " -a '(__fish_complete_directories)'";
    case Offer::nothing:
      break;
  }
  return "";
}

/// Of an option: its names, what it takes, its help.
std::string option_words(const ArgumentDescription& option) {
  std::string out;
  for (const std::string& name : option.names) {
    out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  const bool files = option.offer() == Offer::files;
  out += !option.takes_value() ? "" : files ? " -r" : " -x";
  return out + offer_of(option) + " -d " + quoted(option.help);
}

std::string of_command(const CommandDescription& command) {
  const std::string start = "complete -c quire -n '__quire_at " + command.name + "'";
  std::string out;
  for (const ArgumentDescription& operand : command.operands) {
    const std::string offer = offer_of(operand);
    out += offer.empty() ? "" : start + offer + "\n";
  }
  for (const ArgumentDescription& option : command.options) {
    out += start + option_words(option) + "\n";
  }
  return out;
}

}  // namespace

std::string fish_completions(const ProgramDescription& program) {
  std::string out = replaced(kStart, "@VALUE_NAMES@", join(value_names(program), " "));
  for (const ArgumentDescription& option : program.options) {
    out += "complete -c quire" + option_words(option) + "\n";
  }
  for (const CommandDescription& command : program.commands) {
    out += "complete -c quire -n '__quire_at \"\"' -a " + command.name + " -d " +
           quoted(command.summary) + "\n";
  }
  out += "complete -c quire -n '__quire_at help' -a " + quoted(join(command_names(program), " ")) +
         "\n";
  for (const CommandDescription& command : program.commands) {
    out += of_command(command);
  }
  return out;
}

}  // namespace quire::cli
