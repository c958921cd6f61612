#pragma once

#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/stat.h>

#include <quire/result.hpp>

#include "base/files.hpp"

/// What the file systems on the real disk share; nobody else includes it.
namespace quire::base::posix {

/// Calls again for as long as a signal interrupts the call.
template <class Call>
auto retry_interrupted(Call call) {
  auto result = call();
  while (result == -1 && errno == EINTR) {
    result = call();
  }
  return result;
}

/// "ACTION PATH: the system's words".
std::unexpected<Error> failure(std::string_view action,
                               std::string_view path,
                               int error,
                               ErrorCode code = ErrorCode::store_io);

/// `not_found` for a name that is not there; everything else is the disk's fault.
ErrorCode code_of(int error);

/// Owns one file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }

  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }

  /// 0, or the error number. Never retried: the descriptor is gone even if the call was
  /// interrupted.
  int close();

 private:
  int fd_;
};

/// openat() with O_CLOEXEC; `folder` may be AT_FDCWD. `mode` is of a file that is created.
Descriptor open_at(int folder, const std::string& name, int flags, mode_t mode = 0666);

/// What stat() and its like found.
FileStat file_stat(const struct ::stat& found);

/// The flags of open() for `mode`. O_NONBLOCK is among them: opening a pipe that nobody writes to
/// would wait for ever. Regular files ignore it.
int flags_of(OpenMode mode);

/// The open file at `path`. Error: `store_io` for what is no regular file.
Result<std::unique_ptr<File>> regular_file(Descriptor descriptor, const std::string& path);

/// The names in a folder that is open for reading, sorted, without "." and "..".
Result<std::vector<std::string>> names_in(Descriptor folder, const std::string& path);

/// Creations, renames and unlinks in an open folder reach the disk.
Status sync_names(Descriptor folder, const std::string& path);

}  // namespace quire::base::posix
