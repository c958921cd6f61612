#include "store/store_lock.hpp"

#include "base/strangers.hpp"
#include "base/try.hpp"

namespace quire::store {
namespace {

constexpr std::uint64_t kWriterByte = 0;
constexpr std::uint64_t kSwapByte = 1;
constexpr unsigned kPollMs = 2;
/// A swap takes milliseconds; a reader that waits longer than this meets a stopped writer.
constexpr std::chrono::milliseconds kReaderPatience{2000};
constexpr std::size_t kMaxHolderText = 512;

/// Tries until it has the lock or `timeout` has passed in sleeps.
Result<bool> wait_for(base::FileSystem& files,
                      base::File& file,
                      std::uint64_t byte,
                      base::LockMode mode,
                      std::chrono::milliseconds timeout) {
  for (std::chrono::milliseconds waited{0};; waited += std::chrono::milliseconds(kPollMs)) {
    QUIRE_TRY_ASSIGN(const bool locked, file.try_lock(byte, mode));
    if (locked || waited >= timeout) {
      return locked;
    }
    files.sleep_ms(kPollMs);
  }
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

}  // namespace

Result<WriterLock> WriterLock::acquire(base::FileSystem& files,
                                       const std::string& folder,
                                       std::chrono::milliseconds timeout) {
  constexpr int kMostAttempts = 8;
  for (int attempt = 1;; ++attempt) {
    auto lock = try_to_acquire(files, folder, timeout);
    // LOCK was removed between its opening and its locking: what is locked is nobody's file.
    const bool lost = lock && !lock->check_in_place(files);
    if (!lost || attempt == kMostAttempts) {
      return lock;
    }
  }
}

Result<WriterLock> WriterLock::try_to_acquire(base::FileSystem& files,
                                              const std::string& folder,
                                              std::chrono::milliseconds timeout) {
  const std::string path = base::join(folder, kLockName);
  QUIRE_TRY(base::make_room_for_file(files, path));
  QUIRE_TRY_ASSIGN(std::unique_ptr<base::File> file, files.open(path, base::OpenMode::read_write));
  QUIRE_TRY_ASSIGN(const bool locked,
                   wait_for(files, *file, kWriterByte, base::LockMode::exclusive, timeout));
  if (!locked) {
    QUIRE_TRY_ASSIGN(std::string holder, file->read_at(0, kMaxHolderText));
    holder = first_line(holder);
    return fail(ErrorCode::locked, "store " + folder + " is being written by " +
                                       (holder.empty() ? "another process" : holder) + "; waited " +
                                       std::to_string(timeout.count()) +
                                       " ms; try again when it is done");
  }
  // In this order its first line names somebody at any moment.
  const std::string holder = files.process_description() + "\n";
  QUIRE_TRY(file->write_at(0, holder));
  QUIRE_TRY(file->truncate(holder.size()));
  return WriterLock(std::move(file), path);
}

Status WriterLock::check_in_place(base::FileSystem& files) const {
  QUIRE_TRY_ASSIGN(const base::FileStat found, files.stat(path_));
  if (!found.exists || found.inode != file_->inode()) {
    return fail(ErrorCode::store_io,
                path_ +
                    " was removed or replaced, or the whole folder was, while this process "
                    "held it; reopen the store, and leave LOCK where it is");
  }
  return {};
}

Result<std::optional<SwapLock>> WriterLock::lock_swap(base::FileSystem& files,
                                                      std::chrono::milliseconds timeout) {
  QUIRE_TRY_ASSIGN(const bool locked,
                   wait_for(files, *file_, kSwapByte, base::LockMode::exclusive, timeout));
  return locked ? std::optional<SwapLock>(*file_) : std::nullopt;
}

Status WriterLock::release() {
  return file_->unlock(kWriterByte);
}

Status SwapLock::release() {
  return std::exchange(file_, nullptr)->unlock(kSwapByte);
}

SwapLock::~SwapLock() {
  if (file_ != nullptr) {
    const Status released = file_->unlock(kSwapByte);
    static_cast<void>(released);  // Something else failed, and that is told.
  }
}

Result<SharedSwapLock> SharedSwapLock::acquire(base::FileSystem& files, const std::string& folder) {
  const std::string path = base::join(folder, kLockName);
  auto file = files.open(path, base::OpenMode::read);
  if (!file) {
    return SharedSwapLock(nullptr);
  }
  const auto locked = wait_for(files, **file, kSwapByte, base::LockMode::shared, kReaderPatience);
  if (!locked) {
    return SharedSwapLock(nullptr);
  }
  if (!*locked) {
    return fail(ErrorCode::locked,
                path + ": files are being swapped and the writer does not go on");
  }
  return SharedSwapLock(std::move(*file));
}

}  // namespace quire::store
