#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <quire/schema.hpp>

namespace quire {

/// Names one stored chunk for ever: keys start at 0, rise, and are never used twice, after deletes,
/// crashes and rebuilds too. Never above kMaxChunkKey, so that JSON readers keep it exact.
struct ChunkKey {
  std::uint64_t value = 0;

  auto operator<=>(const ChunkKey&) const = default;
};

inline constexpr std::uint64_t kMaxChunkKey = (std::uint64_t{1} << 53) - 1;

/// A named string that a layer above the store needs; filterable as `extra.NAME`.
struct ExtraField {
  std::string name;  ///< Not empty, no member's and no own field's; once per chunk.
  std::string value;

  bool operator==(const ExtraField&) const = default;
};

/// What is known of a piece of code beside its vector. All strings are valid UTF-8.
struct ChunkMeta {
  std::string file_path;
  std::int64_t chunk_id = 0;  ///< The caller's own number; the store gives it no meaning.
  std::string content;
  std::optional<std::string> symbol_name;
  std::optional<std::string> symbol_kind;
  std::optional<std::string> package_name;
  std::string language;
  std::int64_t start_line = 0;     ///< 1-based.
  std::int64_t end_line = 0;       ///< 1-based, inclusive.
  std::int64_t last_modified = 0;  ///< Unix seconds.
  std::vector<ExtraField> extra;   ///< In the caller's order.
  /// Values of the store's own fields (Schema); a field that is not here has none. Given in any
  /// order, given back in the schema's.
  std::vector<OwnField> fields{};

  bool operator==(const ChunkMeta&) const = default;
};

/// What an insert takes. `vector` has the store's number of dimensions, is finite, and for cosine
/// has a norm above zero; it need not have unit length. For the other metrics its length is at most
/// kMaxVectorLength.
struct ChunkRow {
  ChunkMeta meta;
  std::vector<float> vector;
};

/// What a query gives back.
struct StoredChunk {
  ChunkKey key;
  ChunkMeta meta;
};

/// What a vector search gives back.
struct Neighbor {
  ChunkKey key;
  float distance = 0;  ///< See Metric; always finite.
  ChunkMeta meta;
  std::vector<float> vector{};  ///< Empty, unless SearchOptions::with_vectors.
};

/// The same without the chunk.
struct NeighborKey {
  ChunkKey key;
  float distance = 0;  ///< See Metric; always finite.

  bool operator==(const NeighborKey&) const = default;
};

/// One file of the store.
struct FileSummary {
  std::string file_path;
  std::string language;  ///< Of the file's chunk with the lowest key.
  std::uint64_t chunks = 0;

  bool operator==(const FileSummary&) const = default;
};

}  // namespace quire
