#include "chunking/line_chunker.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <span>
#include <string_view>

namespace quire::chunking {
namespace {

constexpr std::uint32_t kWantedRows = 36;
/// No piece is cut off shorter, unless its bytes force it.
constexpr std::uint32_t kLeastRows = 12;
/// Up to here short Markdown sections are joined.
constexpr std::uint32_t kJoinedRows = 36;

bool begins_with_any(std::string_view line, std::span<const std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return line.starts_with(word); });
}

/// A line that ends or continues the statement above it.
bool continues(std::string_view line) {
  static constexpr std::array<std::string_view, 13> kWords{
      "}",    ")",      "]",       "else",   "elif",   "end",   "fi",
      "done", "except", "finally", "catch ", "catch(", "#else",
  };
  return begins_with_any(line, kWords);
}

/// A line that speaks about the one below it.
bool introduces(std::string_view line) {
  static constexpr std::array<std::string_view, 7> kWords{"//", "/*", "*", "#", "@", "--", ";;"};
  return begins_with_any(line, kWords);
}

/// How good it is to cut before `row`, in lines of distance from where the cut was wanted.
std::int64_t cut_quality(const Lines& lines, std::uint32_t row) {
  if (lines.is_blank(row)) {
    return -40;
  }
  std::int64_t quality = -static_cast<std::int64_t>(std::min(lines.indent(row), 24U));
  if (lines.is_blank(row - 1)) {
    quality += 16;
  } else if (introduces(lines.trimmed(row - 1)) && !introduces(lines.trimmed(row))) {
    quality -= 12;
  }
  if (continues(lines.trimmed(row))) {
    quality -= 20;
  }
  return quality;
}

/// The last row that a chunk from `first` may hold.
std::uint32_t last_fitting(const Lines& lines, Rows rows) {
  std::uint32_t last = std::min(rows.last, rows.first + kMaxRows - 1);
  while (last > rows.first && !fits_one_chunk(lines, {rows.first, last})) {
    --last;
  }
  return last;
}

/// Where the rest begins when a piece is cut off the front of `rows`.
std::uint32_t best_cut(const Lines& lines, Rows rows) {
  const std::uint32_t pieces = (rows.count() + kWantedRows - 1) / kWantedRows;
  const std::uint32_t wanted = rows.first + rows.count() / std::max(pieces, 2U);
  const std::uint32_t end = last_fitting(lines, rows) + 1;
  std::uint32_t best = end;
  std::int64_t best_quality = INT64_MIN;
  for (std::uint32_t row = std::min(rows.first + kLeastRows, end); row <= end; ++row) {
    const std::int64_t distance = row > wanted ? row - wanted : wanted - row;
    const std::int64_t quality = cut_quality(lines, row) - distance;
    if (quality > best_quality) {
      best = row;
      best_quality = quality;
    }
  }
  return best;
}

struct Fence {
  std::string_view mark;

  /// Follows fenced code blocks (CommonMark 4.5); true inside one and on its fences.
  bool holds(std::string_view line) {
    if (mark.empty()) {
      if (line.starts_with("```") || line.starts_with("~~~")) {
        mark = line.substr(0, 3);
        return true;
      }
      return false;
    }
    if (line.starts_with(mark)) {
      mark = {};
    }
    return true;
  }
};

bool is_heading(std::string_view line) {
  const std::size_t level = std::min(line.find_first_not_of('#'), line.size());
  return level >= 1 && level <= 6 && (level == line.size() || line[level] == ' ');
}

std::vector<Rows> markdown_sections(const Lines& lines, Rows rows) {
  std::vector<Rows> sections;
  Fence fence;
  std::uint32_t first = rows.first;
  for (std::uint32_t row = rows.first; row <= rows.last; ++row) {
    if (!fence.holds(lines.trimmed(row)) && is_heading(lines.line(row)) && row > first) {
      sections.push_back({first, row - 1});
      first = row;
    }
  }
  sections.push_back({first, rows.last});
  return sections;
}

}  // namespace

std::vector<Rows> cut_rows(const Lines& lines, Rows rows) {
  std::vector<Rows> pieces;
  std::optional<Rows> rest = without_blank_ends(lines, rows);
  while (rest && !fits_one_chunk(lines, *rest)) {
    const std::uint32_t cut = best_cut(lines, *rest);
    pieces.push_back(without_blank_ends(lines, {rest->first, cut - 1}).value());
    rest = without_blank_ends(lines, {cut, rest->last});
  }
  if (rest) {
    pieces.push_back(*rest);
  }
  return pieces;
}

std::vector<Rows> cut_markdown(const Lines& lines, Rows rows) {
  std::vector<Rows> joined;
  for (const Rows section : markdown_sections(lines, rows)) {
    const bool joins = !joined.empty() && section.last - joined.back().first < kJoinedRows;
    if (joins) {
      joined.back().last = section.last;
    } else {
      joined.push_back(section);
    }
  }
  std::vector<Rows> pieces;
  for (const Rows section : joined) {
    std::ranges::copy(cut_rows(lines, section), std::back_inserter(pieces));
  }
  return pieces;
}

}  // namespace quire::chunking
