#include "cli/excerpt.hpp"

#include <algorithm>
#include <set>

#include "base/utf8.hpp"

namespace quire::cli {
namespace {

/// Shorter words ("is", "the", "of") stand everywhere.
constexpr std::size_t kShortestWord = 4;

bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         (static_cast<unsigned char>(c) & 0x80) != 0;
}

std::vector<std::string> words_of(std::string_view query) {
  const std::string folded = base::ascii_lower(query);
  std::set<std::string> words;
  std::string word;
  for (const char c : folded + ' ') {
    if (is_word_byte(c)) {
      word += c;
      continue;
    }
    if (word.size() >= kShortestWord) {
      words.insert(word);
    }
    word.clear();
  }
  return {words.begin(), words.end()};
}

std::vector<std::string_view> lines_of(std::string_view content) {
  std::vector<std::string_view> lines;
  while (true) {
    const std::size_t end = content.find('\n');
    lines.push_back(content.substr(0, end));
    if (end == std::string_view::npos) {
      return lines;
    }
    content.remove_prefix(end + 1);
  }
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

/// For each word, on which lines it stands.
std::vector<std::vector<bool>> occurrences(const std::vector<std::string_view>& lines,
                                           const std::vector<std::string>& words) {
  std::vector<std::vector<bool>> found(words.size(), std::vector<bool>(lines.size()));
  for (std::size_t line = 0; line < lines.size(); ++line) {
    const std::string folded = base::ascii_lower(lines[line]);
    for (std::size_t word = 0; word < words.size(); ++word) {
      found[word][line] = folded.contains(words[word]);
    }
  }
  return found;
}

std::size_t words_in_window(const std::vector<std::vector<bool>>& found,
                            std::size_t first,
                            std::size_t limit) {
  return static_cast<std::size_t>(std::ranges::count_if(found, [&](const std::vector<bool>& on) {
    const auto begin = on.begin() + static_cast<std::ptrdiff_t>(first);
    const auto end = on.begin() + static_cast<std::ptrdiff_t>(std::min(first + limit, on.size()));
    return std::find(begin, end, true) != end;
  }));
}

}  // namespace

Excerpt excerpt_of(std::string_view content, std::string_view query, std::size_t limit) {
  std::vector<std::string_view> lines = lines_of(content);
  while (lines.size() > 1 && is_blank(lines.back())) {
    lines.pop_back();
  }
  Excerpt excerpt;
  while (excerpt.first + 1 < lines.size() && is_blank(lines[excerpt.first])) {
    ++excerpt.first;
  }
  const auto found = occurrences(lines, words_of(query));
  std::size_t most = words_in_window(found, excerpt.first, limit);
  for (std::size_t first = excerpt.first + 1; first + limit <= lines.size(); ++first) {
    const std::size_t words = words_in_window(found, first, limit);
    if (words > most) {
      most = words;
      excerpt.first = first;
    }
  }
  const std::size_t end = std::min(excerpt.first + limit, lines.size());
  excerpt.after = lines.size() - end;
  excerpt.lines.assign(lines.begin() + static_cast<std::ptrdiff_t>(excerpt.first),
                       lines.begin() + static_cast<std::ptrdiff_t>(end));
  return excerpt;
}

}  // namespace quire::cli
