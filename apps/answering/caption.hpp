#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <quire/searcher.hpp>

namespace quire::answering {

/// What a hit is called, and where it stands.
struct Caption {
  std::optional<std::string> name;
  std::optional<std::string> kind;
  std::int64_t start_line = 0;
  std::int64_t end_line = 0;
};

/// Of the hit's definition, whose extent may go beyond the chunk; else of the chunk.
Caption caption_of(const SearchHit& hit);

}  // namespace quire::answering
