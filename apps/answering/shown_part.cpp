#include "answering/shown_part.hpp"

#include <algorithm>

namespace quire::answering {
namespace {

/// Twice what chunks of several lines have at most.
constexpr std::size_t kMostBytes = std::size_t{16} << 10;
constexpr std::size_t kBefore = 1 << 10;
constexpr std::size_t kPartBytes = std::size_t{4} << 10;

/// The beginning of the character that `at` is in.
std::size_t character_at(std::string_view text, std::size_t at) {
  while (at > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) {
    --at;
  }
  return std::min(at, text.size());
}

}  // namespace

ShownPart shown_part(const SearchHit& hit) {
  const std::string_view text = hit.meta.content;
  if (text.size() <= kMostBytes) {
    return {text, hit.matches};
  }
  const std::size_t match = hit.matches.empty() ? 0 : hit.matches.front().begin;
  const std::size_t begin = character_at(text, match - std::min(match, kBefore));
  const std::size_t end = character_at(text, std::min(begin + kPartBytes, text.size()));
  ShownPart part{text.substr(begin, end - begin), {}, false};
  for (const TextMatch& each : hit.matches) {
    if (each.begin >= begin && each.end <= end) {
      part.matches.push_back({each.begin - begin, each.end - begin, each.term});
    }
  }
  return part;
}

}  // namespace quire::answering
