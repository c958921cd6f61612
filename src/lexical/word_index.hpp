#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <quire/result.hpp>

#include "lexical/bm25.hpp"
#include "lexical/segment.hpp"
#include "lexical/segment_merge.hpp"

namespace quire::lexical {

/// A term that is asked for, and how much it counts.
struct WeightedTerm {
  std::string term;
  float weight = 1;

  bool operator==(const WeightedTerm&) const = default;
};

/// The different terms of `text` in its order, function words left out unless there is nothing
/// else; each weighs how often it stands there.
std::vector<WeightedTerm> terms_of_question(std::string_view text);

struct WordMatch {
  std::uint64_t key = 0;
  float score = 0;  ///< BM25F.
};

/// What one term adds to a chunk's score.
struct TermShare {
  std::string term;
  Occurrence occurrence = 0;
  float score = 0;
};

/// What is asked of a search.
struct WordQuestion {
  std::vector<WeightedTerm> terms;
  std::size_t limit = 10;
  /// Only these keys, rising; null: all.
  const std::vector<std::uint64_t>* among = nullptr;
  bool all_terms = false;  ///< Chunks that lack one of the terms don't count.
};

/// A chunk's key, and the lsn of the commit that updated it last.
using KeyUpdate = std::pair<std::uint64_t, std::uint64_t>;

/// An inverted index over some chunks: segments, and which of their documents are live. Never
/// changed; a newer one shares its segments. Threads: any.
///
/// Scores use what the segments hold, documents that are no longer live included, until a merge
/// leaves those out: as everywhere in this field.
class WordIndex {
 public:
  WordIndex() = default;

  /// Of `segments`, the documents among `live` (keys, rising), but for those that the store updated
  /// after the segment was made: `updated` has the lsn of each key's last update, by rising key. Of
  /// a key that several hold, the first counts. Segments without a live document are left out.
  WordIndex(std::vector<std::shared_ptr<const Segment>> segments,
            std::span<const std::uint64_t> live,
            std::span<const KeyUpdate> updated = {});

  /// The same segments and some more.
  WordIndex with(std::vector<std::shared_ptr<const Segment>> more,
                 std::span<const std::uint64_t> live,
                 std::span<const KeyUpdate> updated = {}) const;

  /// Those of `live` (rising) that it does not hold.
  std::vector<std::uint64_t> missing(std::span<const std::uint64_t> live) const;

  std::uint64_t documents() const { return live_documents_; }
  std::span<const SegmentPart> parts() const { return parts_; }

  /// The best chunks, best first, ties by lower key; only those with at least one of the terms.
  /// Errors: `corrupt`.
  Result<std::vector<WordMatch>> search(const WordQuestion& question) const;

  /// How search() comes to the score of one chunk: its terms' shares, in the question's order.
  Result<std::vector<TermShare>> explain(const WordQuestion& question, std::uint64_t key) const;

  /// The chunks that have each of `terms` in `field`, by rising key. Errors: `corrupt`.
  Result<std::vector<std::uint64_t>> holding(std::span<const WeightedTerm> terms,
                                             Field field) const;

  /// The chunks that were given `label` (Document::labels), by rising key. Errors: `corrupt`.
  Result<std::vector<std::uint64_t>> labelled(std::string_view label) const;

  /// All terms that hold `part`, but for labels, rising, each once; nothing if there are more than
  /// `limit`: never some of them. Errors: `corrupt`.
  Result<std::optional<std::vector<std::string>>> terms_with(std::string_view part,
                                                             std::size_t limit) const;

  /// How many documents hold `term`, those that are not live included.
  std::uint64_t documents_with(std::string_view term) const;

  /// `corrupt` if damage was met.
  Status status() const;

 private:
  LengthNorms norms() const;
  /// 0 for a term that nothing holds.
  float weight_of(const WeightedTerm& term) const;

  std::vector<SegmentPart> parts_;
  std::uint64_t live_documents_ = 0;
  std::uint64_t all_documents_ = 0;
  std::uint64_t total_length_ = 0;
};

}  // namespace quire::lexical
