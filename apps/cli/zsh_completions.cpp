#include "cli/completions.hpp"

namespace quire::cli {
namespace {

/// What stands in @...@ is filled in. The last line tells a file of $fpath from `source`.
constexpr const char* kScript = R"(#compdef quire
# zsh completion for quire, made by `quire completions zsh`.

_quire() {
  local curcontext=$curcontext state line ret=1
  typeset -A opt_args
  local -a commands every
  commands=(
@COMMANDS@  )
  every=(
@EVERY@  )
  _arguments -C -S $every ':command:->command' '*::argument:->argument' && ret=0
  case $state in
    command) _describe -t commands 'command' commands && ret=0 ;;
    argument)
      case $line[1] in
        help) _describe -t commands 'command' commands && ret=0 ;;
@ARGUMENTS@      esac
      ;;
  esac
  return ret
}

if [[ $funcstack[1] == _quire ]]; then _quire "$@"; else compdef _quire quire; fi
)";

/// In single quotes; a backslash before what _arguments takes for its own.
std::string quoted(const std::string& text) {
  return "'" + replaced(text, "'", "'\\''") + "'";
}

std::string plain(std::string text) {
  for (const char* sign : {"\\", ":", "[", "]"}) {
    text = replaced(text, sign, std::string("\\") + sign);
  }
  return text;
}

std::string action_of(const ArgumentDescription& argument) {
  switch (argument.offer()) {
    case Offer::choices:
      return argument.many ? "_values -s , " + argument.value + " " + join(argument.choices, " ")
                           : "(" + join(argument.choices, " ") + ")";
    case Offer::files:
      return "_files";
    case Offer::folders:
      return "_directories";
    case Offer::nothing:
      break;
  }
  return " ";
}

/// One name of an option: "(-n --limit)--limit=[At most so many hits (10)]:N: ".
std::string spec_of(const ArgumentDescription& option, const std::string& name) {
  const std::string start = "(" + join(option.names, " ") + ")" + name +
                            (!option.takes_value()    ? ""
                             : name.starts_with("--") ? "="
                                                      : "+");
  return quoted(start + "[" + plain(option.help) + "]" +
                (option.takes_value() ? ":" + option.value + ":" + action_of(option) : ""));
}

std::vector<std::string> specs_of(const std::vector<ArgumentDescription>& options) {
  std::vector<std::string> specs;
  for (const ArgumentDescription& option : options) {
    for (const std::string& name : option.names) {
      specs.push_back(spec_of(option, name));
    }
  }
  return specs;
}

std::string lines_of(const std::vector<std::string>& specs, const std::string& margin) {
  return specs.empty() ? "" : margin + join(specs, "\n" + margin) + "\n";
}

std::string arguments_of(const CommandDescription& command) {
  std::vector<std::string> specs = specs_of(command.options);
  for (const ArgumentDescription& operand : command.operands) {
    specs.push_back(quoted((operand.many ? "*:" : ":") + operand.value + ":" + action_of(operand)));
  }
  return "        " + command.name + ")\n          _arguments -S $every" +
         (specs.empty() ? "" : " \\\n            " + join(specs, " \\\n            ")) +
         " && ret=0\n          ;;\n";
}

}  // namespace

std::string zsh_completions(const ProgramDescription& program) {
  std::string commands;
  std::string arguments;
  for (const CommandDescription& command : program.commands) {
    commands += "    " + quoted(command.name + ":" + plain(command.summary)) + "\n";
    arguments += arguments_of(command);
  }
  std::string out = replaced(kScript, "@COMMANDS@", commands);
  out = replaced(out, "@EVERY@", lines_of(specs_of(program.options), "    "));
  return replaced(out, "@ARGUMENTS@", arguments);
}

}  // namespace quire::cli
