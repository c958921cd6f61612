#pragma once

#include <vector>

#include <quire/chunk.hpp>
#include <quire/searcher.hpp>

namespace quire::searching {

/// A chunk that may answer, and what speaks for it.
struct Candidate {
  ChunkKey key;
  double words = 0;   ///< BM25F; 0: not found by words.
  double cosine = 0;  ///< 0: not found by vectors.
  ChunkMeta meta;     ///< Without content and extra fields.
  std::vector<ScorePart> parts;

  double score() const {
    double sum = 0;
    for (const ScorePart& part : parts) {
      sum += part.value;
    }
    return sum;
  }
};

}  // namespace quire::searching
