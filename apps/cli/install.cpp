#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/files.hpp"
#include "base/printable.hpp"
#include "base/try.hpp"
#include "base/utf8.hpp"
#include "cli/commands.hpp"
#include "installing/agents.hpp"
#include "installing/difference.hpp"
#include "project/place.hpp"

namespace quire::cli {
namespace {

namespace fs = std::filesystem;
using installing::Agent;
using installing::FileText;
using installing::ServerEntry;

constexpr int kMaxLinks = 40;

/// A change of one file, before it is made.
struct Change {
  std::string file;
  FileText before;
  FileText after;
};

/// What to do with a change.
struct Consent {
  bool dry_run = false;
  bool yes = false;
};

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// ---- which file

/// The root that the options or the current folder say; else the current folder.
Result<fs::path> project_root(const GlobalOptions& options) {
  const Result<project::Place> place = project::find_place(options);
  if (!place && (place.error().code != ErrorCode::not_found || !options.root.empty())) {
    return std::unexpected(place.error());
  }
  std::error_code failed;
  fs::path root = place && !place->root.empty() ? place->root : fs::current_path(failed);
  if (options.root.empty() && project::is_whole_home(root)) {
    return fail(
        ErrorCode::invalid_argument,
        root.string() + " is not one project; go to a project's folder, or say --user for all");
  }
  return root;
}

Result<fs::path> user_folder(const installing::UserFolder& folder) {
  std::string said = environment(std::string(folder.variable).c_str());
  if (!folder.variable.empty() && fs::path(said).is_absolute()) {
    return said;
  }
  const std::string home = environment("HOME");
  if (!fs::path(home).is_absolute()) {
    return fail(ErrorCode::not_found, "HOME does not say where your own configuration is");
  }
  return fs::path(home) / folder.below_home;
}

Result<fs::path> user_file(const Agent& agent) {
  if (agent.user_file.empty()) {
    return fail(ErrorCode::invalid_argument,
                std::string(agent.title) + " is a file of a project; leave out --user");
  }
  QUIRE_TRY_ASSIGN(const fs::path folder, user_folder(agent.user_folder));
  return folder / agent.user_file;
}

/// What the links at `path` lead to, there or not.
fs::path behind_links(fs::path path) {
  std::error_code failed;
  for (int links = 0; links < kMaxLinks && fs::is_symlink(path, failed); ++links) {
    path = path.parent_path() / fs::read_symlink(path, failed);
  }
  return path.lexically_normal();
}

Result<std::string> file_of(const Agent& agent, bool user, const GlobalOptions& options) {
  if (user) {
    QUIRE_TRY_ASSIGN(const fs::path file, user_file(agent));
    return behind_links(file).string();
  }
  QUIRE_TRY_ASSIGN(const fs::path root, project_root(options));
  return behind_links(root / agent.project_file).string();
}

// ---- which entry

bool may_be_run(const fs::path& file) {
  constexpr fs::perms kAnyRun =
      fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec;
  std::error_code failed;
  const fs::file_status found = fs::status(file, failed);
  return fs::is_regular_file(found) && (found.permissions() & kAnyRun) != fs::perms::none;
}

/// The program that `quire` means in every folder; empty if there is none.
fs::path program_in_path() {
  std::istringstream folders(environment("PATH"));
  for (std::string folder; std::getline(folders, folder, ':');) {
    const fs::path program = fs::path(folder) / installing::kServerName;
    if (program.is_absolute() && may_be_run(program)) {
      return program;
    }
  }
  return {};
}

/// "quire" if that is found as this very program, else where this program is.
Result<std::string> own_command() {
  std::error_code failed;
  if (fs::equivalent(program_in_path(), "/proc/self/exe", failed)) {
    return std::string(installing::kServerName);
  }
  const fs::path program = fs::read_symlink("/proc/self/exe", failed);
  if (failed) {
    return fail(ErrorCode::store_io, "find this program: " + failed.message());
  }
  return program.string();
}

/// The options that say which tree, with absolute paths: agents start servers anywhere.
std::vector<std::string> given_places(const GlobalOptions& options) {
  std::vector<std::string> words;
  for (const auto& [name, path] :
       {std::pair("--root", &options.root), std::pair("--db", &options.db)}) {
    if (!path->empty()) {
      std::error_code failed;
      words.insert(words.end(),
                   {name, fs::weakly_canonical(fs::absolute(*path, failed), failed).string()});
    }
  }
  return words;
}

Result<ServerEntry> own_entry(const Agent& agent, const GlobalOptions& options) {
  QUIRE_TRY_ASSIGN(const std::string command, own_command());
  ServerEntry entry = installing::entry_for(agent, command, given_places(options));
  const auto is_broken = [](const std::string& word) {
    return base::invalid_utf8_offset(word).has_value();
  };
  if (is_broken(command) || std::ranges::any_of(entry.args, is_broken)) {
    return fail(ErrorCode::invalid_argument,
                "a path that is not valid UTF-8 can't be put in a configuration: " + command);
  }
  return entry;
}

// ---- the change

Result<FileText> read_text(const std::string& file) {
  auto text = base::read_file(*base::posix_file_system(), file);
  if (text) {
    return FileText(*std::move(text));
  }
  return text.error().code == ErrorCode::not_found ? Result<FileText>(FileText())
                                                   : std::unexpected(text.error());
}

/// Removes the folder too if it is empty now: agents make theirs again.
Status remove_file(const std::string& file) {
  const auto files = base::posix_file_system();
  const std::string folder = fs::path(file).parent_path().string();
  QUIRE_TRY(files->unlink(file));
  [[maybe_unused]] const Status kept = files->remove_folder(folder);
  return {};
}

/// Errors: `unavailable` if the file is not what was shown any more.
Status write(const Change& change) {
  QUIRE_TRY_ASSIGN(const FileText now, read_text(change.file));
  if (now != change.before) {
    return fail(ErrorCode::unavailable,
                change.file + " was changed meanwhile; nothing was written, try again");
  }
  return change.after ? base::replace_file(change.file, *change.after) : remove_file(change.file);
}

/// As printable_lines() has it.
std::string shown(const Change& change) {
  return base::printable_lines(installing::difference(change.before, change.after, change.file));
}

/// Shows the change, and makes it if it may. True if it was made.
Result<int> carry_out(const Change& change,
                      const Consent& consent,
                      const GlobalOptions& options,
                      Output& out) {
  out.write(shown(change));
  QUIRE_TRY(out.finish());
  if (consent.dry_run) {
    return 0;
  }
  if (!consent.yes && !can_ask()) {
    complain("nothing was written; --yes writes it without being asked");
    return 1;
  }
  if (!consent.yes && !confirms("change " + change.file + "?")) {
    say(options, "nothing was written");
    return 1;
  }
  QUIRE_TRY(write(change));
  return 0;
}

// ---- Claude Code's own file

bool is_for_the_agent_itself(const Agent& agent, bool user) {
  return user && agent.name == "claude";
}

/// For a name that is not to be printed as it is; bash, zsh and ksh read this.
std::string quoted_by_bytes(std::string_view word) {
  std::string out;
  for (const char c : word) {
    std::array<char, 8> text{};
    const auto byte = static_cast<unsigned>(static_cast<unsigned char>(c));
    std::snprintf(text.data(), text.size(), "\\%03o", byte);
    out += text.data();
  }
  return "$'" + out + "'";
}

/// As a word of a shell.
std::string quoted(const std::string& word) {
  const bool is_plain = std::ranges::all_of(word, [](char c) {
    return base::ascii_lower({&c, 1}).find_first_of("abcdefghijklmnopqrstuvwxyz0123456789-_./") ==
           0;
  });
  if (is_plain) {
    return word;
  }
  if (base::printable(word) != word) {
    return quoted_by_bytes(word);
  }
  std::string out;
  for (const char c : word) {
    out += c == '\'' ? "'\\''" : std::string(1, c);
  }
  return "'" + out + "'";
}

std::string in_shell(const ServerEntry& entry) {
  std::string words = quoted(entry.command);
  for (const std::string& arg : entry.args) {
    words += " " + quoted(arg);
  }
  return words;
}

Result<std::string> configuration(const Agent& agent, const ServerEntry& entry) {
  QUIRE_TRY_ASSIGN(const FileText text, installing::installed(agent, entry, FileText(), ""));
  return text.value_or("");
}

}  // namespace

Result<int> run(const InstallCommand& command, const GlobalOptions& options, Output& out) {
  const Agent& agent = *installing::find_agent(command.agent);
  QUIRE_TRY_ASSIGN(const ServerEntry entry, own_entry(agent, options));
  QUIRE_TRY_ASSIGN(const std::string alone, configuration(agent, entry));
  if (command.print) {
    out.write(alone);
    return 0;
  }
  if (is_for_the_agent_itself(agent, command.user)) {
    out.write("claude mcp add --scope user quire -- " + in_shell(entry) + "\n" + alone);
    say(options, "Claude Code keeps this file itself: run the first line, or put in the rest");
    return 0;
  }
  QUIRE_TRY_ASSIGN(const std::string file, file_of(agent, command.user, options));
  QUIRE_TRY_ASSIGN(FileText before, read_text(file));
  QUIRE_TRY_ASSIGN(FileText after, installing::installed(agent, entry, before, file));
  if (before == after) {
    say(options, "already installed in " + file);
    return 0;
  }
  const Change change{file, std::move(before), std::move(after)};
  QUIRE_TRY_ASSIGN(const int code, carry_out(change, {command.dry_run, command.yes}, options, out));
  if (code == 0 && !command.dry_run) {
    say(options, "installed in " + file);
  }
  if (code == 0 && !agent.remark.empty()) {
    say(options, agent.remark);
  }
  return code;
}

Result<int> run(const UninstallCommand& command, const GlobalOptions& options, Output& out) {
  const Agent& agent = *installing::find_agent(command.agent);
  if (is_for_the_agent_itself(agent, command.user)) {
    out.write("claude mcp remove --scope user quire\n");
    say(options, "Claude Code keeps this file itself: run that line");
    return 0;
  }
  QUIRE_TRY_ASSIGN(const std::string file, file_of(agent, command.user, options));
  QUIRE_TRY_ASSIGN(FileText before, read_text(file));
  QUIRE_TRY_ASSIGN(FileText after, installing::uninstalled(agent, before, file));
  if (before == after) {
    say(options, "not installed in " + file);
    return 0;
  }
  const Change change{file, std::move(before), std::move(after)};
  QUIRE_TRY_ASSIGN(const int code, carry_out(change, {command.dry_run, command.yes}, options, out));
  if (code == 0 && !command.dry_run) {
    say(options, "taken out of " + file);
  }
  return code;
}

}  // namespace quire::cli
