#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <quire/filter.hpp>
#include <quire/result.hpp>

#include "corpus/view.hpp"
#include "searching/text_pattern.hpp"

namespace quire::searching {

/// The keys, rising, of the chunks that `filter` accepts and every one of `patterns` matches. Reads
/// the text of those alone that hold the words of what the patterns require.
Result<std::vector<std::uint64_t>> chunks_with(const corpus::View& view,
                                               std::span<const TextPattern> patterns,
                                               const Filter& filter);

}  // namespace quire::searching
