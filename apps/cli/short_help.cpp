#include "cli/short_help.hpp"

#include <algorithm>
#include <span>

#include "answering/wording.hpp"

namespace quire::cli {
namespace {

constexpr std::size_t kColumns = 79;
constexpr std::size_t kCommandWidth = 14;
constexpr std::size_t kOptionWidth = 24;
/// For a screen of 24 lines: more options than this are named alone, in so many lines.
constexpr std::size_t kMostRows = 16;
constexpr std::size_t kRestRows = 2;

/// "  LABEL   HELP", one line.
std::string row(std::string label, std::size_t width, const std::string& help) {
  label = "  " + label;
  label.resize(std::max(label.size() + 1, width), ' ');
  const std::string line = label + help;
  const std::size_t shown = answering::fitting_bytes(line, kColumns);
  return line.substr(0, shown) + (shown < line.size() ? std::string(answering::kEllipsis) : "") +
         "\n";
}

/// "--root --db ...", without those for help.
std::string names_of(const std::vector<ArgumentDescription>& options) {
  std::string out;
  for (const ArgumentDescription& option : options) {
    const std::string& name = option.names.back();
    out += name == "-h" || name == "--help" ? "" : " " + name;
  }
  return out;
}

std::string of_program(const ProgramDescription& program) {
  const std::string sentence = program.summary.substr(0, program.summary.find(". ") + 1);
  std::string out = sentence + "\n\nUsage: quire COMMAND [OPTIONS] ...\n\n";
  for (const CommandDescription& command : program.commands) {
    out += row(command.name, kCommandWidth, command.summary);
  }
  return out + "\nWith any:" + names_of(program.options) +
         "\n`quire COMMAND -h` is a command's summary; --help tells more, with examples.\n";
}

/// "And: --where, --lines", in lines that fit.
std::string rest_of(std::span<const ArgumentDescription> options) {
  std::string out;
  std::string line = "And:";
  for (const ArgumentDescription& option : options) {
    const std::string name = " " + option.names.back() + (&option == &options.back() ? "" : ",");
    if (line.size() + name.size() > kColumns) {
      out += line + "\n";
      line = "    ";
    }
    line += name;
  }
  return options.empty() ? "" : out + line + "\n";
}

std::string of_command(const CommandDescription& command) {
  std::string out = command.summary + "\n\nUsage: " + usage_of(command) + "\n\n";
  for (const ArgumentDescription& operand : command.operands) {
    out += row(label_of(operand), kOptionWidth, operand.help);
  }
  const std::span<const ArgumentDescription> options = command.options;
  const std::size_t rows = options.size() <= kMostRows ? options.size() : kMostRows - kRestRows;
  for (const ArgumentDescription& option : options.first(rows)) {
    out += row(label_of(option), kOptionWidth, option.help);
  }
  return out + rest_of(options.subspan(rows)) + "`quire " + command.name +
         " --help` tells more, with examples.\n";
}

}  // namespace

std::string short_help(const ProgramDescription& program, const std::string& name) {
  const auto command = std::ranges::find(program.commands, name, &CommandDescription::name);
  return command == program.commands.end() ? of_program(program) : of_command(*command);
}

}  // namespace quire::cli
