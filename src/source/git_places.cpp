#include "source/git_places.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include "base/utf8.hpp"
#include "source/walk.hpp"

namespace quire::source {
namespace {

/// Of git's links and settings.
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 20;

/// Unlike a source file, git's own may be a symbolic link: that is how many keep their settings. ""
/// if it can't be read.
std::string text_of(const std::filesystem::path& file) {
  std::error_code error;
  const std::filesystem::path target = std::filesystem::canonical(file, error);
  return error ? std::string()
               : read_source(target.parent_path(), target.filename(), kMostBytes)
                     .value_or(std::string());
}

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  return text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
}

/// Where a .git keeps what all worktrees share.
std::filesystem::path common_folder(const std::filesystem::path& top) {
  std::filesystem::path folder = top / ".git";
  const std::string link = text_of(folder);
  constexpr std::string_view kLink = "gitdir:";
  if (link.starts_with(kLink)) {
    folder = top / trimmed(std::string_view(link).substr(kLink.size()));
  }
  const std::string common = text_of(folder / "commondir");
  return common.empty() ? folder : folder / trimmed(common);
}

std::optional<std::filesystem::path> environment_path(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr || *value == '\0') {
    return std::nullopt;
  }
  return value;
}

/// The folder of git's settings among the user's.
std::optional<std::filesystem::path> git_settings() {
  if (const auto settings = environment_path("XDG_CONFIG_HOME")) {
    return *settings / "git";
  }
  if (const auto home = environment_path("HOME")) {
    return *home / ".config" / "git";
  }
  return std::nullopt;
}

/// core.excludesFile in the text of one settings file; "" if it has none.
std::string excludes_file_in(std::string_view settings) {
  std::string found;
  bool in_core = false;
  while (!settings.empty()) {
    const std::size_t end = std::min(settings.find('\n'), settings.size());
    const std::string_view line = trimmed(settings.substr(0, end));
    settings.remove_prefix(std::min(end + 1, settings.size()));
    const std::size_t equals = line.find('=');
    if (line.starts_with('[')) {
      in_core = base::ascii_lower(line) == "[core]";
    } else if (in_core && equals != std::string_view::npos &&
               base::ascii_lower(trimmed(line.substr(0, equals))) == "excludesfile") {
      found = trimmed(line.substr(equals + 1));
      std::erase(found, '"');
    }
  }
  return found;
}

std::filesystem::path expanded(const std::string& path) {
  const auto home = environment_path("HOME");
  return home && path.starts_with("~/") ? *home / path.substr(2) : std::filesystem::path(path);
}

}  // namespace

std::optional<std::filesystem::path> git_tree_around(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::path at = folder;
  while (!std::filesystem::exists(at / ".git", error)) {
    if (!at.has_relative_path()) {
      return std::nullopt;
    }
    at = at.parent_path();
  }
  return at;
}

std::filesystem::path git_exclude_file(const std::filesystem::path& top) {
  return common_folder(top) / "info" / "exclude";
}

std::filesystem::path user_git_exclude_file() {
  std::string file;
  const auto settings = git_settings();
  if (const auto home = environment_path("HOME")) {
    file = excludes_file_in(text_of(*home / ".gitconfig"));
  }
  if (file.empty() && settings) {
    file = excludes_file_in(text_of(*settings / "config"));
  }
  if (!file.empty()) {
    return expanded(file);
  }
  return settings ? *settings / "ignore" : std::filesystem::path();
}

}  // namespace quire::source
