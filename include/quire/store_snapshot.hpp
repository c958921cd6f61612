#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <quire/chunk.hpp>
#include <quire/filter.hpp>
#include <quire/result.hpp>
#include <quire/schema.hpp>
#include <quire/vector_search.hpp>

namespace quire {

namespace store {
struct View;
}

/// One commit of a store, to ask several questions of; VectorStore::snapshot() takes it. Cheap to
/// take and to copy. It stays as it is whatever becomes of the store: commits, checkpoints,
/// close(), other processes. Until the last copy goes, it keeps the memory and the disk space of
/// what was replaced or removed since.
///
/// Questions that VectorStore has too are answered as there. Attributes are not part of it.
///
/// Threads: every member may run at the same time as any other. Damage that is met by one question,
/// of the store or of any snapshot of the same checkpoint, is `corrupt` for all later ones. Memory
/// that runs out: as in VectorStore.
class StoreSnapshot {
 public:
  explicit StoreSnapshot(std::shared_ptr<const store::View> view);

  // By vector.

  Result<std::vector<Neighbor>> search(std::span<const float> vector,
                                       std::size_t limit,
                                       const Filter& filter = {},
                                       const SearchOptions& options = {}) const;

  /// search(), whose chunks are not read.
  Result<std::vector<NeighborKey>> nearest(std::span<const float> vector,
                                           std::size_t limit,
                                           const Filter& filter = {},
                                           const SearchOptions& options = {}) const;

  /// The answers to many vectors, which lie one behind the other, in their order; the filter is
  /// evaluated once, and `threads` search (0: as many as there are cores). Errors:
  /// `invalid_argument` for a length that is no multiple of the store's dimensions, and those of
  /// the first vector that has one.
  Result<std::vector<std::vector<Neighbor>>> search_many(std::span<const float> vectors,
                                                         std::size_t limit,
                                                         const Filter& filter = {},
                                                         const SearchOptions& options = {},
                                                         std::size_t threads = 0) const;

  Result<std::vector<Neighbor>> similar(ChunkKey key,
                                        std::size_t limit,
                                        const Filter& filter = {},
                                        const SearchOptions& options = {}) const;

  Result<SearchPlan> explain(const Filter& filter = {}, const SearchOptions& options = {}) const;
  Result<ExplainedSearch> explain(std::span<const float> vector,
                                  std::size_t limit,
                                  const Filter& filter = {},
                                  const SearchOptions& options = {}) const;
  Result<ExplainedSearch> explain(ChunkKey key,
                                  std::size_t limit,
                                  const Filter& filter = {},
                                  const SearchOptions& options = {}) const;

  // By what is known of the chunks.

  Result<std::vector<StoredChunk>> query(const Filter& filter,
                                         const std::vector<std::string>& select = {},
                                         std::size_t limit = SIZE_MAX) const;

  /// Calls `visit` for each chunk that query() would give, in the same order, until it returns
  /// false. One chunk is in memory at a time, and 8 bytes for each that matches; `visit` may ask
  /// this snapshot more, its vector() for instance.
  Status for_each(const Filter& filter,
                  const std::function<bool(StoredChunk&)>& visit,
                  const std::vector<std::string>& select = {}) const;

  /// How many chunks `filter` accepts; none are read but for a filter on content or extra fields.
  Result<std::uint64_t> count(const Filter& filter) const;

  /// The keys of the chunks that `filter` accepts, rising. No chunk's text is read but for a filter
  /// on content or extra fields.
  Result<std::vector<ChunkKey>> matching(const Filter& filter) const;

  Result<std::vector<StoredChunk>> find_by_symbol(std::string_view pattern,
                                                  const std::optional<std::string>& kind = {},
                                                  std::size_t limit = SIZE_MAX) const;

  /// Calls `visit` for each chunk that find_by_symbol() would give, of any kind, in the same order,
  /// until it returns false. One chunk is in memory at a time.
  Status for_each_symbol(std::string_view pattern,
                         const std::function<bool(StoredChunk&)>& visit,
                         const std::vector<std::string>& select = {}) const;

  Result<std::vector<FileSummary>> list_files(
      const std::optional<std::string>& language = {}) const;

  // By key.

  Result<ChunkMeta> get(ChunkKey key) const;

  /// The chunks of `keys`, in their order; `select` as in query(). Errors: `not_found` if one of
  /// them is not there, `invalid_argument`.
  Result<std::vector<StoredChunk>> get(std::span<const ChunkKey> keys,
                                       const std::vector<std::string>& select = {}) const;

  Result<std::vector<float>> vector(ChunkKey key) const;

  std::vector<ChunkKey> keys() const;
  std::uint64_t chunk_count() const;
  std::uint64_t lsn() const;

  /// The keys of live chunks that WriteBatch::update() ever changed, rising, each with the lsn of
  /// the last commit that did: for whoever keeps what it derived from a chunk.
  std::vector<std::pair<ChunkKey, std::uint64_t>> updated() const;

  /// The store's own fields; those that later commits add come to be known here too, without a
  /// value in any row of this commit.
  Schema fields() const;

 private:
  std::shared_ptr<const store::View> view_;
};

}  // namespace quire
