#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <quire/result.hpp>

namespace quire::base {

enum class OpenMode {
  read,        ///< Must exist.
  read_write,  ///< Created empty if absent, never truncated.
  create,      ///< Created, or emptied if present; for writing.
};

enum class LockMode { shared, exclusive };

/// Bytes of a file, mapped or read; unchanged and valid while this lives.
class FileBytes {
 public:
  virtual ~FileBytes() = default;
  virtual std::string_view view() const = 0;
  /// Copies [offset, offset + size) of view() to `to`, without taking more of the file into memory
  /// than that.
  virtual void copy(std::size_t offset, std::size_t size, char* to) const {
    view().substr(offset, size).copy(to, size);
  }
  /// Gives back the memory of what was read so far; what is used again is fetched again, by any
  /// thread. Does nothing for bytes that are not mapped.
  virtual void release() const {}
};

/// One open file. Every error is `store_io` and names the path, the action and the system's words.
/// Const members may run at the same time.
class File {
 public:
  virtual ~File() = default;

  /// Reads up to `size` bytes at `offset`; fewer only at the end of the file.
  virtual Result<std::string> read_at(std::uint64_t offset, std::size_t size) const = 0;
  /// The same into memory that is there.
  virtual Result<std::size_t> read_into(std::uint64_t offset, std::span<char> to) const;
  /// The bytes [0, size) of now, mapped where the system can. The file must not shrink meanwhile.
  virtual Result<std::unique_ptr<FileBytes>> map() const = 0;
  /// The same, holding no descriptor of the system: FileBytes::copy() takes what it copies into
  /// memory. For what there may be thousands of.
  virtual Result<std::unique_ptr<FileBytes>> map_alone() const { return map(); }
  virtual Result<std::uint64_t> size() const = 0;
  /// As FileStat::inode. No other file has the same one while this is open.
  virtual std::uint64_t inode() const = 0;

  /// Writes all of `bytes`, or fails having written any part of them.
  virtual Status write_at(std::uint64_t offset, std::string_view bytes) = 0;
  virtual Status truncate(std::uint64_t size) = 0;
  /// Content (and size) reach the disk. After a failure the content is unknown: never retry.
  virtual Status sync() = 0;

  /// Locks one byte of the file for this open file (an OFD lock: another open of the same file
  /// conflicts, in this process too; gone when the file is closed or the process dies). False:
  /// somebody else holds it.
  virtual Result<bool> try_lock(std::uint64_t byte, LockMode mode) = 0;
  virtual Status unlock(std::uint64_t byte) = 0;

  /// Closes, and says whether the system lost something doing so. The destructor closes too.
  virtual Status close() = 0;
};

struct FileStat {
  bool exists = false;
  bool is_directory = false;
  bool is_file = false;  ///< A regular one.
  std::uint64_t size = 0;
  std::uint64_t inode = 0;
};

/// The only door to the disk. Paths are as the system takes them; nothing is cached.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  /// Errors: `not_found` where mode needs the file and it is absent; else `store_io`.
  virtual Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) = 0;
  /// Absence is an answer here, not an error.
  virtual Result<FileStat> stat(const std::string& path) = 0;
  /// Names in a folder, sorted, without "." and ".."; `not_found` if there is no such folder.
  virtual Result<std::vector<std::string>> list(const std::string& folder) = 0;
  /// Creates the folder and its parents as needed; it is on the disk when this returns.
  virtual Status create_folder(const std::string& path) = 0;
  /// Replaces `to` in one step. Errors of this and of unlink(): `not_found`, `store_io`.
  virtual Status rename(const std::string& from, const std::string& to) = 0;
  virtual Status unlink(const std::string& path) = 0;
  /// Removes an empty folder. Errors: `not_found`, `store_io` (not empty, say).
  virtual Status remove_folder(const std::string& path) = 0;
  /// Creations, renames and unlinks in `folder` reach the disk.
  virtual Status sync_folder(const std::string& folder) = 0;

  /// Random bytes, for uuids and salts.
  virtual Result<std::string> entropy(std::size_t size) = 0;
  /// "pid 123 (quire index /src)", for the text of a lock file.
  virtual std::string process_description() = 0;
  /// Lets another process go on while a lock is waited for.
  virtual void sleep_ms(unsigned milliseconds) = 0;
  /// "nfs", "fuse", ... if `folder` lies on a file system whose locks may not hold; else "".
  virtual std::string network_file_system(const std::string& folder) = 0;
};

/// The real disk.
std::shared_ptr<FileSystem> posix_file_system();

/// `path` without links and from the top, so that it stays the same place whatever the working
/// folder becomes. What is not there yet is taken as it is spelled.
std::string real_path(const std::string& path);

/// One folder of the real disk, `folder` (a real_path()), and what is below it; every path begins
/// with it, others are `internal`. No link below it is ever followed: a link is neither a file nor
/// a folder here, so opening one is `store_io`, stat() describes the link itself, and a file that
/// is created takes the place of the link. Nor is a file that is created one that was there: what
/// else led to the old one, a mapping or a hard link, keeps it. What is created, the folder itself
/// too, is its owner's alone (0600, 0700); what is there keeps its mode.
///
/// The folder is held by a descriptor from its first use on: whatever becomes of its name, all goes
/// to the folder that was found there, until stat() of the folder itself finds that another one
/// has its place, or none. Thread-safe.
std::shared_ptr<FileSystem> folder_file_system(std::string folder);

/// True if this process may create files in `folder` of the real disk: permissions and mount allow
/// it.
bool is_writable(const std::string& folder);

/// Puts `bytes` in place of what the file at `path` of the real disk holds: a reader sees the one
/// or the other, and so does who comes after a crash. Keeps mode and, where allowed, owner; creates
/// what is missing, folders too. A link at `path` is replaced, not followed. Errors: `store_io`,
/// also for a file that nobody or not this process may write; nothing has then changed.
Status replace_file(const std::string& path, std::string_view bytes);

/// open + map.
Result<std::unique_ptr<FileBytes>> map_file(FileSystem& files, const std::string& path);
/// open + read all.
Result<std::string> read_file(FileSystem& files, const std::string& path);
/// `folder` + "/" + `name`.
std::string join(std::string_view folder, std::string_view name);

}  // namespace quire::base
