#include "source/walk.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <dirent.h>

#include "base/try.hpp"
#include "base/utf8.hpp"
#include "source/git_places.hpp"
#include "source/ignore_stack.hpp"
#include "source/secrets.hpp"

namespace quire::source {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) {
      ::close(value_);
    }
  }
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return value_; }
  bool ok() const { return value_ >= 0; }

 private:
  int value_;
};

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using Folder = std::unique_ptr<DIR, CloseFolder>;

std::string system_words(int error) {
  return std::strerror(error);
}

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

std::string larger_than(std::uint64_t size, std::uint64_t most) {
  return std::to_string(size) + " bytes, more than " + std::to_string(most);
}

SourceFile source_file(std::string path, const struct stat& found) {
  return {std::move(path), static_cast<std::uint64_t>(found.st_size), nanoseconds(found.st_mtim),
          std::uint64_t{found.st_ino}};
}

bool is_tool_folder(std::string_view name) {
  return name == ".git" || name == ".hg" || name == ".svn" || name == ".quire" ||
         name.starts_with(".quire.foreign");
}

enum class Kind { other, file, folder };

struct Entry {
  std::string
      name;  ///< A folder's with `/` at the end, so that sorting gives the order of whole paths.
  Kind kind = Kind::other;
  SourceFile file;
};

/// One folder at a time is open, so that the depth of a tree costs no descriptors.
class Walker {
 public:
  Walker(int root,
         const std::filesystem::path& path,
         const WalkOptions& options,
         IgnoreStack ignores)
      : root_(root), path_(path), options_(options), ignores_(std::move(ignores)) {}

  WalkResult run() {
    visit("");
    remark_on_secrets();
    for (const IgnoreStack::TooLarge& file : ignores_.too_large()) {
      result_.remarks.push_back(
          {file.path, "not obeyed: " + larger_than(file.bytes, kMostIgnoreBytes)});
    }
    return std::move(result_);
  }

 private:
  void remark_on_secrets() {
    if (secrets_ > 0) {
      const std::string others =
          secrets_ == 1 ? "" : " with " + std::to_string(secrets_ - 1) + " more";
      result_.remarks.push_back(
          {first_secret_, "left out" + others +
                              ", as files of such names hold secrets; a ! rule in a .quireignore "
                              "brings them in"});
    }
  }

  bool is_stopped() {
    result_.stopped = result_.stopped || (options_.should_stop && options_.should_stop());
    return result_.stopped;
  }

  /// `prefix`: "" or "a/b/".
  void visit(const std::string& prefix) {
    if (is_stopped()) {
      return;
    }
    const std::size_t level = ignores_.size();
    for (Entry& entry : entries(prefix)) {
      if (entry.kind == Kind::folder) {
        visit(prefix + entry.name);
      } else {
        add(std::move(entry.file));
      }
    }
    ignores_.shrink(level);
  }

  void add(SourceFile file) {
    if (file.size > options_.max_file_bytes) {
      result_.skipped.push_back(
          {std::move(file.path), larger_than(file.size, options_.max_file_bytes), false});
      return;
    }
    result_.files.push_back(std::move(file));
  }

  void skip_folder(const std::string& prefix, int error) {
    result_.skipped.push_back({prefix.substr(0, prefix.find_last_not_of('/') + 1),
                               "folder can't be listed: " + system_words(error), true});
  }

  /// A file may go between listing and asking for it; any other error says nothing about it.
  void skip_unseen(std::string path, int error) {
    if (error != ENOENT) {
      result_.skipped.push_back({std::move(path), system_words(error), true});
    }
  }

  /// What is to be visited in a folder, sorted; its ignore files are on the stack afterwards.
  std::vector<Entry> entries(const std::string& prefix) {
    std::vector<Entry> out;
    const int fd = ::openat(root_, prefix.empty() ? "." : prefix.c_str(),
                            O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    const Folder folder(fd < 0 ? nullptr : ::fdopendir(fd));
    if (folder == nullptr) {
      skip_folder(prefix, errno);
      return out;
    }
    std::vector<IgnoreFile> ignore_files;
    bool git_tree = false;
    errno = 0;
    while (const dirent* const entry = ::readdir(folder.get())) {
      const std::string_view name = entry->d_name;
      if (name == "." || name == "..") {
        continue;
      }
      if (const std::optional<IgnoreFile> file = ignore_file_named(name)) {
        ignore_files.push_back(*file);
      }
      git_tree = git_tree || name == ".git";
      if (!is_tool_folder(name)) {
        out.push_back({std::string(name), kind_of(entry->d_type), {}});
      }
      errno = 0;
    }
    if (errno != 0) {
      skip_folder(prefix, errno);
    }
    if (git_tree && !prefix.empty() && is_once_more(prefix)) {
      out.clear();
      return out;
    }
    ignores_.enter(prefix, ignore_files, git_tree);
    std::erase_if(out, [&](Entry& entry) { return !keep(prefix, fd, entry); });
    std::ranges::sort(out, {}, &Entry::name);
    return out;
  }

  /// True for a linked worktree of the repository that the tree is of.
  bool is_once_more(const std::string& prefix) {
    if (!git_top_) {
      git_top_ = git_tree_around(path_).value_or(path_);
    }
    if (!is_linked_worktree(path_ / prefix, *git_top_)) {
      return false;
    }
    result_.remarks.push_back(
        {prefix.substr(0, prefix.size() - 1), "left out, as it is a worktree of this repository"});
    return true;
  }

  static Kind kind_of(unsigned char type) {
    return type == DT_DIR                         ? Kind::folder
           : type == DT_REG || type == DT_UNKNOWN ? Kind::file
                                                  : Kind::other;
  }

  /// Judges an entry, and stats it if it is a file. A folder may have very many, and rules too.
  bool keep(const std::string& prefix, int folder, Entry& entry) {
    constexpr std::uint64_t kEntriesAtOnce = 256;
    if (++judged_ % kEntriesAtOnce == 0 ? is_stopped() : result_.stopped) {
      return false;
    }
    struct stat found{};
    std::string path = prefix + entry.name;
    if (entry.kind == Kind::file) {
      if (ignores_.ignored(path, false)) {
        return false;
      }
      if (::fstatat(folder, entry.name.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0) {
        skip_unseen(std::move(path), errno);
        return false;
      }
      // Some file systems do not say in a listing what an entry is.
      entry.kind = S_ISREG(found.st_mode)   ? Kind::file
                   : S_ISDIR(found.st_mode) ? Kind::folder
                                            : Kind::other;
    }
    if (entry.kind == Kind::folder) {
      entry.name += '/';
      return !ignores_.ignored(path, true);
    }
    entry.file = source_file(std::move(path), found);
    return entry.kind == Kind::file && !is_secret(entry.file.path);
  }

  bool is_secret(const std::string& path) {
    if (!holds_secrets_by_habit(path) || ignores_.asked_for(path)) {
      return false;
    }
    first_secret_ = secrets_++ == 0 ? path : std::min(first_secret_, path);
    return true;
  }

  int root_;
  const std::filesystem::path& path_;               ///< Of the root.
  std::optional<std::filesystem::path> git_top_{};  ///< Once it was asked for.
  const WalkOptions& options_;
  IgnoreStack ignores_;
  WalkResult result_;
  std::uint64_t judged_ = 0;   ///< Entries.
  std::uint64_t secrets_ = 0;  ///< Files that were left out as such.
  std::string first_secret_;
};

/// True for what names something in a folder, and neither the folder nor one above it.
bool is_plain(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && !name.contains('\0');
}

/// No descriptor, because no such path is in the tree.
int nowhere() {
  errno = ENOENT;
  return -1;
}

/// A name in an open folder of a tree.
struct Spot {
  Descriptor folder;
  std::string name;
};

/// Where `path` leads below `root`: through folders alone, by no link and no "..". The folder is
/// not open where that is nowhere, and errno says why.
Spot spot_of(const std::filesystem::path& root, const std::string& path) {
  constexpr int kFolder = O_PATH | O_DIRECTORY | O_CLOEXEC;
  Descriptor folder(::open(root.c_str(), kFolder));
  std::size_t at = 0;
  for (std::size_t slash = path.find('/'); folder.ok() && slash != std::string::npos;
       slash = path.find('/', at)) {
    const std::string name = path.substr(at, slash - at);
    folder = Descriptor(is_plain(name) ? ::openat(folder.get(), name.c_str(), kFolder | O_NOFOLLOW)
                                       : nowhere());
    at = slash + 1;
  }
  std::string name = path.substr(at);
  return is_plain(name) ? Spot{std::move(folder), std::move(name)}
                        : Spot{Descriptor(nowhere()), std::move(name)};
}

Result<std::string> failed(const std::filesystem::path& root, const std::string& path, int error) {
  return fail(ErrorCode::store_io,
              "read " + displayable_path((root / path).native()) + ": " + system_words(error));
}

}  // namespace

Result<WalkResult> walk(const std::filesystem::path& root, const WalkOptions& options) {
  const std::string shown = displayable_path(root.native());
  const Descriptor folder(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.ok()) {
    WalkResult found = Walker(folder.get(), root, options, IgnoreStack::above(root)).run();
    if (!found.skipped.empty() && found.skipped.front().path.empty()) {
      return fail(ErrorCode::store_io, "list " + shown + ": " + found.skipped.front().reason);
    }
    return found;
  }
  if (errno == ENOENT) {
    return fail(ErrorCode::not_found, "list " + shown + ": there is no such folder");
  }
  if (errno == ENOTDIR) {
    return fail(ErrorCode::invalid_argument,
                "list " + shown + ": not a folder; name the one it is in");
  }
  return fail(ErrorCode::store_io, "list " + shown + ": " + system_words(errno));
}

std::optional<SourceFile> stat_file(const std::filesystem::path& root, const std::string& path) {
  const Spot spot = spot_of(root, path);
  struct stat found{};
  if (!spot.folder.ok() ||
      ::fstatat(spot.folder.get(), spot.name.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0 ||
      !S_ISREG(found.st_mode)) {
    return std::nullopt;
  }
  return source_file(path, found);
}

Result<std::string> read_source(const std::filesystem::path& root,
                                const std::string& path,
                                std::uint64_t max_bytes) {
  const Spot spot = spot_of(root, path);
  // Without O_NONBLOCK, a pipe that took the file's place since the walk would be waited for.
  const Descriptor file(spot.folder.ok() ? ::openat(spot.folder.get(), spot.name.c_str(),
                                                    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
                                         : -1);
  struct stat found{};
  if (!file.ok() || ::fstat(file.get(), &found) != 0) {
    return failed(root, path, errno);
  }
  if (!S_ISREG(found.st_mode)) {
    return fail(ErrorCode::store_io,
                "read " + displayable_path((root / path).native()) + ": not a regular file");
  }
  const auto too_large = [&] {
    return fail(ErrorCode::store_io, "read " + displayable_path((root / path).native()) +
                                         ": more than " + std::to_string(max_bytes) + " bytes");
  };
  if (static_cast<std::uint64_t>(found.st_size) > max_bytes) {
    return too_large();
  }
  std::string out(static_cast<std::size_t>(found.st_size) + 1, '\0');
  std::size_t size = 0;
  while (true) {
    const ssize_t got = ::read(file.get(), out.data() + size, out.size() - size);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return failed(root, path, errno);
    }
    if (got == 0) {
      break;
    }
    size += static_cast<std::size_t>(got);
    if (size > max_bytes) {  // It grows while it is read.
      return too_large();
    }
    if (size == out.size()) {
      out.resize(out.size() * 2);
    }
  }
  out.resize(size);
  return out;
}

std::string displayable_path(std::string_view path) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  while (const std::optional<std::size_t> bad = base::invalid_utf8_offset(path)) {
    const auto byte = static_cast<unsigned char>(path[*bad]);
    out += path.substr(0, *bad);
    out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    path.remove_prefix(*bad + 1);
  }
  out += path;
  return out;
}

}  // namespace quire::source
