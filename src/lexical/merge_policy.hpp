#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace quire::lexical {

/// A segment, as far as it decides over merges.
struct SegmentSize {
  std::uint64_t documents = 0;
  std::uint64_t live = 0;  ///< Of these, at least one.
};

/// Which of `segments` should become one, by their places, rising; none: all may stay as they are.
///
/// After the merge each of `n` live documents' segments is more than twice as large as all smaller
/// ones together, but for the smallest: there are at most log3(n) + 2. A merge makes something at
/// least half as large again as each of its segments that is not mostly dead, so that a document is
/// merged O(log n) times while nothing is removed; what removals cause stays in proportion to them.
/// Those that are mostly dead are always among them, even one alone.
std::vector<std::size_t> worth_merging(std::span<const SegmentSize> segments);

}  // namespace quire::lexical
