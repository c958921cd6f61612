#pragma once

#include <chrono>
#include <memory>
#include <string>

#include <quire/result.hpp>

#include "base/files.hpp"

/// The advisory locks of a store: byte 0 of LOCK is the writer's, byte 1 is held (shared) while
/// files are opened and (exclusive) while they are swapped. LOCK is never renamed or deleted; its
/// text names the last writer, for people.
namespace quire::store {

inline constexpr const char* kLockName = "LOCK";

/// Held by the one writer for as long as this lives.
class WriterLock {
 public:
  /// Waits up to `timeout`. Errors: `locked`, naming the holder's pid and command; `store_io`.
  static Result<WriterLock> acquire(base::FileSystem& files,
                                    const std::string& folder,
                                    std::chrono::milliseconds timeout);

  /// Takes byte 1 exclusively, waiting up to `timeout`; false: a reader has it.
  Result<bool> lock_swap(base::FileSystem& files, std::chrono::milliseconds timeout);
  Status unlock_swap();

 private:
  explicit WriterLock(std::unique_ptr<base::File> file) : file_(std::move(file)) {}

  std::unique_ptr<base::File> file_;
};

/// Held while a reader opens the files. Where there is no LOCK (a bare pair, a store that was
/// copied without it) there is no lock either: nobody has ever swapped files there.
class SharedSwapLock {
 public:
  static Result<SharedSwapLock> acquire(base::FileSystem& files, const std::string& folder);

 private:
  explicit SharedSwapLock(std::unique_ptr<base::File> file) : file_(std::move(file)) {}

  std::unique_ptr<base::File> file_;
};

}  // namespace quire::store
