#include "base/files.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <dirent.h>

#include "base/checksum.hpp"
#include "base/try.hpp"
#include "base/utf8.hpp"

namespace quire::base {
namespace {

constexpr std::size_t kReadStep = std::size_t{1} << 20;
constexpr std::size_t kLongestCommandLine = 200;

std::unexpected<Error> failure(std::string_view action,
                               std::string_view path,
                               int error,
                               ErrorCode code = ErrorCode::store_io) {
  return fail(code, std::string(action) + " " + std::string(path) + ": " +
                        std::generic_category().message(error));
}

std::unexpected<Error> failure_at(std::string_view action,
                                  std::string_view path,
                                  std::uint64_t offset,
                                  int error) {
  return failure(action, std::string(path) + " at byte " + std::to_string(offset), error);
}

/// `not_found` for a name that is not there; everything else is the disk's fault.
ErrorCode code_of(int error) {
  return error == ENOENT ? ErrorCode::not_found : ErrorCode::store_io;
}

template <class Call>
auto retry_interrupted(Call call) {
  auto result = call();
  while (result == -1 && errno == EINTR) {
    result = call();
  }
  return result;
}

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
  int close() {
    if (!is_open()) {
      return 0;
    }
    const int result = ::close(std::exchange(fd_, -1));
    return result == 0 || errno == EINTR ? 0 : errno;
  }

 private:
  int fd_;
};

Descriptor open_descriptor(const std::string& path, int flags) {
  return Descriptor(
      retry_interrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0666); }));
}

class Mapping : public FileBytes {
 public:
  Mapping(void* address, std::size_t size, Descriptor file)
      : address_(address), size_(size), file_(std::move(file)) {}
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() override { ::munmap(address_, size_); }

  std::string_view view() const override { return {static_cast<const char*>(address_), size_}; }
  void copy(std::size_t offset, std::size_t size, char* to) const override {
    const ssize_t got = retry_interrupted(
        [&] { return ::pread(file_.get(), to, size, static_cast<off_t>(offset)); });
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
  PosixFile(Descriptor descriptor, std::string path)
      : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

  Result<std::string> read_at(std::uint64_t offset, std::size_t size) const override;
  Result<std::size_t> read_into(std::uint64_t offset, std::span<char> to) const override;
  Result<std::unique_ptr<FileBytes>> map() const override;
  Result<std::uint64_t> size() const override;
  Status write_at(std::uint64_t offset, std::string_view bytes) override;
  Status truncate(std::uint64_t size) override;
  Status sync() override;
  Result<bool> try_lock(std::uint64_t byte, LockMode mode) override;
  Status unlock(std::uint64_t byte) override;
  Status close() override;

 private:
  int set_lock(std::uint64_t byte, short type);

  Descriptor descriptor_;
  std::string path_;
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
  QUIRE_TRY_ASSIGN(const std::uint64_t length, size());
  if (length == 0) {
    return std::make_unique<NoBytes>();
  }
  void* const address = ::mmap(nullptr, length, PROT_READ, MAP_SHARED, descriptor_.get(), 0);
  if (address == MAP_FAILED) {
    return failure("map", path_, errno);
  }
  return std::make_unique<Mapping>(address, length,
                                   Descriptor(::fcntl(descriptor_.get(), F_DUPFD_CLOEXEC, 0)));
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

std::string command_line(FileSystem& files) {
  std::string text = read_file(files, "/proc/self/cmdline").value_or("");
  while (!text.empty() && text.back() == '\0') {
    text.pop_back();
  }
  text.resize(std::min(text.size(), kLongestCommandLine));
  std::ranges::replace_if(text, [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; }, ' ');
  return repair_utf8(text);
}

struct NetworkFileSystem {
  unsigned long magic;  ///< statfs(2)'s f_type, from linux/magic.h and the systems' own headers.
  std::string_view name;
};

constexpr std::array kNetworkFileSystems{
    NetworkFileSystem{0x6969, "nfs"},      NetworkFileSystem{0x517B, "smb"},
    NetworkFileSystem{0xFF534D42, "cifs"}, NetworkFileSystem{0xFE534D42, "smb"},
    NetworkFileSystem{0x01021997, "9p"},   NetworkFileSystem{0x65735546, "fuse"},
    NetworkFileSystem{0x5346414F, "afs"},  NetworkFileSystem{0x00C36400, "ceph"},
};

std::string parent_of(const std::string& path) {
  const std::size_t end = path.find_last_not_of('/');
  const std::size_t slash = end == std::string::npos ? end : path.rfind('/', end);
  if (slash == std::string::npos) {
    return path.starts_with('/') ? "/" : ".";
  }
  const std::size_t last = path.find_last_not_of('/', slash);
  return last == std::string::npos ? "/" : path.substr(0, last + 1);
}

class PosixFileSystem : public FileSystem {
 public:
  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
  Result<FileStat> stat(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& folder) override;
  Status create_folder(const std::string& path) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status unlink(const std::string& path) override;
  Status remove_folder(const std::string& path) override;
  Status sync_folder(const std::string& folder) override;
  Result<std::string> entropy(std::size_t size) override;
  std::string process_description() override;
  void sleep_ms(unsigned milliseconds) override;
  std::string network_file_system(const std::string& folder) override;
};

/// Keeps errno.
bool is_folder(const std::string& path) {
  const int error = errno;
  struct stat found{};
  const bool answer = ::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode);
  errno = error;
  return answer;
}

int flags_of(OpenMode mode) {
  switch (mode) {
    case OpenMode::read:
      return O_RDONLY;
    case OpenMode::read_write:
      return O_RDWR | O_CREAT;
    case OpenMode::create:
      return O_RDWR | O_CREAT | O_TRUNC;
  }
  return O_RDONLY;
}

Result<std::unique_ptr<File>> PosixFileSystem::open(const std::string& path, OpenMode mode) {
  // O_NONBLOCK: opening a pipe that nobody writes to would wait for ever. Regular files ignore it.
  Descriptor descriptor = open_descriptor(path, flags_of(mode) | O_NONBLOCK | O_NOCTTY);
  if (!descriptor.is_open()) {
    const int error = errno;
    return failure("open", path, error,
                   mode == OpenMode::read ? code_of(error) : ErrorCode::store_io);
  }
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
  return std::make_unique<PosixFile>(std::move(descriptor), path);
}

Result<FileStat> PosixFileSystem::stat(const std::string& path) {
  struct stat found{};
  if (::stat(path.c_str(), &found) != 0) {
    if (errno == ENOENT) {
      return FileStat{};
    }
    return failure("stat", path, errno);
  }
  return FileStat{.exists = true,
                  .is_directory = S_ISDIR(found.st_mode),
                  .size = static_cast<std::uint64_t>(found.st_size),
                  .inode = found.st_ino};
}

Result<std::vector<std::string>> PosixFileSystem::list(const std::string& folder) {
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(folder.c_str()),
                                                   [](DIR* d) { return ::closedir(d); });
  if (stream == nullptr) {
    return failure("list", folder, errno, code_of(errno));
  }
  std::vector<std::string> names;
  errno = 0;
  // readdir() is safe as long as no other thread reads the same stream.
  while (const dirent* entry = ::readdir(stream.get())) {  // NOLINT(concurrency-mt-unsafe)
    names.emplace_back(entry->d_name);
    errno = 0;
  }
  if (errno != 0) {
    return failure("list", folder, errno);
  }
  std::erase_if(names, [](const std::string& name) { return name == "." || name == ".."; });
  std::ranges::sort(names);
  return names;
}

Status PosixFileSystem::create_folder(const std::string& path) {
  const std::string parent = parent_of(path);
  const auto found = stat(path);
  if (found && found->is_directory) {
    // Whoever made it may have been killed before it was synced. Where the parent can't be read it
    // was not ours to make.
    const Status synced = sync_folder(parent);
    return synced || ::access(parent.c_str(), R_OK) != 0 ? Status() : synced;
  }
  if (found && !found->exists && !path.empty() && parent != path) {
    QUIRE_TRY(create_folder(parent));
  }
  if (::mkdir(path.c_str(), 0777) != 0 && !(errno == EEXIST && is_folder(path))) {
    return failure("create folder", path, errno);
  }
  return sync_folder(parent);
}

Status PosixFileSystem::rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) {
    return failure("rename", from + " to " + to, errno, code_of(errno));
  }
  return {};
}

Status PosixFileSystem::unlink(const std::string& path) {
  if (::unlink(path.c_str()) != 0) {
    return failure("unlink", path, errno, code_of(errno));
  }
  return {};
}

Status PosixFileSystem::remove_folder(const std::string& path) {
  if (::rmdir(path.c_str()) != 0) {
    return failure("remove folder", path, errno, code_of(errno));
  }
  return {};
}

Status PosixFileSystem::sync_folder(const std::string& folder) {
  Descriptor descriptor = open_descriptor(folder, O_RDONLY | O_DIRECTORY);
  if (!descriptor.is_open()) {
    return failure("open folder", folder, errno, code_of(errno));
  }
  // EINVAL: a file system that has nothing to sync in a folder.
  if (retry_interrupted([&] { return ::fsync(descriptor.get()); }) != 0 && errno != EINVAL) {
    return failure("sync folder", folder, errno);
  }
  if (const int error = descriptor.close(); error != 0) {
    return failure("close folder", folder, error);
  }
  return {};
}

Result<std::string> PosixFileSystem::entropy(std::size_t size) {
  std::string out(size, '\0');
  for (std::size_t done = 0; done < size;) {
    const ssize_t got =
        retry_interrupted([&] { return ::getrandom(out.data() + done, size - done, 0); });
    if (got < 0) {
      return failure("read", "the system's random numbers", errno);
    }
    done += static_cast<std::size_t>(got);
  }
  return out;
}

std::string PosixFileSystem::process_description() {
  return "pid " + std::to_string(::getpid()) + " (" + command_line(*this) + ")";
}

void PosixFileSystem::sleep_ms(unsigned milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
}

std::string PosixFileSystem::network_file_system(const std::string& folder) {
  struct statfs found{};
  std::string path = folder;
  while (::statfs(path.c_str(), &found) != 0) {
    if (errno != ENOENT || parent_of(path) == path) {
      return "";
    }
    path = parent_of(path);
  }
  const auto magic = static_cast<unsigned long>(found.f_type) & 0xFFFFFFFFUL;
  const auto* const known =
      std::ranges::find(kNetworkFileSystems, magic, &NetworkFileSystem::magic);
  return known == kNetworkFileSystems.end() ? "" : std::string(known->name);
}

/// Root may write what nobody may; it should not do so unasked.
bool may_be_written(const std::string& path, const struct stat& file) {
  constexpr mode_t kAnyWrite = S_IWUSR | S_IWGRP | S_IWOTH;
  return (file.st_mode & kAnyWrite) != 0 && ::access(path.c_str(), W_OK) == 0;
}

/// With the mode and the owner of `like` before anything is in it.
Status write_aside(FileSystem& files,
                   const std::string& path,
                   const struct stat* like,
                   std::string_view bytes) {
  QUIRE_TRY_ASSIGN(const auto file, files.open(path, OpenMode::create));
  if (like != nullptr) {
    // Only root gives files away; the group is kept where the user is in it.
    [[maybe_unused]] const int kept = ::chown(path.c_str(), like->st_uid, like->st_gid);
    if (::chmod(path.c_str(), like->st_mode & 07777) != 0) {
      return failure("set the mode of", path, errno);
    }
  }
  QUIRE_TRY(file->write_at(0, bytes));
  QUIRE_TRY(file->sync());
  return file->close();
}

}  // namespace

std::shared_ptr<FileSystem> posix_file_system() {
  return std::make_shared<PosixFileSystem>();
}

bool is_writable(const std::string& folder) {
  return access(folder.c_str(), W_OK | X_OK) == 0;
}

Status replace_file(const std::string& path, std::string_view bytes) {
  struct stat old{};
  const bool exists = ::stat(path.c_str(), &old) == 0;
  if (exists && !S_ISREG(old.st_mode)) {
    return fail(ErrorCode::store_io, path + " is no file");
  }
  if (exists && !may_be_written(path, old)) {
    return fail(ErrorCode::store_io, path + " is read-only");
  }
  PosixFileSystem files;
  QUIRE_TRY(files.create_folder(parent_of(path)));
  QUIRE_TRY_ASSIGN(const std::string salt, files.entropy(sizeof(std::uint64_t)));
  const std::string aside = path + ".quire-" + to_hex(salt);
  Status done = write_aside(files, aside, exists ? &old : nullptr, bytes);
  if (done) {
    done = files.rename(aside, path);
  }
  if (!done) {
    ::unlink(aside.c_str());
    return done;
  }
  return files.sync_folder(parent_of(path));
}

}  // namespace quire::base
