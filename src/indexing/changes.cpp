#include "indexing/changes.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "indexing/file_rows.hpp"

namespace quire::indexing {
namespace {

// The clock of files may be coarser than ours and run behind it: FAT counts in steps of two
// seconds.
constexpr std::int64_t kClockStepSeconds = 2;
constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

bool is_racy(const source::SourceFile& file, std::int64_t last_sweep) {
  return file.mtime_ns >= (last_sweep - kClockStepSeconds) * kNanosecondsPerSecond;
}

bool same_stat(const source::SourceFile& file, const source::KnownFile& known) {
  return file.size == known.size && file.mtime_ns == known.mtime_ns && file.inode == known.inode &&
         file.path == known.path && known.chunker_version == kCutVersion;
}

/// Files by the name they have in the index. Removing from it leaves what is gone.
using KnownByName = std::unordered_map<std::string, source::KnownFile>;

KnownByName by_name(std::vector<source::KnownFile> known) {
  KnownByName out;
  out.reserve(known.size());
  for (source::KnownFile& file : known) {
    std::string name = source::displayable_path(file.path);
    out.emplace(std::move(name), std::move(file));
  }
  return out;
}

std::optional<source::KnownFile> take(KnownByName& known, const std::string& name) {
  auto node = known.extract(name);
  return node.empty() ? std::nullopt : std::optional(std::move(node.mapped()));
}

/// True if one of the folders that `path` is in is among `folders`.
bool is_under(std::string_view path, const std::unordered_set<std::string_view>& folders) {
  for (std::size_t slash = path.rfind('/'); slash != std::string_view::npos;
       slash = path.rfind('/')) {
    path = path.substr(0, slash);
    if (folders.contains(path)) {
      return true;
    }
  }
  return false;
}

/// Two names may look the same when invalid bytes are written as %XX; the store can hold one of
/// them. The first by path stays, which is the one that needs no such writing.
std::vector<source::SourceFile> told_apart(std::vector<source::SourceFile> files,
                                           std::vector<SkippedFile>& skipped) {
  std::unordered_set<std::string> odd;
  for (const source::SourceFile& file : files) {
    if (std::string shown = source::displayable_path(file.path); shown != file.path) {
      odd.insert(std::move(shown));
    }
  }
  if (odd.empty()) {
    return files;
  }
  std::unordered_set<std::string> seen;
  std::erase_if(files, [&](const source::SourceFile& file) {
    std::string shown = source::displayable_path(file.path);
    if (!odd.contains(shown) || seen.insert(shown).second) {
      return false;
    }
    skipped.push_back({std::move(shown), "another file's name is written the same way"});
    return true;
  });
  return files;
}

}  // namespace

Changes find_changes(source::WalkResult walked,
                     std::vector<source::KnownFile> known,
                     std::int64_t last_sweep,
                     bool rebuild) {
  Changes out;
  std::unordered_set<std::string_view> unseen_folders;
  for (const source::SkippedPath& path : walked.skipped) {
    out.skipped.push_back({source::displayable_path(path.path), path.reason});
    if (path.is_folder) {
      unseen_folders.insert(path.path);
    }
  }
  out.known =
      static_cast<std::uint64_t>(std::ranges::count(known, false, &source::KnownFile::binary));
  KnownByName rest = by_name(std::move(known));
  for (source::SourceFile& file : told_apart(std::move(walked.files), out.skipped)) {
    const std::string name = source::displayable_path(file.path);
    std::optional<source::KnownFile> before = take(rest, name);
    if (rebuild || !before || is_racy(file, last_sweep) || !same_stat(file, *before)) {
      out.candidates.push_back({std::move(file), std::move(before)});
    } else if (before->binary) {
      out.skipped.push_back({name, "binary"});
    } else {
      ++out.unchanged;
    }
  }
  for (auto& [name, file] : rest) {
    if (!is_under(file.path, unseen_folders)) {
      out.gone.push_back(std::move(file));
    }
  }
  std::ranges::sort(out.gone, {}, &source::KnownFile::path);
  std::ranges::sort(out.skipped, {}, &SkippedFile::path);
  return out;
}

}  // namespace quire::indexing
