#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "chunking/chunker.hpp"

namespace quire::chunking {

/// What is wrong with the chunks of `text`: every line that is not blank must be in exactly one
/// chunk, chunks in line order, their text that of the file, none too long. "" if all is well.
std::string broken_invariant(std::string_view text, const std::vector<SourceChunk>& chunks);

}  // namespace quire::chunking
