#include "searching/freshness.hpp"

#include <algorithm>
#include <utility>

#include "base/checksum.hpp"
#include "source/known_file.hpp"
#include "source/text.hpp"
#include "source/walk.hpp"

namespace quire::searching {
namespace {

bool same_stat(const source::KnownFile& known, const source::SourceFile& now) {
  return known.size == now.size && known.mtime_ns == now.mtime_ns && known.inode == now.inode;
}

bool stands_alone(std::string_view text, std::size_t begin, std::size_t end) {
  return (begin == 0 || text[begin - 1] == '\n') && (end == text.size() || text[end] == '\n');
}

/// An index can come from anybody: what it calls a file of the tree need not be in it, and may be
/// of any size.
Result<std::string> text_of(const std::filesystem::path& root, const std::string& path) {
  return source::read_source(root, path, source::kMaxFileBytes);
}

}  // namespace

std::optional<std::int64_t> line_of(std::string_view lines,
                                    std::string_view text,
                                    std::int64_t near_line) {
  std::optional<std::int64_t> best;
  std::int64_t line = 1;
  std::size_t counted = 0;
  for (std::size_t at = text.find(lines); at != std::string_view::npos;
       at = text.find(lines, at + 1)) {
    line += std::ranges::count(text.substr(counted, at - counted), '\n');
    counted = at;
    const bool nearer = !best || std::abs(line - near_line) < std::abs(*best - near_line);
    if (nearer && stands_alone(text, at, at + lines.size())) {
      best = line;
    }
  }
  return best;
}

std::vector<std::string> lines_between(std::string_view text,
                                       std::int64_t first,
                                       std::int64_t last) {
  std::vector<std::string> lines;
  std::int64_t number = 1;
  for (std::size_t at = 0; at < text.size() && number <= last; ++number) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (number >= first) {
      lines.emplace_back(text.substr(at, end - at));
    }
    at = end + 1;
  }
  return lines;
}

void FreshnessCheck::examine(SearchHit& hit) {
  const File& now = file(hit.meta.file_path);
  hit.freshness = now.freshness;
  if (now.freshness != Freshness::stale) {
    return;
  }
  const auto line = line_of(hit.meta.content, now.text, hit.meta.start_line);
  if (!line) {
    return;
  }
  hit.freshness = *line == hit.meta.start_line ? Freshness::current : Freshness::moved;
  const std::int64_t moved = *line - hit.meta.start_line;
  hit.meta.end_line += moved;
  hit.meta.start_line = *line;
  if (hit.definition) {
    hit.definition->line += moved;
    hit.definition->start_line += moved;
    hit.definition->end_line += moved;
  }
}

void FreshnessCheck::surround(SearchHit& hit, std::size_t lines) {
  if (lines == 0 || hit.freshness == Freshness::stale || hit.freshness == Freshness::gone) {
    return;
  }
  File& now = file(hit.meta.file_path);
  if (now.text.empty()) {
    now.text = source::decoded_text(text_of(*root_, now.path).value_or(""));
  }
  const auto count = static_cast<std::int64_t>(lines);
  hit.before = lines_between(now.text, hit.meta.start_line - count, hit.meta.start_line - 1);
  hit.after = lines_between(now.text, hit.meta.end_line + 1, hit.meta.end_line + count);
}

FreshnessCheck::File& FreshnessCheck::file(const std::string& path) {
  const auto found = files_.find(path);
  return found != files_.end() ? found->second : files_.emplace(path, look_at(path)).first->second;
}

/// A file that changed is `stale` with its text until the hit's own lines are found in it; so is
/// one that was indexed anew after the hits' commit. The store's commit is asked for after what it
/// knows: a commit shows both at once, so that what was read is not of a later one.
FreshnessCheck::File FreshnessCheck::look_at(const std::string& path) const {
  const std::optional<source::KnownFile> known =
      source::decode_known_file(store_->attribute(source::attribute_name(path)).value_or(""));
  const bool of_hits = known && store_->lsn() == lsn_;
  const std::string& exact = known ? known->path : path;
  const std::optional<source::SourceFile> now = source::stat_file(*root_, exact);
  if (!now) {
    return {exact, Freshness::gone, {}};
  }
  if (of_hits && same_stat(*known, *now)) {
    return {exact, Freshness::current, {}};
  }
  const Result<std::string> bytes = text_of(*root_, exact);
  if (!bytes) {
    return {exact, Freshness::stale, {}};
  }
  if (of_hits && known->content_hash == base::checksum(*bytes)) {
    return {exact, Freshness::current, {}};
  }
  return {exact, Freshness::stale, source::decoded_text(*bytes)};
}

}  // namespace quire::searching
