#include "cli/painted_line.hpp"

#include <algorithm>

#include <quire/highlight.hpp>

#include "answering/wording.hpp"
#include "base/printable.hpp"

namespace quire::cli {
namespace {

using answering::fitting_bytes;
using answering::kEllipsis;
using base::printable;

/// What is shown before a match that stands far to the right: a third of the line.
constexpr std::size_t kLeadParts = 3;

Ink ink_of(SyntaxKind kind) {
  switch (kind) {
    case SyntaxKind::comment:
      return Ink::comment;
    case SyntaxKind::string:
      return Ink::string;
    case SyntaxKind::keyword:
      return Ink::keyword;
    case SyntaxKind::number:
      return Ink::number;
  }
  return Ink::plain;
}

template <class Range>
void fill(std::vector<Ink>& inks, const Range& range, Ink ink) {
  std::fill(inks.begin() + static_cast<std::ptrdiff_t>(range.begin),
            inks.begin() + static_cast<std::ptrdiff_t>(range.end), ink);
}

bool is_inside_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// The first byte to show, so that the line's first match can be seen.
std::size_t first_shown(std::string_view line, std::span<const Ink> inks, std::size_t columns) {
  const auto match = static_cast<std::size_t>(std::ranges::find(inks, Ink::match) - inks.begin());
  if (match == inks.size() || match < fitting_bytes(line, columns)) {
    return 0;
  }
  std::size_t first = match - std::min(match, columns / kLeadParts);
  while (first > 0 && is_inside_character(line[first])) {
    --first;
  }
  return first;
}

}  // namespace

std::vector<Ink> inks_of(const SearchHit& hit, const Style& style) {
  const std::string& content = hit.meta.content;
  std::vector<Ink> inks(content.size(), Ink::plain);
  if (style.has_colors()) {
    for (const SyntaxRange& range : highlight(content, hit.meta.language)) {
      fill(inks, range, ink_of(range.kind));
    }
  }
  for (const TextMatch& match : hit.matches) {
    fill(inks, match, Ink::match);
  }
  return inks;
}

std::string painted(std::string_view line,
                    std::span<const Ink> inks,
                    std::size_t columns,
                    const Style& style) {
  const std::size_t first = first_shown(line, inks, columns);
  std::string out = first > 0 ? std::string(kEllipsis) : "";
  line.remove_prefix(first);
  inks = inks.subspan(first);
  const std::size_t end = fitting_bytes(line, first > 0 ? columns - 1 : columns);
  for (std::size_t at = 0; at < end;) {
    std::size_t next = at + 1;
    while (next < end && (inks[next] == inks[at] || is_inside_character(line[next]))) {
      ++next;
    }
    out += style.in_ink(inks[at], printable(line.substr(at, next - at)));
    at = next;
  }
  return end < line.size() ? out.append(kEllipsis) : out;
}

}  // namespace quire::cli
