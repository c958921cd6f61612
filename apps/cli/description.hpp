#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// All that a command line may hold: the table that --help, the manual page and the completions are
/// made from.
namespace quire::cli {

/// What a shell offers for a value.
enum class Offer : std::uint8_t { nothing, choices, files, folders };

/// An option, or an operand.
struct ArgumentDescription {
  std::vector<std::string> names;  ///< "-n", "--limit"; none: an operand.
  std::string value;               ///< "N"; an operand's name; "" for a flag.
  std::vector<std::string> choices;
  bool many = false;  ///< Several values: operands; choices with commas between.
  bool required = false;
  std::string help;

  bool takes_value() const { return !value.empty(); }
  Offer offer() const;
};

struct CommandDescription {
  std::string name;
  std::string summary;  ///< One line.
  std::string details;  ///< Paragraphs; "Examples:" and indented lines is one. May be "".
  std::vector<ArgumentDescription> options;  ///< Without those of every command.
  std::vector<ArgumentDescription> operands;
};

struct VariableDescription {
  std::string name;
  std::string help;
};

struct ProgramDescription {
  std::string summary;
  std::string details;                       ///< As of a command.
  std::vector<ArgumentDescription> options;  ///< Those of every command.
  std::vector<CommandDescription> commands;
  std::vector<VariableDescription> variables;  ///< Of the environment.
  std::string exit_codes;
};

/// `text` between every two of `words`.
std::string join(const std::vector<std::string>& words, const std::string& text);

/// "-n, --limit N".
std::string label_of(const ArgumentDescription& argument);

/// "quire search [OPTIONS] QUERY..."
std::string usage_of(const CommandDescription& command);

}  // namespace quire::cli
