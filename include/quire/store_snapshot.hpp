#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <quire/chunk.hpp>
#include <quire/filter.hpp>
#include <quire/result.hpp>
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

  /// The keys of the chunks that `filter` accepts, rising. No chunk's text is read but for a filter
  /// on content or extra fields.
  Result<std::vector<ChunkKey>> matching(const Filter& filter) const;

  Result<std::vector<StoredChunk>> find_by_symbol(std::string_view pattern,
                                                  const std::optional<std::string>& kind = {},
                                                  std::size_t limit = SIZE_MAX) const;
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

 private:
  std::shared_ptr<const store::View> view_;
};

}  // namespace quire
