#include "cli/completions.hpp"

namespace quire::cli {
namespace {

/// What stands in @...@ is filled in.
constexpr const char* kScript = R"(# bash completion for quire, made by `quire completions bash`.

# Those of the words $1 that fit; before a comma may stand others.
_quire_words() {
  local before=
  if [[ $current == *,* ]]; then before=${current%,*},; fi
  mapfile -t COMPREPLY < <(compgen -P "$before" -W "$1" -- "${current##*,}")
}

# $1: file, directory.
_quire_paths() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -A "$1" -- "$current")
}

_quire() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local command='' operands='' i
  COMPREPLY=()
  if [[ $current == = ]]; then
    current=
  elif [[ $previous == = ]]; then
    previous=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      --) operands=yes ;;
      @VALUE_NAMES@)
        if [[ ${COMP_WORDS[i + 1]} == = ]]; then ((i += 2)); else ((i += 1)); fi
        ;;
      -*) ;;
      *) command=${command:-${COMP_WORDS[i]}} ;;
    esac
  done
  if [[ -z $operands ]]; then
    case $command:$previous in
@VALUES@    esac
    if [[ $current == -* ]]; then
      case $command in
@OPTIONS@        *) _quire_words '@GLOBAL_OPTIONS@' ;;
      esac
      return
    fi
  fi
  case $command in
    '' | help) _quire_words '@COMMANDS@' ;;
@OPERANDS@  esac
}

complete -F _quire quire
)";

/// "" where nothing is offered.
std::string offer_of(const ArgumentDescription& argument) {
  switch (argument.offer()) {
    case Offer::choices:
      return "_quire_words '" + join(argument.choices, " ") + "'";
    case Offer::files:
      return "_quire_paths file";
    case Offer::folders:
      return "_quire_paths directory";
    case Offer::nothing:
      break;
  }
  return "";
}

/// A branch for each option that takes a value, of the command that matches `command`.
std::string values(const std::string& command, const std::vector<ArgumentDescription>& options) {
  std::string out;
  for (const ArgumentDescription& option : options) {
    if (option.takes_value()) {
      const std::string pattern = command + ":" + join(option.names, " | " + command + ":");
      const std::string offer = offer_of(option);
      out += "      " + pattern + ") " + (offer.empty() ? "" : offer + "; ") + "return ;;\n";
    }
  }
  return out;
}

std::vector<std::string> names_of(const std::vector<ArgumentDescription>& options) {
  std::vector<std::string> names;
  names.reserve(options.size());
  for (const ArgumentDescription& option : options) {
    names.push_back(option.names.back());
  }
  return names;
}

std::string all_values(const ProgramDescription& program) {
  std::string out;
  for (const CommandDescription& command : program.commands) {
    out += values(command.name, command.options);
  }
  return out + values("*", program.options);
}

std::string all_options(const ProgramDescription& program, const std::string& global) {
  std::string out;
  for (const CommandDescription& command : program.commands) {
    if (!command.options.empty()) {
      out += "        " + command.name + ") _quire_words '" + join(names_of(command.options), " ") +
             " " + global + "' ;;\n";
    }
  }
  return out;
}

std::string all_operands(const ProgramDescription& program) {
  std::string out;
  for (const CommandDescription& command : program.commands) {
    const std::string offer = command.operands.empty() ? "" : offer_of(command.operands.front());
    out += offer.empty() ? "" : "    " + command.name + ") " + offer + " ;;\n";
  }
  return out;
}

}  // namespace

std::string bash_completions(const ProgramDescription& program) {
  const std::string global = join(names_of(program.options), " ");
  std::string out = replaced(kScript, "@VALUE_NAMES@", join(value_names(program), " | "));
  out = replaced(out, "@VALUES@", all_values(program));
  out = replaced(out, "@OPTIONS@", all_options(program, global));
  out = replaced(out, "@GLOBAL_OPTIONS@", global);
  out = replaced(out, "@COMMANDS@", join(command_names(program), " "));
  return replaced(out, "@OPERANDS@", all_operands(program));
}

}  // namespace quire::cli
