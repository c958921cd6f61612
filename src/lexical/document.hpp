#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace quire::lexical {

/// What of a chunk is indexed.
struct Document {
  std::uint64_t key = 0;
  std::string_view content;
  std::string_view language;  ///< Tells comments from code.
  std::string_view symbols;   ///< Every name that the chunk defines.
  std::string_view signature;
  std::string_view path;
  std::vector<std::string> labels{};  ///< Of no text; they count for no score.
};

}  // namespace quire::lexical
