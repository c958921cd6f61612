#include "searching/name_search.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>

#include "base/edit_distance.hpp"
#include "base/try.hpp"
#include "base/utf8.hpp"
#include "searching/names.hpp"

namespace quire::searching {
namespace {

/// Of a chunk that is named otherwise: one declaration among several.
constexpr double kAmongOthers = 2.5;
/// As many chunks with the pattern's words are looked through for it.
constexpr std::size_t kLookedThrough = 200;

struct Asked {
  const corpus::View& view;
  const std::string& pattern;
  const PathScope& paths;
  const Filter& filter;
  std::set<ChunkKey> accepted;  ///< By the filter, unless it is empty: it accepts all.

  bool wants(ChunkKey key, const std::string& path) const {
    return (filter.empty() || accepted.contains(key)) && paths.matches(path);
  }
};

/// 3: the name, or its last parts; 2: what the name or one of its parts begins with; 1: anything
/// within; 0: not at all.
double symbol_score(std::string_view symbol, std::string_view pattern) {
  const std::string name = dotted(symbol);
  const std::string wanted = dotted(pattern);
  double score = 0;
  for (std::size_t at = name.find(wanted); at != std::string::npos;
       at = name.find(wanted, at + 1)) {
    const bool begins_part = at == 0 || name[at - 1] == '.';
    const bool ends_name = at + wanted.size() == name.size();
    score = std::max(score, !begins_part ? 1.0 : ends_name ? 3.0 : 2.0);
  }
  return score;
}

SearchHit hit_of(ChunkKey key, double score, ChunkMeta meta) {
  SearchHit hit;
  hit.key = key;
  hit.score = score;
  hit.meta = std::move(meta);
  return hit;
}

/// The part that every match has in its symbol_name as it is written there.
std::string_view telling_part(std::string_view pattern) {
  return last_part(pattern).empty() ? owner_of(pattern) : last_part(pattern);
}

Result<std::vector<SearchHit>> named(const Asked& asked) {
  QUIRE_TRY_ASSIGN(std::vector<StoredChunk> found,
                   asked.view.chunks.find_by_symbol(telling_part(asked.pattern)));
  std::vector<SearchHit> hits;
  for (StoredChunk& chunk : found) {
    const double score = symbol_score(chunk.meta.symbol_name.value_or(""), asked.pattern);
    if (score > 0 && asked.wants(chunk.key, chunk.meta.file_path)) {
      hits.push_back(hit_of(chunk.key, score, std::move(chunk.meta)));
    }
  }
  return hits;
}

/// True if one of the names that a chunk declares besides its own is the pattern.
bool declares(const ChunkMeta& meta, std::string_view pattern) {
  const auto names = std::ranges::find(meta.extra, "symbols", &ExtraField::name);
  std::string_view rest = names == meta.extra.end() ? std::string_view() : names->value;
  while (!rest.empty()) {
    const std::size_t space = std::min(rest.find(' '), rest.size());
    if (symbol_score(rest.substr(0, space), pattern) == 3) {
      return true;
    }
    rest.remove_prefix(std::min(space + 1, rest.size()));
  }
  return false;
}

/// Chunks of several declarations, of which one has the name.
Result<std::vector<SearchHit>> declared_among_others(const Asked& asked) {
  const auto terms = lexical::terms_of_question(telling_part(asked.pattern));
  QUIRE_TRY_ASSIGN(
      const std::vector<lexical::WordMatch> matches,
      asked.view.words.search({.terms = terms, .limit = kLookedThrough, .all_terms = true}));
  std::vector<SearchHit> hits;
  for (const lexical::WordMatch& match : matches) {
    QUIRE_TRY_ASSIGN(ChunkMeta meta, asked.view.chunks.get(ChunkKey{match.key}));
    if (declares(meta, asked.pattern) && asked.wants({match.key}, meta.file_path)) {
      hits.push_back(hit_of({match.key}, kAmongOthers, std::move(meta)));
    }
  }
  return hits;
}

Result<std::vector<SearchHit>> named_alike(const Asked& asked) {
  const std::string wanted = base::ascii_lower(last_part(asked.pattern));
  QUIRE_TRY_ASSIGN(const std::vector<StoredChunk> chunks,
                   asked.view.chunks.query(asked.filter && field("symbol_name").is_not_null(),
                                           {"symbol_name", "file_path"}));
  std::vector<SearchHit> hits;
  for (const StoredChunk& chunk : chunks) {
    const std::string name = base::ascii_lower(last_part(chunk.meta.symbol_name.value_or("")));
    if (base::looks_mistyped(wanted, name) && asked.paths.matches(chunk.meta.file_path)) {
      const double edits = static_cast<double>(base::edit_distance(wanted, name));
      const double score = 1 - edits / static_cast<double>(wanted.size());
      QUIRE_TRY_ASSIGN(ChunkMeta meta, asked.view.chunks.get(chunk.key));
      hits.push_back(hit_of(chunk.key, score, std::move(meta)));
      hits.back().fuzzy = true;
    }
  }
  return hits;
}

/// Those of `more` whose chunks are not among the hits yet.
void add_others(std::vector<SearchHit> more, std::vector<SearchHit>& hits) {
  std::set<ChunkKey> known;
  for (const SearchHit& hit : hits) {
    known.insert(hit.key);
  }
  std::erase_if(more, [&](const SearchHit& hit) { return known.contains(hit.key); });
  std::ranges::move(more, std::back_inserter(hits));
}

}  // namespace

Result<std::vector<SearchHit>> find_named(const corpus::View& view,
                                          const std::string& pattern,
                                          const PathScope& paths,
                                          const Filter& filter) {
  Asked asked{view, pattern, paths, filter, {}};
  QUIRE_TRY_ASSIGN(const std::vector<ChunkKey> accepted,
                   filter.empty() ? std::vector<ChunkKey>() : view.chunks.matching(filter));
  asked.accepted.insert(accepted.begin(), accepted.end());
  QUIRE_TRY_ASSIGN(std::vector<SearchHit> hits, named(asked));
  QUIRE_TRY_ASSIGN(std::vector<SearchHit> declared, declared_among_others(asked));
  add_others(std::move(declared), hits);
  if (hits.empty()) {
    QUIRE_TRY_ASSIGN(hits, named_alike(asked));
  }
  std::ranges::stable_sort(hits, std::ranges::greater{}, &SearchHit::score);
  return hits;
}

}  // namespace quire::searching
