#include "base/program_path.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/files.hpp"
#include "base/mutex.hpp"

namespace quire::base {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWithoutPath = "/usr/local/bin:/usr/bin:/bin";

struct ForeignFolders {
  Mutex mutex;
  std::vector<std::string> paths QUIRE_GUARDED_BY(mutex);
};

ForeignFolders& foreign_folders() {
  static ForeignFolders folders;
  return folders;
}

bool is_at_or_below(const fs::path& path, const fs::path& folder) {
  return std::ranges::mismatch(folder, path).in1 == folder.end();
}

bool is_foreign(const std::string& path) {
  const std::string real = real_path(path);
  ForeignFolders& foreign = foreign_folders();
  const MutexLock lock(foreign.mutex);
  return std::ranges::any_of(
      foreign.paths, [&](const std::string& folder) { return is_at_or_below(real, folder); });
}

std::vector<std::string> safe_folders_of(std::string_view list) {
  std::vector<std::string> folders;
  while (!list.empty()) {
    const std::string folder(list.substr(0, list.find(':')));
    if (folder.starts_with('/') && !is_foreign(folder)) {
      folders.push_back(folder);
    }
    list.remove_prefix(std::min(list.size(), folder.size() + 1));
  }
  return folders;
}

std::string path_variable() {
  const char* const value = std::getenv("PATH");
  return value == nullptr ? kWithoutPath : value;
}

/// Where the value begins of a variable that lists folders of programs and libraries; 0 for others.
std::size_t searched_folders_at(std::string_view entry) {
  for (const std::string_view name : {"PATH=", "LD_LIBRARY_PATH="}) {
    if (entry.starts_with(name)) {
      return name.size();
    }
  }
  return 0;
}

bool is_program(const std::string& path) {
  constexpr fs::perms kExecutable =
      fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec;
  std::error_code failed;
  const fs::file_status found = fs::status(path, failed);
  return fs::is_regular_file(found) && (found.permissions() & kExecutable) != fs::perms::none;
}

}  // namespace

void start_nothing_below(const std::string& folder) {
  ForeignFolders& foreign = foreign_folders();
  const MutexLock lock(foreign.mutex);
  foreign.paths.push_back(folder);
}

std::string safe_folders(std::string_view folders) {
  std::string list;
  for (const std::string& folder : safe_folders_of(folders)) {
    list += (list.empty() ? "" : ":") + folder;
  }
  return list;
}

std::vector<std::string> safe_environment(std::vector<std::string> environment) {
  std::vector<std::string> safe;
  for (std::string& entry : environment) {
    const std::size_t value = searched_folders_at(entry);
    const std::string folders = safe_folders(std::string_view(entry).substr(value));
    if (value == 0) {
      safe.push_back(std::move(entry));
    } else if (!folders.empty()) {
      safe.push_back(entry.substr(0, value) + folders);
    }
  }
  return safe;
}

Result<std::string> find_program(const std::string& name) {
  if (name.contains('/')) {
    return name;
  }
  for (const std::string& folder : safe_folders_of(path_variable())) {
    std::string path = (fs::path(folder) / name).native();
    if (is_program(path) && !is_foreign(path)) {
      return path;
    }
  }
  return fail(ErrorCode::not_found,
              "start " + name +
                  ": there is no such program in PATH, of which only absolute folders outside of "
                  "the tree count");
}

}  // namespace quire::base
