#include "base/files.hpp"

#include <cerrno>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.posix.hpp"
#include "base/mutex.hpp"
#include "base/try.hpp"

// How a folder is entered without following links: its descriptor is the anchor, and each name
// below it is opened relative to the folder before, with O_NOFOLLOW, one at a time. So nothing
// that is put in a folder's place between a look and a use can lead out of it.

namespace quire::base {
namespace {

using posix::code_of;
using posix::Descriptor;
using posix::failure;

constexpr int kFolderFlags = O_DIRECTORY | O_NOFOLLOW;
/// Nobody else's.
constexpr mode_t kOwnersFile = 0600;
constexpr mode_t kOwnersFolder = 0700;

/// A name in a folder that is open.
struct Spot {
  std::shared_ptr<const Descriptor> folder;
  std::string name;

  int at() const { return folder->get(); }
};

/// As opening a link, or entering one, fails.
bool met_link(int error) {
  return error == ELOOP || error == EMLINK;
}

std::unexpected<Error> folder_failure(std::string_view action,
                                      const std::string& path,
                                      int error,
                                      ErrorCode code) {
  return met_link(error)
             ? fail(ErrorCode::store_io, std::string(action) + " " + path +
                                             ": a symbolic link, which is not followed here")
             : failure(action, path, error, code);
}

/// ".." leads out of a folder as a link does.
Status check_name(const std::string& name, const std::string& path) {
  const bool good = !name.empty() && name != "." && name != ".." && !name.contains('\0');
  return good ? Status{} : fail(ErrorCode::store_io, "open " + path + ": '" + name + "' in a path");
}

class FolderFileSystem : public FileSystem {
 public:
  explicit FolderFileSystem(std::string folder)
      : root_(std::move(folder)), outside_(posix_file_system()) {}

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
  Result<FileStat> stat(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& folder) override;
  Status create_folder(const std::string& path) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status unlink(const std::string& path) override;
  Status remove_folder(const std::string& path) override;
  Status sync_folder(const std::string& folder) override;
  Result<std::string> entropy(std::size_t size) override { return outside_->entropy(size); }
  std::string process_description() override { return outside_->process_description(); }
  void sleep_ms(unsigned milliseconds) override { outside_->sleep_ms(milliseconds); }
  std::string network_file_system(const std::string& folder) override {
    return outside_->network_file_system(folder);
  }

 private:
  using Anchor = std::shared_ptr<const Descriptor>;

  Result<std::string> below(const std::string& path) const;
  Result<Anchor> anchor();
  Result<FileStat> look_at_root();
  Status create_root();
  Result<Spot> find(const std::string& path);
  Result<Descriptor> open_folder(const std::string& path, std::string_view action);

  const std::string root_;
  const std::shared_ptr<FileSystem> outside_;
  Mutex mutex_;
  Anchor anchor_ QUIRE_GUARDED_BY(mutex_);
};

/// What comes after the folder's own name; "" for the folder itself.
Result<std::string> FolderFileSystem::below(const std::string& path) const {
  const bool inside =
      path.starts_with(root_) &&
      (path.size() == root_.size() || path[root_.size()] == '/' || root_.ends_with('/'));
  if (!inside) {
    return fail(ErrorCode::internal, path + " is not in " + root_);
  }
  const std::size_t begin = path.find_first_not_of('/', root_.size());
  return begin == std::string::npos ? std::string() : path.substr(begin);
}

Result<FolderFileSystem::Anchor> FolderFileSystem::anchor() {
  const MutexLock lock(mutex_);
  if (anchor_ == nullptr) {
    Descriptor opened = posix::open_at(AT_FDCWD, root_, O_PATH | kFolderFlags);
    if (!opened.is_open()) {
      return folder_failure("open folder", root_, errno, code_of(errno));
    }
    anchor_ = std::make_shared<const Descriptor>(std::move(opened));
  }
  return anchor_;
}

/// Lets go of the folder that was there if another one, or none, is there now.
Result<FileStat> FolderFileSystem::look_at_root() {
  struct ::stat now{};
  const bool is_there = ::fstatat(AT_FDCWD, root_.c_str(), &now, AT_SYMLINK_NOFOLLOW) == 0;
  if (!is_there && errno != ENOENT) {
    return failure("stat", root_, errno);
  }
  const MutexLock lock(mutex_);
  struct ::stat held{};
  if (anchor_ != nullptr && (!is_there || ::fstat(anchor_->get(), &held) != 0 ||
                             held.st_dev != now.st_dev || held.st_ino != now.st_ino)) {
    anchor_.reset();
  }
  return is_there ? posix::file_stat(now) : FileStat{};
}

/// Enters the folders on the way. Errors: `not_found` if one is not there, `store_io` if one is no
/// folder.
Result<Spot> FolderFileSystem::find(const std::string& path) {
  QUIRE_TRY_ASSIGN(const std::string rest, below(path));
  QUIRE_TRY_ASSIGN(Anchor folder, anchor());
  std::size_t at = 0;
  for (std::size_t slash = rest.find('/'); slash != std::string::npos; slash = rest.find('/', at)) {
    const std::string name = rest.substr(at, slash - at);
    QUIRE_TRY(check_name(name, path));
    Descriptor next = posix::open_at(folder->get(), name, O_PATH | kFolderFlags);
    if (!next.is_open()) {
      return folder_failure("open folder", root_ + "/" + rest.substr(0, slash), errno,
                            code_of(errno));
    }
    folder = std::make_shared<const Descriptor>(std::move(next));
    at = slash + 1;
  }
  QUIRE_TRY(rest.empty() ? Status{} : check_name(rest.substr(at), path));
  return Spot{std::move(folder), rest.substr(at)};
}

Result<Descriptor> FolderFileSystem::open_folder(const std::string& path, std::string_view action) {
  QUIRE_TRY_ASSIGN(const Spot spot, find(path));
  Descriptor opened =
      posix::open_at(spot.at(), spot.name.empty() ? "." : spot.name, O_RDONLY | kFolderFlags);
  if (!opened.is_open()) {
    return folder_failure(action, path, errno, code_of(errno));
  }
  return opened;
}

Result<std::unique_ptr<File>> FolderFileSystem::open(const std::string& path, OpenMode mode) {
  auto spot = find(path);
  if (!spot) {
    const bool absent = spot.error().code == ErrorCode::not_found && mode != OpenMode::read;
    return absent ? fail(ErrorCode::store_io, spot.error().message) : std::unexpected(spot.error());
  }
  int flags = posix::flags_of(mode) | O_NOFOLLOW;
  if (mode == OpenMode::create) {
    if (::unlinkat(spot->at(), spot->name.c_str(), 0) != 0 && errno != ENOENT) {
      return failure("open", path, errno);
    }
    flags |= O_EXCL;
  }
  Descriptor descriptor = posix::open_at(spot->at(), spot->name, flags, kOwnersFile);
  if (!descriptor.is_open()) {
    return folder_failure("open", path, errno,
                          mode == OpenMode::read ? code_of(errno) : ErrorCode::store_io);
  }
  return posix::regular_file(std::move(descriptor), path);
}

Result<FileStat> FolderFileSystem::stat(const std::string& path) {
  QUIRE_TRY_ASSIGN(const std::string rest, below(path));
  if (rest.empty()) {
    return look_at_root();
  }
  const auto spot = find(path);
  if (!spot) {
    return spot.error().code == ErrorCode::not_found ? Result<FileStat>(FileStat{})
                                                     : std::unexpected(spot.error());
  }
  struct ::stat found{};
  if (::fstatat(spot->at(), spot->name.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0) {
    return errno == ENOENT ? Result<FileStat>(FileStat{}) : failure("stat", path, errno);
  }
  return posix::file_stat(found);
}

Result<std::vector<std::string>> FolderFileSystem::list(const std::string& folder) {
  QUIRE_TRY_ASSIGN(Descriptor opened, open_folder(folder, "list"));
  return posix::names_in(std::move(opened), folder);
}

/// The folders above it are made as others are.
Status FolderFileSystem::create_root() {
  const auto make = [this] { return ::mkdir(root_.c_str(), kOwnersFolder); };
  if (make() != 0 && errno == ENOENT) {
    QUIRE_TRY(outside_->create_folder(root_.substr(0, root_.rfind('/'))));
    static_cast<void>(make());
  }
  return outside_->create_folder(root_);  // It says what is wrong, and reaches the disk.
}

Status FolderFileSystem::create_folder(const std::string& path) {
  QUIRE_TRY_ASSIGN(const std::string rest, below(path));
  if (rest.empty()) {
    return create_root();
  }
  const std::string parent = path.substr(0, path.rfind('/'));
  if (parent.size() > root_.size() || !anchor()) {  // A folder that was moved is not made anew.
    QUIRE_TRY(create_folder(parent));
  }
  QUIRE_TRY_ASSIGN(const Spot spot, find(path));
  if (::mkdirat(spot.at(), spot.name.c_str(), kOwnersFolder) != 0) {
    const int error = errno;
    QUIRE_TRY_ASSIGN(const FileStat found, stat(path));
    if (!found.is_directory) {
      return failure("create folder", path, error);
    }
  }
  return sync_folder(parent);
}

Status FolderFileSystem::rename(const std::string& from, const std::string& to) {
  QUIRE_TRY_ASSIGN(const Spot old_spot, find(from));
  QUIRE_TRY_ASSIGN(const Spot new_spot, find(to));
  if (::renameat(old_spot.at(), old_spot.name.c_str(), new_spot.at(), new_spot.name.c_str()) != 0) {
    return failure("rename", from + " to " + to, errno, code_of(errno));
  }
  return {};
}

Status FolderFileSystem::unlink(const std::string& path) {
  QUIRE_TRY_ASSIGN(const Spot spot, find(path));
  if (::unlinkat(spot.at(), spot.name.c_str(), 0) != 0) {
    return failure("unlink", path, errno, code_of(errno));
  }
  return {};
}

Status FolderFileSystem::remove_folder(const std::string& path) {
  QUIRE_TRY_ASSIGN(const Spot spot, find(path));
  if (::unlinkat(spot.at(), spot.name.c_str(), AT_REMOVEDIR) != 0) {
    return failure("remove folder", path, errno, code_of(errno));
  }
  return {};
}

Status FolderFileSystem::sync_folder(const std::string& folder) {
  QUIRE_TRY_ASSIGN(Descriptor opened, open_folder(folder, "open folder"));
  return posix::sync_names(std::move(opened), folder);
}

}  // namespace

std::string real_path(const std::string& path) {
  std::error_code failed;
  const std::filesystem::path whole = std::filesystem::absolute(path, failed).lexically_normal();
  const std::filesystem::path real = std::filesystem::weakly_canonical(whole, failed);
  std::string name = (failed ? whole : real).string();
  while (name.size() > 1 && name.ends_with('/')) {
    name.pop_back();
  }
  return name;
}

std::shared_ptr<FileSystem> folder_file_system(std::string folder) {
  return std::make_shared<FolderFileSystem>(std::move(folder));
}

}  // namespace quire::base
