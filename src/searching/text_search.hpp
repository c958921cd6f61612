#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <quire/filter.hpp>
#include <quire/result.hpp>
#include <quire/searcher.hpp>

#include "corpus/view.hpp"
#include "searching/path_scope.hpp"
#include "searching/text_pattern.hpp"

namespace quire::searching {

/// Chunks with text that is looked for.
struct TextFinds {
  std::vector<std::uint64_t> keys;  ///< Rising.
  std::vector<FileMatches> files;   ///< Their lines that one of the patterns matches, by path.
};

/// All chunks that `filter` and `paths` accept and every one of `patterns` matches: what reading
/// every chunk would find. Reads the text of those alone that hold the words of what the patterns
/// require.
Result<TextFinds> chunks_with(const corpus::View& view,
                              std::span<const TextPattern> patterns,
                              const Filter& filter,
                              const PathScope& paths);

/// Of `keys`, which rise, all that `pattern` may match, as far as the word index tells; rising.
Result<std::vector<std::uint64_t>> narrowed_by_words(const corpus::View& view,
                                                     std::vector<std::uint64_t> keys,
                                                     const TextPattern& pattern);

/// Of `keys`, which rise, those whose path fits and whose text all of `patterns` match; rising.
Result<std::vector<std::uint64_t>> those_that_match(const corpus::View& view,
                                                    std::span<const std::uint64_t> keys,
                                                    std::span<const TextPattern> patterns,
                                                    const PathScope& paths);

}  // namespace quire::searching
