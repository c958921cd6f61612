#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <quire/searcher.hpp>

namespace quire::answering {

/// Some successive lines of a chunk.
struct Excerpt {
  std::size_t first = 0;                ///< 0-based, in the chunk.
  std::vector<std::string_view> lines;  ///< Views of the chunk's text.
  std::size_t after = 0;                ///< Lines left out at the end.

  /// Takes in `above` and `below` lines more, which there are. `content` is the chunk's text.
  void widen(std::string_view content, std::size_t above, std::size_t below);
};

/// At most `limit` lines of `content`: those in which the most different terms of `matches` stand,
/// the first such window, or from the first line that is not blank where there are none.
Excerpt excerpt_of(std::string_view content, std::span<const TextMatch> matches, std::size_t limit);

/// The same of a hit. Of its definition, if it has one: from its comment on, or where that is long
/// from a few lines above where it begins; `after` counts what is left of it.
Excerpt excerpt_of(const SearchHit& hit, std::size_t limit);

/// The line in which the hit's symbol is named, or the first that is not blank; without `after`.
Excerpt signature_of(const SearchHit& hit);

/// The hit's signature as the index has it, which can be of several lines, or the line of
/// signature_of().
std::string signature_text(const SearchHit& hit);

}  // namespace quire::answering
