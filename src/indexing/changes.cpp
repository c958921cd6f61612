#include "indexing/changes.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "indexing/file_rows.hpp"

namespace quire::indexing {
namespace {

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

/// Paths of which a walk could say nothing, displayable.
using Unseen = std::unordered_set<std::string>;

/// True if `path` or one of the folders that it is in is among `unseen`.
bool is_unseen(std::string path, const Unseen& unseen) {
  while (!unseen.contains(path)) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) {
      return false;
    }
    path.resize(slash);
  }
  return true;
}

Unseen take_skipped(const std::vector<source::SkippedPath>& paths, std::vector<SkippedFile>& out) {
  Unseen unseen;
  for (const source::SkippedPath& path : paths) {
    std::string shown = source::displayable_path(path.path);
    if (path.unseen) {
      unseen.insert(shown);
    }
    out.push_back({std::move(shown), path.reason});
  }
  return unseen;
}

/// What of `strays` is neither among `files` nor unseen.
std::vector<std::string> without_file(std::vector<std::string> strays,
                                      const std::vector<source::SourceFile>& files,
                                      const Unseen& unseen) {
  if (strays.empty()) {
    return strays;
  }
  std::unordered_set<std::string> there;
  for (const source::SourceFile& file : files) {
    there.insert(source::displayable_path(file.path));
  }
  std::erase_if(strays, [&](const std::string& name) {
    return there.contains(name) || is_unseen(name, unseen);
  });
  return strays;
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
                     std::vector<std::string> strays,
                     bool rebuild) {
  Changes out;
  const Unseen unseen = take_skipped(walked.skipped, out.skipped);
  out.strays = without_file(std::move(strays), walked.files, unseen);
  KnownByName rest = by_name(std::move(known));
  for (source::SourceFile& file : told_apart(std::move(walked.files), out.skipped)) {
    const std::string name = source::displayable_path(file.path);
    std::optional<source::KnownFile> before = take(rest, name);
    if (rebuild || !before || !same_stat(file, *before)) {
      out.candidates.push_back({std::move(file), std::move(before)});
    } else if (before->binary) {
      out.skipped.push_back({name, "binary"});
    } else {
      ++out.unchanged;
    }
  }
  for (auto& [name, file] : rest) {
    if (!is_unseen(name, unseen)) {
      out.gone.push_back(std::move(file));
    }
  }
  std::ranges::sort(out.gone, {}, &source::KnownFile::path);
  std::ranges::sort(out.skipped, {}, &SkippedFile::path);
  return out;
}

}  // namespace quire::indexing
