#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include <quire/indexer.hpp>
#include <quire/searcher.hpp>

#include "base/edit_distance.hpp"
#include "base/try.hpp"
#include "base/utf8.hpp"
#include "searching/freshness.hpp"
#include "searching/path_glob.hpp"
#include "source/walk.hpp"

namespace quire {
namespace {

using searching::FreshnessCheck;
using searching::PathGlob;

Filter filter_of(const SearchRequest& request, const PathGlob& glob) {
  Filter filter = request.where && glob.filter();
  if (!request.language.empty()) {
    filter = filter && field("language") == request.language;
  }
  if (!request.kind.empty()) {
    filter = filter && field("symbol_kind") == request.kind;
  }
  return filter;
}

/// Up to so many rows every one is compared: a few milliseconds, and nothing is missed.
constexpr std::uint64_t kScanRows = 100'000;

SearchOptions effort(const VectorStore& store) {
  SearchOptions options;
  options.exact = store.chunk_count() <= kScanRows;
  return options;
}

SearchHit hit_of(Neighbor neighbor) {
  return {neighbor.key, 1.0 - static_cast<double>(neighbor.distance), std::move(neighbor.meta),
          Freshness::current};
}

/// Fills the answer with the `limit` best of what `nearest(limit)` finds and `glob` accepts, and
/// says how. The store's filter may let through paths that the glob refuses, so it is asked for
/// more until there are enough or no more.
template <class Nearest>
Status collect(std::size_t limit, const PathGlob& glob, Nearest nearest, SearchAnswer& answer) {
  constexpr std::size_t kGrowth = 4;
  for (std::size_t asked = limit;; asked *= kGrowth) {
    QUIRE_TRY_ASSIGN(ExplainedSearch found, nearest(asked));
    const bool exhausted = found.hits.size() < asked || asked > SIZE_MAX / kGrowth;
    answer.plan = std::move(found.plan);
    answer.profiles.push_back(found.profile);
    answer.hits.clear();
    for (Neighbor& neighbor : found.hits) {
      if (answer.hits.size() < limit && glob.matches(neighbor.meta.file_path)) {
        answer.hits.push_back(hit_of(std::move(neighbor)));
      }
    }
    if (answer.hits.size() == limit || exhausted) {
      return {};
    }
  }
}

constexpr std::string_view kSeparators = ":.#/$";

/// True if a part of a qualified name begins at `at`: "Start" in "net::Server.Start".
bool begins_part(std::string_view name, std::size_t at) {
  return at == 0 || kSeparators.contains(name[at - 1]);
}

/// 3: the name, or its last parts; 2: what the name or one of its parts begins with; 1: else.
double symbol_score(const std::string& symbol, const std::string& pattern) {
  const std::string name = base::ascii_lower(symbol);
  const std::string wanted = base::ascii_lower(pattern);
  double score = 1;
  for (std::size_t at = name.find(wanted); at != std::string::npos;
       at = name.find(wanted, at + 1)) {
    if (begins_part(name, at)) {
      score = std::max(score, at + wanted.size() == name.size() ? 3.0 : 2.0);
    }
  }
  return score;
}

/// The last part of a qualified name: "Start" of "net::Server.Start".
std::string_view last_part(std::string_view name) {
  const std::size_t last = name.find_last_of(kSeparators);
  return last == std::string_view::npos ? name : name.substr(last + 1);
}

/// The keys that `filter` accepts; for the empty filter, which accepts all, none are listed.
Result<std::set<ChunkKey>> accepted_keys(const VectorStore& store, const Filter& filter) {
  std::set<ChunkKey> keys;
  if (!filter.empty()) {
    QUIRE_TRY_ASSIGN(const std::vector<StoredChunk> chunks, store.query(filter, {"chunk_id"}));
    for (const StoredChunk& chunk : chunks) {
      keys.insert(chunk.key);
    }
  }
  return keys;
}

Result<std::vector<SearchHit>> named(const VectorStore& store,
                                     const std::string& pattern,
                                     const PathGlob& glob,
                                     const Filter& filter) {
  QUIRE_TRY_ASSIGN(const std::set<ChunkKey> accepted, accepted_keys(store, filter));
  QUIRE_TRY_ASSIGN(std::vector<StoredChunk> found, store.find_by_symbol(pattern));
  std::vector<SearchHit> hits;
  for (StoredChunk& chunk : found) {
    if ((filter.empty() || accepted.contains(chunk.key)) && glob.matches(chunk.meta.file_path)) {
      const double score = symbol_score(chunk.meta.symbol_name.value_or(""), pattern);
      hits.push_back({chunk.key, score, std::move(chunk.meta), Freshness::current});
    }
  }
  return hits;
}

Result<std::vector<SearchHit>> named_alike(const VectorStore& store,
                                           const std::string& pattern,
                                           const PathGlob& glob,
                                           const Filter& filter) {
  const std::string wanted = base::ascii_lower(last_part(pattern));
  QUIRE_TRY_ASSIGN(
      const std::vector<StoredChunk> chunks,
      store.query(filter && field("symbol_name").is_not_null(), {"symbol_name", "file_path"}));
  std::vector<SearchHit> hits;
  for (const StoredChunk& chunk : chunks) {
    const std::string name = base::ascii_lower(last_part(chunk.meta.symbol_name.value_or("")));
    if (base::looks_mistyped(wanted, name) && glob.matches(chunk.meta.file_path)) {
      const double edits = static_cast<double>(base::edit_distance(wanted, name));
      const double score = 1 - edits / static_cast<double>(wanted.size());
      QUIRE_TRY_ASSIGN(ChunkMeta meta, store.get(chunk.key));
      hits.push_back({chunk.key, score, std::move(meta), Freshness::current, true});
    }
  }
  return hits;
}

Result<ChunkKey> chunk_at(const VectorStore& store, const std::string& path, std::int64_t line) {
  const std::string shown = source::displayable_path(path);
  const std::vector<std::string> select = {"start_line", "end_line"};
  QUIRE_TRY_ASSIGN(const std::vector<StoredChunk> chunks,
                   store.query(field("file_path") == shown, select));
  if (chunks.empty()) {
    return fail(
        ErrorCode::not_found,
        shown + " is not in the index; `quire files` lists what is, `quire index` updates it");
  }
  const StoredChunk* smallest = nullptr;
  const auto length = [](const StoredChunk& chunk) {
    return chunk.meta.end_line - chunk.meta.start_line;
  };
  for (const StoredChunk& chunk : chunks) {
    const bool covers = chunk.meta.start_line <= line && line <= chunk.meta.end_line;
    if (covers && (smallest == nullptr || length(chunk) < length(*smallest))) {
      smallest = &chunk;
    }
  }
  if (smallest == nullptr) {
    const auto last = std::ranges::max_element(
        chunks, {}, [](const StoredChunk& chunk) { return chunk.meta.end_line; });
    return fail(ErrorCode::not_found, "nothing is indexed at " + shown + ":" +
                                          std::to_string(line) +
                                          ": the line is blank, or beyond the last indexed one (" +
                                          std::to_string(last->meta.end_line) + ")");
  }
  return smallest->key;
}

void check_freshness(const VectorStore& store,
                     const std::filesystem::path& root,
                     std::vector<SearchHit>& hits) {
  FreshnessCheck check(store, root);
  for (SearchHit& hit : hits) {
    check.examine(hit);
  }
}

}  // namespace

std::string_view to_string(Freshness freshness) {
  switch (freshness) {
    case Freshness::current:
      return "current";
    case Freshness::moved:
      return "moved";
    case Freshness::stale:
      return "stale";
    case Freshness::gone:
      return "gone";
  }
  return "unknown";
}

Result<Searcher> Searcher::create(const VectorStore& store,
                                  const Embedder& embedder,
                                  std::filesystem::path root) {
  const EmbedderIdentity asked = embedder.identity();
  const std::uint32_t dimensions = store.info().format.dimensions;
  const std::optional<EmbedderIdentity> made_by = embedder_of(store);
  const bool same_shape = store.chunk_count() == 0 || dimensions == asked.dimensions;
  if (made_by ? *made_by != asked : !same_shape) {
    const std::string found =
        made_by ? made_by->to_string() : "vectors of " + std::to_string(dimensions) + " dimensions";
    return fail(ErrorCode::incompatible, "the index was made by another embedder: found " + found +
                                             ", expected " + asked.to_string() +
                                             "; `quire index --rebuild` makes it anew");
  }
  return Searcher(store, embedder, std::move(root));
}

Result<SearchAnswer> Searcher::search(const SearchRequest& request) const {
  SearchAnswer answer;
  answer.swept_at = last_sweep(*store_);
  const PathGlob glob(request.path_glob);
  const Filter filter = filter_of(request, glob);
  QUIRE_TRY(filter.validate());
  std::vector<float> vector(embedder_->identity().dimensions);
  QUIRE_TRY(embedder_->embed_query(request.text, vector));
  const auto nearest = [&](std::size_t limit) {
    return store_->explain(vector, limit, filter, effort(*store_));
  };
  QUIRE_TRY(collect(request.limit, glob, nearest, answer));
  check_freshness(*store_, root_, answer.hits);
  return answer;
}

Result<SearchAnswer> Searcher::similar(const std::string& path,
                                       std::int64_t line,
                                       const SearchRequest& request) const {
  SearchAnswer answer;
  answer.swept_at = last_sweep(*store_);
  const PathGlob glob(request.path_glob);
  const Filter filter = filter_of(request, glob);
  QUIRE_TRY(filter.validate());
  QUIRE_TRY_ASSIGN(const ChunkKey key, chunk_at(*store_, path, line));
  const auto nearest = [&](std::size_t limit) {
    return store_->explain(key, limit, filter, effort(*store_));
  };
  QUIRE_TRY(collect(request.limit, glob, nearest, answer));
  check_freshness(*store_, root_, answer.hits);
  return answer;
}

Result<SearchAnswer> Searcher::symbol(const std::string& pattern,
                                      const SearchRequest& request) const {
  SearchAnswer answer;
  answer.swept_at = last_sweep(*store_);
  const PathGlob glob(request.path_glob);
  const Filter filter = filter_of(request, glob);
  QUIRE_TRY(filter.validate());
  QUIRE_TRY_ASSIGN(answer.hits, named(*store_, pattern, glob, filter));
  if (answer.hits.empty()) {
    QUIRE_TRY_ASSIGN(answer.hits, named_alike(*store_, pattern, glob, filter));
  }
  std::ranges::stable_sort(answer.hits, std::ranges::greater{}, &SearchHit::score);
  answer.hits.resize(std::min(answer.hits.size(), request.limit));
  check_freshness(*store_, root_, answer.hits);
  return answer;
}

}  // namespace quire
