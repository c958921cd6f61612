#pragma once

#include <array>
#include <cstddef>
#include <numeric>
#include <vector>

#include <quire/chunk.hpp>
#include <quire/searcher.hpp>

namespace quire::searching {

/// A chunk that may answer, and what speaks for it.
struct Candidate {
  ChunkKey key;
  double words = 0;                      ///< BM25F; 0: not found by words.
  double cosine = 0;                     ///< 0: not found by vectors.
  std::size_t quoted = 0;                ///< How many of the question's phrases it holds.
  ChunkMeta meta;                        ///< Without content and extra fields.
  std::array<double, kSignals> parts{};  ///< By Signal.

  double& part(Signal signal) { return parts[static_cast<std::size_t>(signal)]; }
  double score() const { return std::accumulate(parts.begin(), parts.end(), 0.0); }
};

}  // namespace quire::searching
