#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <quire/embedder.hpp>
#include <quire/result.hpp>
#include <quire/vector_store.hpp>

namespace quire {

struct SearchRequest {
  std::string text;
  std::size_t limit = 10;
  std::string language;  ///< "": any.
  std::string
      path_glob;     ///< `*` within a folder, `**` across, `?` one character; "": any. A
                     ///< pattern without `/` matches file names; a folder's name, what is in it.
  std::string kind;  ///< symbol_kind; "": any.
  Filter where;
};

/// Whether a hit's lines are what the file says now.
enum class Freshness : std::uint8_t {
  current,  ///< Yes: the file is as it was indexed, or changed elsewhere.
  moved,    ///< The file changed; the same text stands at other lines now: those given.
  stale,    ///< The file changed and the text is no longer in it: shown as it was indexed.
  gone,     ///< The file is no longer there.
};

std::string_view to_string(Freshness freshness);

struct SearchHit {
  ChunkKey key;
  double score = 0;  ///< Higher is better; for vectors, the cosine.
  ChunkMeta meta;
  Freshness freshness = Freshness::current;
  bool fuzzy = false;  ///< Of symbol(): the name only resembles the pattern.
};

struct SearchAnswer {
  /// Best first; ties by key, those of symbol() in the order of VectorStore::find_by_symbol().
  std::vector<SearchHit> hits;
  SearchPlan plan;  ///< Of search() and similar().
  /// What the store did, each time it was asked: more than once where its answers were of paths
  /// that the glob refuses.
  std::vector<SearchProfile> profiles;
  std::int64_t swept_at = 0;  ///< When the tree was last seen whole, Unix seconds.
};

/// Answers questions about one indexed tree. Holds references; the store and the embedder must
/// outlive it. Const members may run at the same time.
class Searcher {
 public:
  /// Errors: `incompatible` if another embedder made the store; says which, and what to do.
  static Result<Searcher> create(const VectorStore& store,
                                 const Embedder& embedder,
                                 std::filesystem::path root);

  Result<SearchAnswer> search(const SearchRequest& request) const;

  /// Chunks like the one that covers `line` (1-based) of `path` (relative to the root). Errors:
  /// `not_found`.
  Result<SearchAnswer> similar(const std::string& path,
                               std::int64_t line,
                               const SearchRequest& request) const;

  /// Chunks by symbol name; see VectorStore::find_by_symbol. Scores, best first: 3 the whole name
  /// or its last parts ("Start" and "Server.Start" for "net.Server.Start"), 2 the beginning of a
  /// part, 1 anything within. Where no name has the pattern in it, those whose last part is a
  /// letter or two away from it are given instead, below 1 and marked as fuzzy.
  Result<SearchAnswer> symbol(const std::string& pattern, const SearchRequest& request) const;

 private:
  Searcher(const VectorStore& store, const Embedder& embedder, std::filesystem::path root)
      : store_(&store), embedder_(&embedder), root_(std::move(root)) {}

  const VectorStore* store_;
  const Embedder* embedder_;
  std::filesystem::path root_;
};

}  // namespace quire
