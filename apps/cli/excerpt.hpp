#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace quire::cli {

/// Some successive lines of a chunk.
struct Excerpt {
  std::size_t first = 0;  ///< 0-based, in the chunk.
  std::vector<std::string_view> lines;
  std::size_t after = 0;  ///< Lines left out at the end.
};

/// At most `limit` lines of `content`: those in which the most different words of `query` stand,
/// the first such window, or from the first line that is not blank where no word does.
Excerpt excerpt_of(std::string_view content, std::string_view query, std::size_t limit);

}  // namespace quire::cli
