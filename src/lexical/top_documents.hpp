#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "lexical/bm25.hpp"
#include "lexical/segment_merge.hpp"
#include "lexical/word_index.hpp"

namespace quire::lexical {

/// Scores are sums of whole numbers, so that they are the same in whatever order they are summed.
inline constexpr float kScoreUnit = 1.0F / (1U << 16U);

struct ScoredKey {
  std::uint32_t score = 0;  ///< In kScoreUnit.
  std::uint64_t key = 0;

  /// Best first.
  bool operator<(const ScoredKey& other) const {
    return score != other.score ? score > other.score : key < other.key;
  }
};

/// Keeps the best few.
class TopKeys {
 public:
  explicit TopKeys(std::size_t limit) : limit_(limit) {}

  /// No lower score is kept.
  std::uint32_t threshold() const {
    return heap_.empty() || heap_.size() < limit_ ? 0 : heap_.front().score;
  }
  void offer(ScoredKey scored);
  /// Best first.
  std::vector<ScoredKey> take() &&;

 private:
  std::size_t limit_;
  std::vector<ScoredKey> heap_;  ///< The worst in front.
};

/// A term of the question, as all segments weigh it.
struct ScoredTerm {
  std::string_view term;
  float weight = 0;
};

/// No term adds more, so that the sum of more than a hundred has its place in 32 bits: a question
/// may repeat a word as often as it likes.
inline constexpr float kMostShare = 33'554'432.0F;

/// What a term adds to the score of a document.
inline std::uint32_t share_of(float weight, Occurrence occurrence, float norm) {
  const float share = weight * term_score(occurrence, norm) / kScoreUnit;
  return static_cast<std::uint32_t>(std::min(share, kMostShare));
}

/// Offers to `top` every live document of `part` that may be among the best. `allowed`, by
/// document, says which count; null: all.
///
/// Windows of documents, by block-max MaxScore (Ding and Suel 2011; Turtle and Flood 1995; as
/// windows: Lucene's MaxScoreBulkScorer): the lists whose bounds together can't reach the threshold
/// in a window are not walked, but asked for those documents alone that the others leave in doubt.
void find_top_documents(const SegmentPart& part,
                        std::span<const ScoredTerm> terms,
                        const LengthNorms& norms,
                        const std::vector<bool>* allowed,
                        TopKeys& top);

/// The same of documents that hold all of the terms.
void find_top_with_all(const SegmentPart& part,
                       std::span<const ScoredTerm> terms,
                       const LengthNorms& norms,
                       const std::vector<bool>* allowed,
                       TopKeys& top);

}  // namespace quire::lexical
