#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.posix.hpp"
#include "base/owners_access.hpp"
#include "base/try.hpp"

namespace quire::base {
namespace {

constexpr mode_t kOthers = 077;
/// Folders below folders of ours; there is one such level.
constexpr int kMostLevels = 4;

/// A file with two names may be somebody's outside of the folder.
bool is_ours_alone(const struct ::stat& found) {
  return found.st_uid == ::geteuid() &&
         (S_ISDIR(found.st_mode) || (S_ISREG(found.st_mode) && found.st_nlink == 1));
}

Status keep_to_owner(int parent, const std::string& name, int levels);

Status keep_all_to_owner(int folder, const std::string& name, int levels) {
  QUIRE_TRY_ASSIGN(const auto names,
                   posix::names_in(posix::open_at(folder, ".", O_RDONLY | O_DIRECTORY), name));
  for (const std::string& inner : names) {
    QUIRE_TRY(keep_to_owner(folder, inner, levels - 1));
  }
  return {};
}

Status keep_to_owner(int parent, const std::string& name, int levels) {
  struct ::stat found{};
  if (levels == 0 || ::fstatat(parent, name.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0 ||
      !is_ours_alone(found)) {
    return {};
  }
  const posix::Descriptor opened = posix::open_at(parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (!opened.is_open() || ::fstat(opened.get(), &found) != 0 || !is_ours_alone(found)) {
    return {};  // It is another one now, or gone.
  }
  const mode_t narrow = found.st_mode & 07777 & ~kOthers;
  if (narrow != (found.st_mode & 07777) && ::fchmod(opened.get(), narrow) != 0) {
    return posix::failure("keep to its owner", name, errno);
  }
  return S_ISDIR(found.st_mode) ? keep_all_to_owner(opened.get(), name, levels) : Status{};
}

}  // namespace

Status keep_to_owner(const std::string& path) {
  return keep_to_owner(AT_FDCWD, path, kMostLevels);
}

}  // namespace quire::base
