#include <fcntl.h>
#include <sys/stat.h>

#include "base/folder_identity.hpp"

namespace quire::base {

std::string folder_identity(const std::string& path) {
  struct statx found{};
  constexpr unsigned kWanted = STATX_TYPE | STATX_INO | STATX_BTIME;
  if (::statx(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW, kWanted, &found) != 0 ||
      !S_ISDIR(found.stx_mode)) {
    return "";
  }
  const bool has_birth = (found.stx_mask & STATX_BTIME) != 0;
  return std::to_string(found.stx_ino) +
         (has_birth ? " " + std::to_string(found.stx_btime.tv_sec) + "." +
                          std::to_string(found.stx_btime.tv_nsec)
                    : "");
}

}  // namespace quire::base
