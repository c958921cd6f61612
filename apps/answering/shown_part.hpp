#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include <quire/searcher.hpp>

namespace quire::answering {

/// What is told of a hit's text: all of it, but for lines that no one wrote (a minified file of one
/// line), of which it is a part around the first match.
struct ShownPart {
  std::string_view text;           ///< Of ChunkMeta::content, whole characters.
  std::vector<TextMatch> matches;  ///< Those in it, by bytes of `text`.
  bool is_all = true;
};

ShownPart shown_part(const SearchHit& hit);

}  // namespace quire::answering
