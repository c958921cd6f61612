#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace quire::embedding {

/// A row of numbers and how often it is taken.
struct WeightedRow {
  const std::int8_t* row;
  std::int16_t factor;  ///< In [-kLargestFactor, kLargestFactor].
};

inline constexpr std::int32_t kLargestFactor = 8191;
/// So many rows add up in 32 bits.
inline constexpr std::size_t kMostRows = 2048;

/// sums[i] += the sum of factor x row[i] over `rows`, exactly; at most kMostRows rows of
/// sums.size() numbers.
void add_rows(std::span<const WeightedRow> rows, std::span<std::int32_t> sums);

}  // namespace quire::embedding
