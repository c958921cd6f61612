#include "base/files.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <thread>

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/checksum.hpp"
#include "base/files.posix.hpp"
#include "base/try.hpp"
#include "base/utf8.hpp"

namespace quire::base {
namespace {

using posix::code_of;
using posix::Descriptor;
using posix::failure;
using posix::retry_interrupted;

constexpr std::size_t kLongestCommandLine = 200;

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

/// What access(2) says is not all: a process may have given it up.
bool can_list(const std::string& folder) {
  return posix::open_at(AT_FDCWD, folder, O_RDONLY | O_DIRECTORY).is_open();
}

Result<std::unique_ptr<File>> PosixFileSystem::open(const std::string& path, OpenMode mode) {
  Descriptor descriptor = posix::open_at(AT_FDCWD, path, posix::flags_of(mode));
  if (!descriptor.is_open()) {
    const int error = errno;
    return failure("open", path, error,
                   mode == OpenMode::read ? code_of(error) : ErrorCode::store_io);
  }
  return posix::regular_file(std::move(descriptor), path);
}

Result<FileStat> PosixFileSystem::stat(const std::string& path) {
  struct stat found{};
  if (::stat(path.c_str(), &found) != 0) {
    return errno == ENOENT ? Result<FileStat>(FileStat{}) : failure("stat", path, errno);
  }
  return posix::file_stat(found);
}

Result<std::vector<std::string>> PosixFileSystem::list(const std::string& folder) {
  Descriptor opened = posix::open_at(AT_FDCWD, folder, O_RDONLY | O_DIRECTORY);
  if (!opened.is_open()) {
    return failure("list", folder, errno, code_of(errno));
  }
  return posix::names_in(std::move(opened), folder);
}

Status PosixFileSystem::create_folder(const std::string& path) {
  const std::string parent = parent_of(path);
  const auto found = stat(path);
  if (found && found->is_directory) {
    // Whoever made it may have been killed before it was synced. Where the parent can't be read it
    // was not ours to make.
    const Status synced = sync_folder(parent);
    return synced || !can_list(parent) ? Status() : synced;
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
  Descriptor opened = posix::open_at(AT_FDCWD, folder, O_RDONLY | O_DIRECTORY);
  if (!opened.is_open()) {
    return failure("open folder", folder, errno, code_of(errno));
  }
  return posix::sync_names(std::move(opened), folder);
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
