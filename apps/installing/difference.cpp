#include "installing/difference.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

namespace quire::installing {
namespace {

constexpr std::size_t kContext = 3;

using Lines = std::vector<std::string_view>;

/// Each with its line feed.
Lines lines_of(const FileText& text) {
  Lines lines;
  std::string_view rest = text ? std::string_view(*text) : std::string_view();
  while (!rest.empty()) {
    const std::size_t feed = rest.find('\n');
    const std::size_t size = feed == std::string_view::npos ? rest.size() : feed + 1;
    lines.push_back(rest.substr(0, size));
    rest.remove_prefix(size);
  }
  return lines;
}

void add(std::string& out, char sign, const Lines& lines, std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < end; ++i) {
    out.append(1, sign).append(lines[i]);
    out += lines[i].ends_with('\n') ? "" : "\n\\ No newline at end of file\n";
  }
}

/// "12,5": from which line on, and how many.
std::string range(std::size_t begin, std::size_t end) {
  const std::size_t count = end - begin;
  return std::to_string(count == 0 ? begin : begin + 1) + "," + std::to_string(count);
}

}  // namespace

std::string difference(const FileText& before, const FileText& after, const std::string& file) {
  if (before == after) {
    return "";
  }
  const Lines old = lines_of(before);
  const Lines now = lines_of(after);
  const std::size_t shorter = std::min(old.size(), now.size());
  std::size_t same = 0;
  while (same < shorter && old[same] == now[same]) {
    ++same;
  }
  std::size_t tail = 0;
  while (tail < shorter - same && old[old.size() - 1 - tail] == now[now.size() - 1 - tail]) {
    ++tail;
  }
  const std::size_t begin = same - std::min(same, kContext);
  const std::size_t around = std::min(tail, kContext);
  const std::size_t old_end = old.size() - tail;
  const std::size_t now_end = now.size() - tail;
  std::string out =
      "--- " + (before ? file : "/dev/null") + "\n+++ " + (after ? file : "/dev/null");
  out +=
      "\n@@ -" + range(begin, old_end + around) + " +" + range(begin, now_end + around) + " @@\n";
  add(out, ' ', old, begin, same);
  add(out, '-', old, same, old_end);
  add(out, '+', now, same, now_end);
  add(out, ' ', old, old_end, old_end + around);
  return out;
}

}  // namespace quire::installing
