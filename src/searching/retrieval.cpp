#include "searching/retrieval.hpp"

#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include "base/try.hpp"

namespace quire::searching {
namespace {

/// Up to so many rows every one is compared: a third of a millisecond, and nothing is missed.
constexpr std::uint64_t kScanRows = 5000;
constexpr std::uint32_t kLeastExpansion = 128;

const std::vector<std::string>& judged_members() {
  static const std::vector<std::string> members = {"file_path", "symbol_name", "symbol_kind",
                                                   "language",  "start_line",  "end_line"};
  return members;
}

Result<std::vector<lexical::WordMatch>> by_words(const corpus::View& view,
                                                 const Question& question,
                                                 std::size_t limit,
                                                 const Scope& scope) {
  lexical::WordQuestion asked{.terms = question.terms, .limit = limit};
  std::vector<std::uint64_t> accepted;
  if (scope.among) {
    asked.among = &*scope.among;
  } else if (!scope.filter.empty()) {
    QUIRE_TRY_ASSIGN(const std::vector<ChunkKey> keys, view.chunks.matching(scope.filter));
    std::ranges::transform(keys, std::back_inserter(accepted), &ChunkKey::value);
    asked.among = &accepted;
  }
  return view.words.search(asked);
}

Result<std::vector<NeighborKey>> by_vectors(const corpus::View& view,
                                            const Embedder& embedder,
                                            const Question& question,
                                            std::size_t limit,
                                            const Filter& filter) {
  std::vector<float> vector(embedder.identity().dimensions);
  QUIRE_TRY(embedder.embed_query(question.text, vector));
  return view.chunks.nearest(vector, limit, filter, effort(view.chunks.chunk_count(), limit));
}

}  // namespace

SearchOptions effort(std::uint64_t rows, std::size_t limit) {
  SearchOptions options;
  options.exact = rows <= kScanRows;
  options.expansion = std::max(
      kLeastExpansion, static_cast<std::uint32_t>(std::min<std::size_t>(limit + limit / 4, 4096)));
  return options;
}

Result<Retrieved> retrieve(const corpus::View& view,
                           const Embedder& embedder,
                           const Question& question,
                           SearchRequest::By by,
                           std::size_t limit,
                           const Scope& scope) {
  std::map<ChunkKey, Candidate> found;
  Retrieved out;
  out.exhausted = true;
  if (by != SearchRequest::By::vectors) {
    QUIRE_TRY_ASSIGN(const auto matches, by_words(view, question, limit, scope));
    for (const lexical::WordMatch& match : matches) {
      found[{match.key}].words = static_cast<double>(match.score);
    }
    out.exhausted = matches.size() < limit;
  }
  if (by != SearchRequest::By::words) {
    QUIRE_TRY_ASSIGN(const auto near, by_vectors(view, embedder, question, limit, scope.filter));
    for (const NeighborKey& neighbor : near) {
      if (!scope.among || std::ranges::binary_search(*scope.among, neighbor.key.value)) {
        found[neighbor.key].cosine = 1.0 - static_cast<double>(neighbor.distance);
      }
    }
    out.exhausted = out.exhausted && near.size() < limit;
  }
  if (scope.among) {
    const std::size_t more = std::min(limit, scope.among->size());
    for (const std::uint64_t key : std::span(*scope.among).first(more)) {
      found[{key}];
    }
    out.exhausted = limit >= scope.among->size();
  }
  std::vector<ChunkKey> keys;
  for (const auto& [key, candidate] : found) {
    keys.push_back(key);
  }
  QUIRE_TRY_ASSIGN(std::vector<StoredChunk> chunks, view.chunks.get(keys, judged_members()));
  for (StoredChunk& chunk : chunks) {
    if (scope.glob.matches(chunk.meta.file_path)) {
      Candidate& candidate = found[chunk.key];
      candidate.key = chunk.key;
      candidate.meta = std::move(chunk.meta);
      out.candidates.push_back(std::move(candidate));
    }
  }
  return out;
}

}  // namespace quire::searching
