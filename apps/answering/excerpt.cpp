#include "answering/excerpt.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>

#include "answering/caption.hpp"

namespace quire::answering {
namespace {

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

/// Without the blank ones at the end, but for one.
std::vector<std::string_view> shown_lines(std::string_view content) {
  std::vector<std::string_view> lines = lines_of(content);
  while (lines.size() > 1 && is_blank(lines.back())) {
    lines.pop_back();
  }
  return lines;
}

std::size_t first_not_blank(const std::vector<std::string_view>& lines) {
  std::size_t first = 0;
  while (first + 1 < lines.size() && is_blank(lines[first])) {
    ++first;
  }
  return first;
}

/// For each line, the terms that it matches.
std::vector<std::vector<std::size_t>> terms_by_line(const std::vector<std::string_view>& lines,
                                                    std::span<const TextMatch> matches) {
  std::vector<std::vector<std::size_t>> terms(lines.size());
  std::size_t line = 0;
  std::size_t end = lines.front().size();
  for (const TextMatch& match : matches) {
    while (match.begin > end && line + 1 < lines.size()) {
      end += lines[++line].size() + 1;
    }
    if (match.begin <= end) {
      terms[line].push_back(match.term);
    }
  }
  return terms;
}

/// How many different terms stand in a window of lines that is moved down.
class TermWindow {
 public:
  void add(const std::vector<std::size_t>& terms) {
    for (const std::size_t term : terms) {
      ++counts_[term];
    }
  }
  void remove(const std::vector<std::size_t>& terms) {
    for (const std::size_t term : terms) {
      if (--counts_[term] == 0) {
        counts_.erase(term);
      }
    }
  }
  std::size_t different() const { return counts_.size(); }

 private:
  std::map<std::size_t, std::size_t> counts_;
};

std::size_t best_window(const std::vector<std::vector<std::size_t>>& terms,
                        std::size_t first,
                        std::size_t limit) {
  TermWindow window;
  for (std::size_t line = first; line < std::min(first + limit, terms.size()); ++line) {
    window.add(terms[line]);
  }
  std::size_t best = first;
  std::size_t most = window.different();
  for (std::size_t at = first; at + limit < terms.size(); ++at) {
    window.remove(terms[at]);
    window.add(terms[at + limit]);
    if (window.different() > most) {
      most = window.different();
      best = at + 1;
    }
  }
  return best;
}

Excerpt excerpt_at(const std::vector<std::string_view>& lines,
                   std::size_t first,
                   std::size_t limit) {
  const std::size_t end = std::min(first + limit, lines.size());
  return {first,
          {lines.begin() + static_cast<std::ptrdiff_t>(first),
           lines.begin() + static_cast<std::ptrdiff_t>(end)},
          lines.size() - end};
}

std::string_view last_part(std::string_view name) {
  return name.substr(name.find_last_of(":.#/$") + 1);
}

/// Of a line that no one wrote, whole characters.
std::string_view beginning_of(std::string_view line) {
  constexpr std::size_t kMostBytes = 1024;
  std::size_t end = std::min(line.size(), kMostBytes);
  while (end < line.size() && end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80U) {
    --end;
  }
  return line.substr(0, end);
}

/// Where the hit's definition begins among so many lines of its chunk; else the first.
std::size_t line_of_definition(const SearchHit& hit, std::size_t lines) {
  const std::int64_t line = hit.definition ? hit.definition->line - hit.meta.start_line : 0;
  return line > 0 && line < static_cast<std::int64_t>(lines) ? static_cast<std::size_t>(line) : 0;
}

}  // namespace

void Excerpt::widen(std::string_view content, std::size_t above, std::size_t below) {
  *this = excerpt_at(shown_lines(content), first - above, above + lines.size() + below);
}

Excerpt excerpt_of(std::string_view content,
                   std::span<const TextMatch> matches,
                   std::size_t limit) {
  const std::vector<std::string_view> lines = shown_lines(content);
  const std::size_t first = first_not_blank(lines);
  const auto terms = terms_by_line(lines, matches);
  return excerpt_at(lines, limit > 0 ? best_window(terms, first, limit) : first, limit);
}

Excerpt excerpt_of(const SearchHit& hit, std::size_t limit) {
  if (!hit.definition) {
    return excerpt_of(hit.meta.content, hit.matches, limit);
  }
  const Definition& definition = *hit.definition;
  const std::vector<std::string_view> lines = shown_lines(hit.meta.content);
  const std::size_t begins = line_of_definition(hit, lines.size());
  const auto above =
      static_cast<std::size_t>(std::max(std::int64_t{0}, definition.line - definition.start_line));
  const std::size_t shown_above = std::min({begins, above, above < limit ? above : limit / 2});
  const auto rows = static_cast<std::size_t>(
      std::max(std::int64_t{1}, definition.end_line - definition.line + 1));
  Excerpt excerpt = excerpt_at(lines, begins - shown_above, std::min(limit, shown_above + rows));
  excerpt.after = shown_above + rows - excerpt.lines.size();
  return excerpt;
}

Excerpt signature_of(const SearchHit& hit) {
  const std::vector<std::string_view> lines = shown_lines(hit.meta.content);
  std::size_t line = first_not_blank(lines);
  if (const auto written = caption_of(hit).name) {
    const std::string_view name = last_part(*written);
    const auto begin = static_cast<std::ptrdiff_t>(line_of_definition(hit, lines.size()));
    const auto named = std::find_if(lines.begin() + begin, lines.end(),
                                    [&](std::string_view text) { return text.contains(name); });
    line = named == lines.end() ? line : static_cast<std::size_t>(named - lines.begin());
  }
  return {line, {beginning_of(lines[line])}, 0};
}

std::string signature_text(const SearchHit& hit) {
  const auto known = std::ranges::find(hit.meta.extra, "signature", &ExtraField::name);
  const bool is_of_chunk = !hit.definition || hit.definition->name == hit.meta.symbol_name;
  return known == hit.meta.extra.end() || !is_of_chunk
             ? std::string(signature_of(hit).lines.front())
             : known->value;
}

}  // namespace quire::answering
