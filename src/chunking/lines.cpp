#include "chunking/lines.hpp"

#include <algorithm>

namespace quire::chunking {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

std::string_view without_mark(std::string_view line) {
  if (line.starts_with(kByteOrderMark)) {
    line.remove_prefix(kByteOrderMark.size());
  }
  return line;
}

std::string_view without_line_feed(std::string_view text) {
  if (text.ends_with('\n')) {
    text.remove_suffix(1);
  }
  return text;
}

}  // namespace

Lines::Lines(std::string_view text) : text_(text) {
  std::size_t start = 0;
  while (start < text.size()) {
    starts_.push_back(static_cast<std::uint32_t>(start));
    const std::size_t feed = text.find('\n', start);
    start = feed == std::string_view::npos ? text.size() : feed + 1;
  }
  starts_.push_back(static_cast<std::uint32_t>(text.size()));
  indents_.reserve(count());
  for (std::uint32_t row = 0; row < count(); ++row) {
    std::uint32_t column = 0;
    const std::string_view content = without_mark(line(row));
    const auto solid = std::ranges::find_if_not(content, [&](char c) {
      column += c == '\t' ? 4 : 1;
      return is_space(c);
    });
    indents_.push_back(solid == content.end() ? kBlank : column - 1);
  }
}

std::string_view Lines::line(std::uint32_t row) const {
  return text({row, row});
}

std::string_view Lines::text(Rows rows) const {
  return without_line_feed(text_.substr(starts_[rows.first], byte_size(rows)));
}

std::string_view Lines::trimmed(std::uint32_t row) const {
  std::string_view content = without_mark(line(row));
  while (!content.empty() && is_space(content.front())) {
    content.remove_prefix(1);
  }
  while (!content.empty() && is_space(content.back())) {
    content.remove_suffix(1);
  }
  return content;
}

bool fits_one_chunk(const Lines& lines, Rows rows) {
  return rows.count() <= kMaxRows && (rows.count() == 1 || lines.byte_size(rows) <= kMaxBytes);
}

std::optional<Rows> without_blank_ends(const Lines& lines, Rows rows) {
  while (rows.first < rows.last && lines.is_blank(rows.first)) {
    ++rows.first;
  }
  while (rows.last > rows.first && lines.is_blank(rows.last)) {
    --rows.last;
  }
  return lines.is_blank(rows.first) ? std::nullopt : std::optional(rows);
}

}  // namespace quire::chunking
