#include "cli/man_page.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include "cli/commands.hpp"
#include "cli/options.hpp"

namespace quire::cli {
namespace {

constexpr std::size_t kColumns = 72;

/// `text` as roff shows it as it is: what would be a sign of its own, or a typographer's, is named.
std::string escaped(std::string_view text) {
  static const std::map<char, std::string> names = {
      {'\\', "\\e"}, {'-', "\\-"}, {'~', "\\(ti"}, {'^', "\\(ha"}, {'\'', "\\(aq"}, {'`', "\\(ga"}};
  std::string out;
  for (const char c : text) {
    const auto name = names.find(c);
    out += name == names.end() ? std::string(1, c) : name->second;
  }
  return out;
}

/// A line of text, which may not begin as a request does.
std::string line_of(std::string_view text) {
  return (text.starts_with('.') ? "\\&" : "") + escaped(text) + "\n";
}

/// Text that roff is to fill, on lines of at most kColumns.
std::string filled(std::string_view text) {
  std::string out;
  while (text.size() > kColumns && text.rfind(' ', kColumns) != std::string_view::npos) {
    const std::size_t blank = text.rfind(' ', kColumns);
    out += line_of(text.substr(0, blank));
    text.remove_prefix(blank + 1);
  }
  return out + line_of(text);
}

std::string bold(std::string_view text) {
  return "\\fB" + escaped(text) + "\\fR";
}

std::string italic(std::string_view text) {
  return "\\fI" + escaped(text) + "\\fR";
}

std::string section(const std::string& title) {
  return ".SH " + title + "\n";
}

/// Paragraphs, each after a .PP unless `at_start`; lines that begin with blanks stand as they are.
std::string paragraphs(std::string_view text, bool at_start) {
  std::string out;
  bool in_example = false;
  bool open = at_start;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const bool indented = line.starts_with(' ');
    if (indented != in_example) {
      out += indented ? ".RS 4\n.EX\n" : ".EE\n.RE\n";
      in_example = indented;
    }
    if (line.empty()) {
      open = false;
      continue;
    }
    out += open ? "" : ".PP\n";
    open = true;
    out += indented ? line_of(line.substr(2)) : filled(line);
  }
  return out + (in_example ? ".EE\n.RE\n" : "");
}

/// "-n, --limit N" with its fonts.
std::string term(const ArgumentDescription& argument) {
  std::string out;
  for (const std::string& name : argument.names) {
    out += (out.empty() ? "" : ", ") + bold(name);
  }
  return out + (out.empty() || !argument.takes_value() ? "" : " ") +
         (argument.takes_value() ? italic(argument.value) : "");
}

std::string entry(const std::string& term, const std::string& help) {
  return ".TP\n" + term + "\n" + filled(help);
}

std::string entries(const std::vector<ArgumentDescription>& arguments) {
  std::string out;
  for (const ArgumentDescription& argument : arguments) {
    out += entry(term(argument), argument.help);
  }
  return out;
}

std::string of_command(const CommandDescription& command) {
  return ".SS " + escaped(usage_of(command)) + "\n" + line_of(command.summary + ".") +
         paragraphs(command.details, false) + entries(command.operands) + entries(command.options);
}

std::string commands(const ProgramDescription& program) {
  std::string out;
  for (const CommandDescription& command : program.commands) {
    out += of_command(command);
  }
  return out;
}

std::string variables(const ProgramDescription& program) {
  std::string out;
  for (const VariableDescription& variable : program.variables) {
    out += entry(bold(variable.name), variable.help);
  }
  return out;
}

}  // namespace

std::string man_page(const ProgramDescription& program) {
  std::string out =
      ".TH QUIRE 1 \"" QUIRE_DATE "\" \"quire " QUIRE_VERSION "\" \"User Commands\"\n";
  out += section("NAME") + "quire \\- search source code by meaning, by symbol and by filter\n";
  out += section("SYNOPSIS") + bold("quire") + " " + italic("COMMAND") + " [" + italic("OPTIONS") +
         "] ...\n";
  out += section("DESCRIPTION") + filled(program.summary) + paragraphs(program.details, false);
  out += section("OPTIONS") + line_of("These go with any command.") + entries(program.options);
  out += section("COMMANDS") + commands(program);
  out += section("ENVIRONMENT") + variables(program);
  out += section("EXIT STATUS") + paragraphs(program.exit_codes, true);
  return out;
}

Result<int> run(const ManCommand&, const GlobalOptions&, Output& out) {
  out.write(man_page(describe_program()));
  return 0;
}

}  // namespace quire::cli
