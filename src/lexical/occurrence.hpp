#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

/// How often a term stands in the fields of a chunk, in one byte.
namespace quire::lexical {

enum class Field : std::uint8_t {
  body,       ///< Code and strings.
  doc,        ///< Comments, documentation strings, prose.
  symbol,     ///< The names that the chunk defines.
  signature,  ///< The named symbol's declaration.
  path,       ///< The last parts of the file's path.
};

inline constexpr std::size_t kFields = 5;

/// Bits 0 to 2: times in the body, 7 being that or more; 3 and 4: times in the doc, 3 being that or
/// more; 5, 6, 7: in the symbol, the signature, the path at all.
using Occurrence = std::uint8_t;

inline constexpr std::uint32_t kMostInBody = 7;
inline constexpr std::uint32_t kMostInDoc = 3;

/// How much one time in a field counts (BM25F's field weights), by Field. A name stands in the body
/// too, and counts there once more.
inline constexpr std::array<float, kFields> kFieldWeights{1.0F, 1.0F, 3.0F, 0.5F, 2.0F};

constexpr Occurrence occurrence(
    std::uint32_t body, std::uint32_t doc, bool symbol, bool signature, bool path) {
  return static_cast<Occurrence>(std::min(body, kMostInBody) | std::min(doc, kMostInDoc) << 3U |
                                 (symbol ? 1U << 5U : 0U) | (signature ? 1U << 6U : 0U) |
                                 (path ? 1U << 7U : 0U));
}

/// Times in a field; 1 for "at all".
constexpr std::uint32_t times_in(Occurrence bits, Field field) {
  switch (field) {
    case Field::body:
      return bits & kMostInBody;
    case Field::doc:
      return bits >> 3U & kMostInDoc;
    case Field::symbol:
      return bits >> 5U & 1U;
    case Field::signature:
      return bits >> 6U & 1U;
    case Field::path:
      return bits >> 7U;
  }
  return 0;
}

/// The occurrence with one more time in `field`.
constexpr Occurrence with_one_more(Occurrence bits, Field field) {
  const auto add = [&](Field at) { return times_in(bits, at) + (at == field ? 1U : 0U); };
  return occurrence(add(Field::body), add(Field::doc), add(Field::symbol) != 0,
                    add(Field::signature) != 0, add(Field::path) != 0);
}

/// The weighted sum over fields, for each occurrence: what BM25F calls the pseudo-frequency.
inline constexpr auto kWeightedTimes = [] {
  std::array<float, 256> table{};
  for (std::size_t bits = 0; bits < table.size(); ++bits) {
    for (std::size_t field = 0; field < kFields; ++field) {
      table[bits] +=
          kFieldWeights[field] *
          static_cast<float>(times_in(static_cast<Occurrence>(bits), static_cast<Field>(field)));
    }
  }
  return table;
}();

}  // namespace quire::lexical
