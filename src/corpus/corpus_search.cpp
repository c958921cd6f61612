#include <algorithm>
#include <map>
#include <utility>

#include <quire/corpus.hpp>

#include "base/out_of_memory.hpp"
#include "base/try.hpp"
#include "corpus/view.hpp"

// Searches by words, and by words and vectors, for programs that embed a corpus.

namespace quire {
namespace {

/// The limit of a list of which `offset` are left out.
std::size_t with_offset(std::size_t limit, std::size_t offset) {
  return limit > SIZE_MAX - offset ? SIZE_MAX : limit + offset;
}

/// Leaves out the first `offset` and what comes behind `limit` more.
template <class T>
void cut(std::vector<T>& list, std::size_t offset, std::size_t limit) {
  list.erase(list.begin(),
             list.begin() + static_cast<std::ptrdiff_t>(std::min(offset, list.size())));
  list.resize(std::min(limit, list.size()));
}

Result<std::vector<lexical::WordMatch>> best_matches(const corpus::View& view,
                                                     std::string_view text,
                                                     std::size_t limit,
                                                     const Filter& filter,
                                                     const WordOptions& options) {
  lexical::WordQuestion question;
  question.terms = lexical::terms_of_question(text);
  question.limit =
      std::min<std::size_t>(with_offset(limit, options.offset), view.chunks.chunk_count());
  question.all_terms = options.all_words;
  std::vector<std::uint64_t> among;
  if (!filter.empty()) {
    QUIRE_TRY_ASSIGN(const std::vector<ChunkKey> keys, view.chunks.matching(filter));
    among.resize(keys.size());
    std::ranges::transform(keys, among.begin(), &ChunkKey::value);
    question.among = &among;
  }
  QUIRE_TRY_ASSIGN(std::vector<lexical::WordMatch> found, view.words.search(question));
  cut(found, options.offset, limit);
  return found;
}

/// The chunks of hits that have keys, into their `meta`.
template <class Hit>
Status fetch(const StoreSnapshot& chunks, std::vector<Hit>& hits) {
  std::vector<ChunkKey> keys(hits.size());
  std::ranges::transform(hits, keys.begin(), &Hit::key);
  QUIRE_TRY_ASSIGN(std::vector<StoredChunk> found, chunks.get(keys));
  for (std::size_t i = 0; i < hits.size(); ++i) {
    hits[i].meta = std::move(found[i].meta);
  }
  return {};
}

/// Both lists by key, each hit with its ranks.
class Fusion {
 public:
  void add(const std::vector<lexical::WordMatch>& matches, double weight) {
    for (std::size_t rank = 0; rank < matches.size(); ++rank) {
      add({matches[rank].key}, rank, weight).word_rank = rank;
    }
  }

  void add(const std::vector<NeighborKey>& neighbors, double weight) {
    for (std::size_t rank = 0; rank < neighbors.size(); ++rank) {
      FusedHit& hit = add(neighbors[rank].key, rank, weight);
      hit.vector_rank = rank;
      hit.distance = neighbors[rank].distance;
    }
  }

  /// The best first, ties by lower key.
  std::vector<FusedHit> take() {
    std::vector<FusedHit> out;
    out.reserve(hits_.size());
    for (auto& [key, hit] : hits_) {
      out.push_back(std::move(hit));
    }
    std::ranges::stable_sort(out, std::ranges::greater(), &FusedHit::score);
    return out;
  }

 private:
  static constexpr double kConstant = 60;

  FusedHit& add(ChunkKey key, std::size_t rank, double weight) {
    FusedHit& hit = hits_[key];
    hit.key = key;
    hit.score += weight / (kConstant + 1 + static_cast<double>(rank));
    return hit;
  }

  std::map<ChunkKey, FusedHit> hits_;
};

}  // namespace

Result<std::vector<WordHit>> Corpus::search_words(std::string_view text,
                                                  std::size_t limit,
                                                  const Filter& filter,
                                                  const WordOptions& options) const {
  return base::or_out_of_memory([&]() -> Result<std::vector<WordHit>> {
    QUIRE_TRY_ASSIGN(const auto now, view());
    QUIRE_TRY_ASSIGN(const auto found, best_matches(*now, text, limit, filter, options));
    std::vector<WordHit> hits;
    hits.reserve(found.size());
    for (const lexical::WordMatch& match : found) {
      hits.push_back({{match.key}, match.score, {}});
    }
    QUIRE_TRY(fetch(now->chunks, hits));
    return hits;
  });
}

Result<std::vector<FusedHit>> Corpus::search_fused(std::string_view text,
                                                   std::span<const float> vector,
                                                   std::size_t limit,
                                                   const Filter& filter,
                                                   const FusionOptions& options) const {
  return base::or_out_of_memory([&]() -> Result<std::vector<FusedHit>> {
    QUIRE_TRY_ASSIGN(const auto now, view());
    const std::size_t each = std::max(options.candidates, with_offset(limit, options.offset));
    QUIRE_TRY_ASSIGN(const auto words, best_matches(*now, text, each, filter, options.words));
    QUIRE_TRY_ASSIGN(const auto near, now->chunks.nearest(vector, each, filter, options.vectors));
    Fusion fusion;
    fusion.add(words, options.word_weight);
    fusion.add(near, options.vector_weight);
    std::vector<FusedHit> hits = fusion.take();
    cut(hits, options.offset, limit);
    QUIRE_TRY(fetch(now->chunks, hits));
    return hits;
  });
}

}  // namespace quire
