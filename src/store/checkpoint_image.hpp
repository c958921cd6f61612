#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <quire/result.hpp>
#include <quire/vector_format.hpp>

#include "base/files.hpp"
#include "base/mutex.hpp"
#include "base/uuid.hpp"
#include "store/records/record_table.hpp"
#include "store/vectors/hnsw_index.hpp"
#include "store/vectors/usearch_file.hpp"

namespace quire::store {

inline constexpr const char* kIndexName = "index.usearch";
inline constexpr const char* kMetadataName = "metadata.json";

/// What a checkpoint's two files hold, verified, in memory: mapped, never changed.
///
/// The two may be of different lsns (a crash between their renames) or one may be absent (before
/// the first checkpoint was complete). Rows are metadata.json's; one without a vector here must
/// come again from the journal.
class CheckpointImage {
 public:
  /// Verifies and reads both files; null: not there. Errors: `corrupt`, `store_serde`,
  /// `store_index`, `incompatible`, each with its file and byte.
  static Result<std::shared_ptr<CheckpointImage>> load(std::unique_ptr<base::FileBytes> index,
                                                       std::unique_ptr<base::FileBytes> metadata,
                                                       const vectors::GraphOptions& options);

  std::size_t rows() const { return records_.size(); }
  const records::RecordTable& records() const { return records_; }

  /// A row's vector as stored; null if index.usearch does not have it.
  const char* vector(std::size_t row) const { return vectors_[row]; }

  /// The format of the vectors; zero dimensions if there is no index file.
  const VectorFormat& format() const { return format_; }

  const base::Uuid& uuid() const { return uuid_; }
  std::uint64_t index_lsn() const { return index_lsn_; }
  std::uint64_t metadata_lsn() const { return records_.header().lsn; }
  bool has_index() const { return index_ != nullptr; }
  bool has_metadata() const { return metadata_ != nullptr; }

  /// A file of the original design is among the two: the next write converts the pair.
  bool imported() const { return imported_; }

  /// usearch's part of index.usearch, for a private copy; empty where graph() would build nothing.
  std::string_view graph_bytes() const { return graph_bytes_; }

  /// True if the graph has entries that no row has, or lacks some that rows have.
  bool graph_differs() const { return graph_differs_; }

  /// The graph, loaded at first use. Null for an imported pair, whose graph was never verified by a
  /// checksum: its rows are compared one by one. Any thread.
  Result<const vectors::HnswIndex*> graph() const;

  /// Gives a graph that is known to equal graph_bytes(), to save loading it.
  void adopt_graph(vectors::HnswIndex graph);

 private:
  CheckpointImage() = default;

  Status read_index();
  Status join_vectors();
  Status convert_vectors(const vectors::UsearchFile& file);

  std::unique_ptr<base::FileBytes> index_;
  std::unique_ptr<base::FileBytes> metadata_;
  vectors::GraphOptions options_;
  records::RecordTable records_;
  VectorFormat format_;
  base::Uuid uuid_;
  std::uint64_t index_lsn_ = 0;
  bool imported_ = false;
  bool graph_differs_ = false;
  std::string_view graph_bytes_;
  std::optional<vectors::UsearchFile> file_;
  std::string converted_;  ///< Vectors of an imported file, as a store has them.
  std::vector<const char*> vectors_;

  mutable base::Mutex graph_mutex_;
  mutable std::optional<vectors::HnswIndex> graph_ QUIRE_GUARDED_BY(graph_mutex_);
};

}  // namespace quire::store
