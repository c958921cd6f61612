#include <cstdint>

#include <fcntl.h>
#include <linux/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/folder_identity.hpp"

namespace quire::base {
namespace {

// As stat(2) has them; <sys/stat.h> and <linux/stat.h> do not go together in every C library, and
// not every one has statx().
constexpr std::uint16_t kKinds = 0170000;
constexpr std::uint16_t kFolder = 0040000;

}  // namespace

std::string folder_identity(const std::string& path) {
  struct statx found{};
  constexpr unsigned kWanted = STATX_TYPE | STATX_INO | STATX_BTIME;
  if (::syscall(SYS_statx, AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW, kWanted, &found) != 0 ||
      (found.stx_mode & kKinds) != kFolder) {
    return "";
  }
  const bool has_birth = (found.stx_mask & STATX_BTIME) != 0;
  return std::to_string(found.stx_ino) + (has_birth
                                              ? " " + std::to_string(found.stx_btime.tv_sec) + "." +
                                                    std::to_string(found.stx_btime.tv_nsec)
                                              : "");
}

}  // namespace quire::base
