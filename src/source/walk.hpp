#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <quire/result.hpp>

namespace quire::source {

/// A file as the walk found it.
struct SourceFile {
  std::string path;  ///< Relative to the root, `/` between parts, exact bytes.
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;
  std::uint64_t inode = 0;
};

struct SkippedPath {
  std::string path;
  std::string reason;
  bool unseen = false;  ///< Nothing is known of it, nor of what is in it.
};

/// Larger files are not indexed, unless that is asked for.
inline constexpr std::uint64_t kMaxFileBytes = std::uint64_t{2} << 20;

/// On a file that was not taken as it was meant.
struct WalkRemark {
  std::string path;  ///< Relative to the root if it lies in it, else absolute.
  std::string text;
};

struct WalkOptions {
  std::uint64_t max_file_bytes = kMaxFileBytes;
  std::function<bool()> should_stop;  ///< Asked for each folder and some entries; may be null.
};

struct WalkResult {
  std::vector<SourceFile> files;  ///< By path.
  std::vector<SkippedPath>
      skipped;  ///< What a person may miss: unreadable, too large. Not what is ignored.
  bool stopped = false;
  /// On ignore files that are too large to be obeyed, and one on all files that hold secrets.
  std::vector<WalkRemark> remarks = {};
};

/// Every regular file under `root` that git would not ignore (.gitignore files, .git/info/exclude,
/// core.excludesFile or its default place) and that .ignore and .quireignore files do not rule out;
/// of what holds_secrets_by_habit() only that for which a .quireignore has a `!` rule;
/// never .git, .quire, hg, svn. Parents of `root` inside the same git tree count too. Symbolic
/// links are not followed. A linked worktree of the same repository is left out with a remark.
/// Lists and stats, reads no file but git's and those of rules. Errors: `not_found`,
/// `invalid_argument` (not a folder), `store_io` (root can't be listed).
Result<WalkResult> walk(const std::filesystem::path& root, const WalkOptions& options);

/// Stats one file; nothing if it is not there or no regular file. As in read_source(), `path` leads
/// through folders below `root` alone: not by a link, not by "..".
std::optional<SourceFile> stat_file(const std::filesystem::path& root, const std::string& path);

/// A file's bytes. Errors: `store_io` with the system's words, and for more than `max_bytes`.
Result<std::string> read_source(const std::filesystem::path& root,
                                const std::string& path,
                                std::uint64_t max_bytes = std::uint64_t{1} << 32);

/// `path` as valid UTF-8: invalid bytes as %XX. Equal to `path` where that is valid.
std::string displayable_path(std::string_view path);

}  // namespace quire::source
