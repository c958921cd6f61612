#include <algorithm>
#include <system_error>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <dirent.h>

#include "base/files.posix.hpp"
#include "base/try.hpp"

namespace quire::base::posix {
namespace {

constexpr std::size_t kReadStep = std::size_t{1} << 20;

std::unexpected<Error> failure_at(std::string_view action,
                                  std::string_view path,
                                  std::uint64_t offset,
                                  int error) {
  return failure(action, std::string(path) + " at byte " + std::to_string(offset), error);
}

class Mapping : public FileBytes {
 public:
  /// `file` may be closed: copy() then reads the mapping.
  Mapping(void* address, std::size_t size, Descriptor file)
      : address_(address), size_(size), file_(std::move(file)) {}
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() override { ::munmap(address_, size_); }

  std::string_view view() const override { return {static_cast<const char*>(address_), size_}; }
  void copy(std::size_t offset, std::size_t size, char* to) const override {
    const ssize_t got = !file_.is_open() ? -1 : retry_interrupted([&] {
      return ::pread(file_.get(), to, size, static_cast<off_t>(offset));
    });
    if (got != static_cast<ssize_t>(size)) {
      FileBytes::copy(offset, size, to);
    }
  }
  // A shared mapping of a file loses nothing, and a failure changes nothing.
  void release() const override { ::madvise(address_, size_, MADV_DONTNEED); }

 private:
  void* address_;
  std::size_t size_;
  Descriptor file_;
};

class NoBytes : public FileBytes {
 public:
  std::string_view view() const override { return {}; }
};

class PosixFile : public File {
 public:
  PosixFile(Descriptor descriptor, std::string path, std::uint64_t inode)
      : descriptor_(std::move(descriptor)), path_(std::move(path)), inode_(inode) {}

  Result<std::string> read_at(std::uint64_t offset, std::size_t size) const override;
  Result<std::size_t> read_into(std::uint64_t offset, std::span<char> to) const override;
  Result<std::unique_ptr<FileBytes>> map() const override;
  Result<std::unique_ptr<FileBytes>> map_alone() const override;
  Result<std::uint64_t> size() const override;
  std::uint64_t inode() const override { return inode_; }
  Status write_at(std::uint64_t offset, std::string_view bytes) override;
  Status truncate(std::uint64_t size) override;
  Status sync() override;
  Result<bool> try_lock(std::uint64_t byte, LockMode mode) override;
  Status unlock(std::uint64_t byte) override;
  Status close() override;

 private:
  Result<std::unique_ptr<FileBytes>> map_with(Descriptor copy) const;
  int set_lock(std::uint64_t byte, short type);

  Descriptor descriptor_;
  std::string path_;
  std::uint64_t inode_;
};

Result<std::string> PosixFile::read_at(std::uint64_t offset, std::size_t size) const {
  // A file may say that it has no bytes (/proc) and have some; a size taken from a damaged file
  // costs no more memory than the file has.
  QUIRE_TRY_ASSIGN(const std::uint64_t length, this->size());
  std::string out;
  out.reserve(std::min<std::uint64_t>(size, length - std::min(length, offset)));
  while (out.size() < size) {
    const std::size_t done = out.size();
    const std::size_t step = std::min(size - done, kReadStep);
    out.resize(done + step);
    QUIRE_TRY_ASSIGN(const std::size_t got, read_into(offset + done, std::span(out).subspan(done)));
    out.resize(done + got);
    if (got < step) {
      break;
    }
  }
  return out;
}

Result<std::size_t> PosixFile::read_into(std::uint64_t offset, std::span<char> to) const {
  std::size_t done = 0;
  while (done < to.size()) {
    const ssize_t got = retry_interrupted([&] {
      return ::pread(descriptor_.get(), to.data() + done, to.size() - done,
                     static_cast<off_t>(offset + done));
    });
    if (got < 0) {
      return failure_at("read", path_, offset + done, errno);
    }
    if (got == 0) {
      break;
    }
    done += static_cast<std::size_t>(got);
  }
  return done;
}

Result<std::unique_ptr<FileBytes>> PosixFile::map() const {
  return map_with(Descriptor(::fcntl(descriptor_.get(), F_DUPFD_CLOEXEC, 0)));
}

Result<std::unique_ptr<FileBytes>> PosixFile::map_alone() const {
  return map_with(Descriptor(-1));
}

Result<std::unique_ptr<FileBytes>> PosixFile::map_with(Descriptor copy) const {
  QUIRE_TRY_ASSIGN(const std::uint64_t length, size());
  if (length == 0) {
    return std::make_unique<NoBytes>();
  }
  void* const address = ::mmap(nullptr, length, PROT_READ, MAP_SHARED, descriptor_.get(), 0);
  if (address == MAP_FAILED) {
    return failure("map", path_, errno);
  }
  return std::make_unique<Mapping>(address, length, std::move(copy));
}

Result<std::uint64_t> PosixFile::size() const {
  struct stat found{};
  if (::fstat(descriptor_.get(), &found) != 0) {
    return failure("stat", path_, errno);
  }
  return static_cast<std::uint64_t>(found.st_size);
}

Status PosixFile::write_at(std::uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = retry_interrupted([&] {
      return ::pwrite(descriptor_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    });
    if (written < 0) {
      return failure_at("write", path_, offset, errno);
    }
    offset += static_cast<std::uint64_t>(written);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Status PosixFile::truncate(std::uint64_t size) {
  const auto length = static_cast<off_t>(size);
  if (retry_interrupted([&] { return ::ftruncate(descriptor_.get(), length); }) != 0) {
    return failure_at("truncate", path_, size, errno);
  }
  return {};
}

Status PosixFile::sync() {
  if (retry_interrupted([&] { return ::fdatasync(descriptor_.get()); }) != 0) {
    return failure("sync", path_, errno);
  }
  return {};
}

int PosixFile::set_lock(std::uint64_t byte, short type) {
  struct flock lock{};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = static_cast<off_t>(byte);
  lock.l_len = 1;
  return retry_interrupted([&] { return ::fcntl(descriptor_.get(), F_OFD_SETLK, &lock); });
}

Result<bool> PosixFile::try_lock(std::uint64_t byte, LockMode mode) {
  if (set_lock(byte, mode == LockMode::shared ? F_RDLCK : F_WRLCK) == 0) {
    return true;
  }
  if (errno == EAGAIN || errno == EACCES) {
    return false;
  }
  return failure_at("lock", path_, byte, errno);
}

Status PosixFile::unlock(std::uint64_t byte) {
  if (set_lock(byte, F_UNLCK) != 0) {
    return failure_at("unlock", path_, byte, errno);
  }
  return {};
}

Status PosixFile::close() {
  if (const int error = descriptor_.close(); error != 0) {
    return failure("close", path_, error);
  }
  return {};
}

}  // namespace

std::unexpected<Error> failure(std::string_view action,
                               std::string_view path,
                               int error,
                               ErrorCode code) {
  return fail(code, std::string(action) + " " + std::string(path) + ": " +
                        std::generic_category().message(error));
}

ErrorCode code_of(int error) {
  return error == ENOENT ? ErrorCode::not_found : ErrorCode::store_io;
}

int Descriptor::close() {
  if (!is_open()) {
    return 0;
  }
  const int result = ::close(std::exchange(fd_, -1));
  return result == 0 || errno == EINTR ? 0 : errno;
}

Descriptor open_at(int folder, const std::string& name, int flags, mode_t mode) {
  return Descriptor(
      retry_interrupted([&] { return ::openat(folder, name.c_str(), flags | O_CLOEXEC, mode); }));
}

FileStat file_stat(const struct ::stat& found) {
  return {.exists = true,
          .is_directory = S_ISDIR(found.st_mode),
          .is_file = S_ISREG(found.st_mode),
          .size = static_cast<std::uint64_t>(found.st_size),
          .inode = found.st_ino};
}

int flags_of(OpenMode mode) {
  constexpr int kAlways = O_NONBLOCK | O_NOCTTY;
  switch (mode) {
    case OpenMode::read:
      return O_RDONLY | kAlways;
    case OpenMode::read_write:
      return O_RDWR | O_CREAT | kAlways;
    case OpenMode::create:
      return O_RDWR | O_CREAT | O_TRUNC | kAlways;
  }
  return O_RDONLY;
}

Result<std::unique_ptr<File>> regular_file(Descriptor descriptor, const std::string& path) {
  struct stat found{};
  if (::fstat(descriptor.get(), &found) != 0) {
    return failure("stat", path, errno);
  }
  if (S_ISDIR(found.st_mode)) {
    return failure("open", path, EISDIR);
  }
  if (!S_ISREG(found.st_mode)) {
    return fail(ErrorCode::store_io, "open " + path + ": not a regular file");
  }
  return std::make_unique<PosixFile>(std::move(descriptor), path, found.st_ino);
}

Result<std::vector<std::string>> names_in(Descriptor folder, const std::string& path) {
  const int fd = ::fcntl(folder.get(), F_DUPFD_CLOEXEC, 0);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(fd < 0 ? nullptr : ::fdopendir(fd),
                                                   [](DIR* d) { return ::closedir(d); });
  if (stream == nullptr) {
    const int error = errno;
    const int closed = fd < 0 ? 0 : ::close(fd);
    static_cast<void>(closed);  // It was only read from.
    return failure("list", path, error, code_of(error));
  }
  std::vector<std::string> names;
  errno = 0;
  // readdir() is safe as long as no other thread reads the same stream.
  while (const dirent* entry = ::readdir(stream.get())) {  // NOLINT(concurrency-mt-unsafe)
    names.emplace_back(entry->d_name);
    errno = 0;
  }
  if (errno != 0) {
    return failure("list", path, errno);
  }
  std::erase_if(names, [](const std::string& name) { return name == "." || name == ".."; });
  std::ranges::sort(names);
  return names;
}

Status sync_names(Descriptor folder, const std::string& path) {
  // EINVAL: a file system that has nothing to sync in a folder.
  if (retry_interrupted([&] { return ::fsync(folder.get()); }) != 0 && errno != EINVAL) {
    return failure("sync folder", path, errno);
  }
  if (const int error = folder.close(); error != 0) {
    return failure("close folder", path, error);
  }
  return {};
}

}  // namespace quire::base::posix
