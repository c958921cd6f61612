#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <quire/result.hpp>

#include "base/files.hpp"

/// The advisory locks of a store: byte 0 of LOCK is the writer's, byte 1 is held (shared) while
/// files are opened and (exclusive) while they are swapped. LOCK is never renamed or deleted; its
/// text names the last writer, for people.
namespace quire::store {

inline constexpr const char* kLockName = "LOCK";

/// How long files that are to be swapped wait for readers that are just opening them.
inline constexpr std::chrono::milliseconds kSwapPatience{50};
/// The same where it can't be put off.
inline constexpr std::chrono::milliseconds kSwitchPatience{5000};

/// Byte 1, held by the writer while files are swapped, until release() or the end of this. The
/// WriterLock that it is from outlives it.
class SwapLock {
 public:
  explicit SwapLock(base::File& file) : file_(&file) {}
  SwapLock(SwapLock&& other) noexcept : file_(std::exchange(other.file_, nullptr)) {}
  SwapLock(const SwapLock&) = delete;
  SwapLock& operator=(SwapLock&&) = delete;
  SwapLock& operator=(const SwapLock&) = delete;
  ~SwapLock();

  Status release();

 private:
  base::File* file_;
};

/// Held by the one writer for as long as this lives.
class WriterLock {
 public:
  /// Waits up to `timeout`. Errors: `locked`, naming the holder's pid and command; `store_io`.
  static Result<WriterLock> acquire(base::FileSystem& files,
                                    const std::string& folder,
                                    std::chrono::milliseconds timeout);

  /// Fails with `store_io` if LOCK is not the file any more that is locked: somebody has removed or
  /// replaced it, or the whole folder, and another process may write there now. One system call.
  Status check_in_place(base::FileSystem& files) const;

  /// Gives the lock back, though children that were forked meanwhile have the file open too.
  Status release();

  /// Waits up to `timeout`; nothing: a reader is opening the files.
  Result<std::optional<SwapLock>> lock_swap(base::FileSystem& files,
                                            std::chrono::milliseconds timeout);

 private:
  static Result<WriterLock> try_to_acquire(base::FileSystem& files,
                                           const std::string& folder,
                                           std::chrono::milliseconds timeout);
  WriterLock(std::unique_ptr<base::File> file, std::string path)
      : file_(std::move(file)), path_(std::move(path)) {}

  std::unique_ptr<base::File> file_;
  std::string path_;
};

/// Held while a reader opens the files. Where LOCK is not there (a bare pair, a store that was
/// copied without it) or can't be opened or locked (no permission, a file system without locks),
/// nothing is held: who reads without it looks again when files go or don't fit together.
class SharedSwapLock {
 public:
  /// Error: `locked`, when a swap goes on for seconds.
  static Result<SharedSwapLock> acquire(base::FileSystem& files, const std::string& folder);

 private:
  explicit SharedSwapLock(std::unique_ptr<base::File> file) : file_(std::move(file)) {}

  std::unique_ptr<base::File> file_;
};

}  // namespace quire::store
