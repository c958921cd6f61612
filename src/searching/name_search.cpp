#include "searching/name_search.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <string_view>
#include <utility>

#include "base/edit_distance.hpp"
#include "base/try.hpp"
#include "base/utf8.hpp"

namespace quire::searching {
namespace {

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
Result<std::set<ChunkKey>> accepted_keys(const StoreSnapshot& store, const Filter& filter) {
  std::set<ChunkKey> keys;
  if (!filter.empty()) {
    QUIRE_TRY_ASSIGN(const std::vector<StoredChunk> chunks, store.query(filter, {"chunk_id"}));
    for (const StoredChunk& chunk : chunks) {
      keys.insert(chunk.key);
    }
  }
  return keys;
}

SearchHit hit_of(ChunkKey key, double score, ChunkMeta meta) {
  SearchHit hit;
  hit.key = key;
  hit.score = score;
  hit.meta = std::move(meta);
  return hit;
}

Result<std::vector<SearchHit>> named(const StoreSnapshot& store,
                                     const std::string& pattern,
                                     const PathGlob& glob,
                                     const Filter& filter) {
  QUIRE_TRY_ASSIGN(const std::set<ChunkKey> accepted, accepted_keys(store, filter));
  QUIRE_TRY_ASSIGN(std::vector<StoredChunk> found, store.find_by_symbol(pattern));
  std::vector<SearchHit> hits;
  for (StoredChunk& chunk : found) {
    if ((filter.empty() || accepted.contains(chunk.key)) && glob.matches(chunk.meta.file_path)) {
      const double score = symbol_score(chunk.meta.symbol_name.value_or(""), pattern);
      hits.push_back(hit_of(chunk.key, score, std::move(chunk.meta)));
    }
  }
  return hits;
}

Result<std::vector<SearchHit>> named_alike(const StoreSnapshot& store,
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
      hits.push_back(hit_of(chunk.key, score, std::move(meta)));
      hits.back().fuzzy = true;
    }
  }
  return hits;
}

}  // namespace

Result<std::vector<SearchHit>> find_named(const StoreSnapshot& chunks,
                                          const std::string& pattern,
                                          const PathGlob& glob,
                                          const Filter& filter) {
  QUIRE_TRY_ASSIGN(std::vector<SearchHit> hits, named(chunks, pattern, glob, filter));
  if (hits.empty()) {
    QUIRE_TRY_ASSIGN(hits, named_alike(chunks, pattern, glob, filter));
  }
  std::ranges::stable_sort(hits, std::ranges::greater{}, &SearchHit::score);
  return hits;
}

}  // namespace quire::searching
