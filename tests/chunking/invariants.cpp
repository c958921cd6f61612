#include "chunking/invariants.hpp"

#include <algorithm>

namespace quire::chunking {
namespace {

constexpr std::int64_t kMostLines = 60;
constexpr std::size_t kMostBytes = 8 * 1024;

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t feed = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, feed));
    text.remove_prefix(std::min(feed + 1, text.size()));
  }
  return lines;
}

bool is_blank(std::string_view line) {
  if (line.starts_with("\xEF\xBB\xBF")) {
    line.remove_prefix(3);
  }
  return line.find_first_not_of(" \t\r\v\f") == std::string_view::npos;
}

std::string joined(const std::vector<std::string_view>& lines, const SourceChunk& chunk) {
  std::string text;
  for (std::int64_t line = chunk.start_line; line <= chunk.end_line; ++line) {
    text += (line == chunk.start_line ? "" : "\n") +
            std::string(lines[static_cast<std::size_t>(line - 1)]);
  }
  return text;
}

std::string at_line(std::int64_t line, std::string_view what) {
  return "line " + std::to_string(line) + ": " + std::string(what);
}

std::string broken_chunk(const std::vector<std::string_view>& lines, const SourceChunk& chunk) {
  const std::int64_t line_count = chunk.end_line - chunk.start_line + 1;
  if (line_count < 1 || chunk.end_line > static_cast<std::int64_t>(lines.size())) {
    return at_line(chunk.start_line, "a chunk's last line is outside the file");
  }
  if (chunk.text != joined(lines, chunk)) {
    return at_line(chunk.start_line, "the chunk's text is not the file's");
  }
  if (is_blank(lines[static_cast<std::size_t>(chunk.start_line - 1)]) ||
      is_blank(lines[static_cast<std::size_t>(chunk.end_line - 1)])) {
    return at_line(chunk.start_line, "the chunk begins or ends with a blank line");
  }
  if (line_count > kMostLines || (line_count > 1 && chunk.text.size() > kMostBytes)) {
    return at_line(chunk.start_line, "the chunk is too long");
  }
  if (chunk.symbol_name.has_value() != chunk.symbol_kind.has_value() || chunk.symbol_name == "") {
    return at_line(chunk.start_line, "the chunk has half a symbol");
  }
  return "";
}

}  // namespace

std::string broken_invariant(std::string_view text, const std::vector<SourceChunk>& chunks) {
  const std::vector<std::string_view> lines = lines_of(text);
  std::int64_t next = 1;
  for (const SourceChunk& chunk : chunks) {
    if (chunk.start_line < next) {
      return at_line(chunk.start_line, "chunks overlap or are out of order");
    }
    if (std::string broken = broken_chunk(lines, chunk); !broken.empty()) {
      return broken;
    }
    for (; next < chunk.start_line; ++next) {
      if (!is_blank(lines[static_cast<std::size_t>(next - 1)])) {
        return at_line(next, "in no chunk");
      }
    }
    next = chunk.end_line + 1;
  }
  for (; next <= static_cast<std::int64_t>(lines.size()); ++next) {
    if (!is_blank(lines[static_cast<std::size_t>(next - 1)])) {
      return at_line(next, "in no chunk");
    }
  }
  return "";
}

}  // namespace quire::chunking
