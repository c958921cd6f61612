#include "source/git_places.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string_view>
#include <system_error>

#include "base/mutex.hpp"
#include "base/utf8.hpp"
#include "source/ignore_stack.hpp"
#include "source/walk.hpp"

namespace quire::source {
namespace {

/// Of git's links and settings.
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 20;
constexpr std::string_view kGitLink = "gitdir:";

/// What was read last of files outside of trees.
struct Kept {
  base::Mutex mutex;
  std::map<std::string, std::string> texts QUIRE_GUARDED_BY(mutex);
};

/// Unlike a source file, git's own may be a symbolic link: that is how many keep their settings. ""
/// if it can't be read.
std::string text_of(const std::filesystem::path& file) {
  std::error_code error;
  const std::filesystem::path target = std::filesystem::canonical(file, error);
  return error ? std::string()
               : read_source(target.parent_path(), target.filename(), kMostBytes)
                     .value_or(std::string());
}

std::string users_text_of(const std::filesystem::path& file) {
  std::error_code error;
  const std::filesystem::path target = std::filesystem::canonical(file, error);
  return error
             ? std::string()
             : kept_text(target, read_source(target.parent_path(), target.filename(), kMostBytes));
}

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  return text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
}

/// git's folder of the tree whose top is `top`.
std::filesystem::path git_folder(const std::filesystem::path& top) {
  const std::filesystem::path folder = top / ".git";
  const std::string link = text_of(folder);
  return link.starts_with(kGitLink) ? top / trimmed(std::string_view(link).substr(kGitLink.size()))
                                    : folder;
}

/// Where a .git keeps what all worktrees share.
std::filesystem::path common_folder(const std::filesystem::path& top) {
  const std::filesystem::path folder = git_folder(top);
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

/// Of the git tree whose top is `top`.
void add_git_places(const std::filesystem::path& top, std::vector<std::filesystem::path>& out) {
  const std::filesystem::path common = common_folder(top);
  std::error_code error;
  if (std::filesystem::exists(common / "HEAD", error)) {
    out.insert(out.end(), {top / ".git", git_folder(top) / "commondir", common / "info"});
  }
}

/// Of the folders from `top` to above `root`.
void add_ignore_files(const std::filesystem::path& top,
                      const std::filesystem::path& root,
                      std::vector<std::filesystem::path>& out) {
  for (std::filesystem::path folder = root; folder != top;) {
    folder = folder.parent_path();
    for (const std::string_view name : kIgnoreFileNames) {
      out.push_back(folder / name);
    }
  }
}

void add_users_places(std::vector<std::filesystem::path>& out) {
  if (const auto home = environment_path("HOME")) {
    out.push_back(*home / ".gitconfig");
  }
  if (const auto settings = git_settings()) {
    out.push_back(*settings);
  }
  out.push_back(user_git_exclude_file());
}

bool is_below(const std::filesystem::path& path, const std::filesystem::path& root) {
  const std::filesystem::path below = path.lexically_relative(root);
  return !below.empty() && *below.begin() != "..";
}

}  // namespace

std::vector<std::filesystem::path> ignore_places_outside(const std::filesystem::path& root) {
  std::error_code error;
  const std::filesystem::path real = std::filesystem::canonical(root, error);
  std::vector<std::filesystem::path> places;
  if (const auto top = git_tree_around(real)) {
    add_git_places(*top, places);
    add_ignore_files(*top, real, places);
  }
  add_users_places(places);
  std::vector<std::filesystem::path> out;
  for (const std::filesystem::path& place : places) {
    const std::filesystem::path target = std::filesystem::canonical(place, error);
    if (!error && !is_below(target, real)) {
      out.push_back(target);
    }
  }
  return out;
}

std::string kept_text(const std::filesystem::path& file, Result<std::string> text) {
  static Kept kept;
  const base::MutexLock lock(kept.mutex);
  if (text) {
    return kept.texts[file.native()] = *std::move(text);
  }
  const auto last = kept.texts.find(file.native());
  return last == kept.texts.end() ? std::string() : last->second;
}

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

bool is_linked_worktree(const std::filesystem::path& folder, const std::filesystem::path& top) {
  const std::string link = read_source(folder, ".git", kMostBytes).value_or(std::string());
  if (!link.starts_with(kGitLink)) {
    return false;
  }
  std::error_code error;
  const std::filesystem::path own = std::filesystem::weakly_canonical(
      folder / trimmed(std::string_view(link).substr(kGitLink.size())), error);
  const std::filesystem::path worktrees = own.parent_path();
  return !error && worktrees.filename() == "worktrees" &&
         worktrees.parent_path() == std::filesystem::weakly_canonical(common_folder(top), error) &&
         !error;
}

std::filesystem::path user_git_exclude_file() {
  std::string file;
  const auto settings = git_settings();
  if (const auto home = environment_path("HOME")) {
    file = excludes_file_in(users_text_of(*home / ".gitconfig"));
  }
  if (file.empty() && settings) {
    file = excludes_file_in(users_text_of(*settings / "config"));
  }
  if (!file.empty()) {
    return expanded(file);
  }
  return settings ? *settings / "ignore" : std::filesystem::path();
}

}  // namespace quire::source
