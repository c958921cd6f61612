#include "searching/retrieval.hpp"

#include <algorithm>
#include <iterator>
#include <span>
#include <unordered_map>
#include <utility>

#include "base/try.hpp"

namespace quire::searching {
namespace {

/// Up to so many rows every one is compared: a third of a millisecond, and nothing is missed.
constexpr std::uint64_t kScanRows = 5000;
constexpr std::uint32_t kLeastExpansion = 128;
/// Of the nearest of all few are among those that are named.
constexpr std::size_t kNearestAmong = 200;

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

/// What the indexes say of a chunk.
struct Find {
  double words = 0;
  double cosine = 0;
};

using Finds = std::unordered_map<std::uint64_t, Find>;

/// Adds up to `limit` of `keys`, the first ones.
void add_first(std::span<const std::uint64_t> keys, std::size_t limit, Finds& finds) {
  for (const std::uint64_t key : keys.first(std::min(limit, keys.size()))) {
    finds[key];
  }
}

/// Adds up to `limit` of `keys`, the best by words, and as many others.
Status add_beside(const corpus::View& view,
                  const Question& question,
                  const std::vector<std::uint64_t>& keys,
                  std::size_t limit,
                  Finds& finds) {
  QUIRE_TRY_ASSIGN(const std::vector<lexical::WordMatch> matches,
                   view.words.search({.terms = question.terms, .limit = limit, .among = &keys}));
  for (const lexical::WordMatch& match : matches) {
    finds[match.key].words = static_cast<double>(match.score);
  }
  add_first(keys, limit, finds);
  return {};
}

/// The finds whose paths fit, with what is judged of their chunks; by key.
Result<std::vector<Candidate>> judged(const corpus::View& view,
                                      const Finds& finds,
                                      const PathScope& paths) {
  std::vector<ChunkKey> keys;
  for (const auto& [key, find] : finds) {
    keys.push_back({key});
  }
  std::ranges::sort(keys);
  QUIRE_TRY_ASSIGN(std::vector<StoredChunk> chunks, view.chunks.get(keys, judged_members()));
  std::vector<Candidate> out;
  out.reserve(chunks.size());
  for (StoredChunk& chunk : chunks) {
    if (paths.matches(chunk.meta.file_path)) {
      const Find& find = finds.at(chunk.key.value);
      out.push_back({.key = chunk.key,
                     .words = find.words,
                     .cosine = find.cosine,
                     .meta = std::move(chunk.meta)});
    }
  }
  return out;
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
                           const Embedder* embedder,
                           const Question& question,
                           SearchRequest::By by,
                           std::size_t limit,
                           const Scope& scope) {
  Retrieved out;
  out.exhausted = true;
  Finds finds;
  if (by != SearchRequest::By::vectors) {
    QUIRE_TRY_ASSIGN(const auto matches, by_words(view, question, limit, scope));
    for (const lexical::WordMatch& match : matches) {
      finds[match.key].words = static_cast<double>(match.score);
    }
    out.exhausted = matches.size() < limit;
  }
  if (by != SearchRequest::By::words) {
    const std::size_t nearest = scope.among ? std::min(limit, kNearestAmong) : limit;
    QUIRE_TRY_ASSIGN(const auto near, by_vectors(view, *embedder, question, nearest, scope.filter));
    for (const NeighborKey& neighbor : near) {
      if (!scope.among || std::ranges::binary_search(*scope.among, neighbor.key.value)) {
        finds[neighbor.key.value].cosine = 1.0 - static_cast<double>(neighbor.distance);
      }
    }
    out.exhausted = out.exhausted && near.size() < limit;
  }
  if (scope.among) {
    add_first(*scope.among, limit, finds);
    out.exhausted = limit >= scope.among->size();
  }
  if (!scope.also.empty()) {
    QUIRE_TRY(add_beside(view, question, scope.also, limit, finds));
    out.exhausted = out.exhausted && limit >= scope.also.size();
  }
  QUIRE_TRY_ASSIGN(out.candidates, judged(view, finds, scope.paths));
  return out;
}

}  // namespace quire::searching
