#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <quire/result.hpp>
#include <quire/vector_format.hpp>

#include "base/files.hpp"
#include "base/uuid.hpp"
#include "base/verified_bytes.hpp"
#include "store/records/record_table.hpp"
#include "store/vectors/hnsw_graph.hpp"
#include "store/vectors/usearch_file.hpp"

namespace quire::store {

inline constexpr const char* kIndexName = "index.usearch";
inline constexpr const char* kMetadataName = "metadata.json";

/// What a checkpoint's two files hold, in memory: mapped, never changed.
///
/// Loaded with its cache, nothing of them is read but footers; each block is verified when it is
/// first used, and whoever used any must look at status() before it believes what it read. Without
/// one, all of them was verified.
///
/// The two may be of different lsns (a crash between their renames) or one may be absent (before
/// the first checkpoint was complete). Rows are metadata.json's; one without a vector here must
/// come again from the journal.
class CheckpointImage {
 public:
  /// Verifies and reads both files; null: not there. Errors: `corrupt`, `store_serde`,
  /// `store_index`, `incompatible`, each with its file and byte; that of `go_on`, which is asked
  /// now and then.
  static Result<std::shared_ptr<CheckpointImage>> load(
      std::unique_ptr<base::FileBytes> index,
      std::unique_ptr<base::FileBytes> metadata,
      const std::function<Status()>& go_on = nullptr);
  /// The same with what cache() said of the two; null, or a cache that does not belong to them: as
  /// without one.
  static Result<std::shared_ptr<CheckpointImage>> load(std::unique_ptr<base::FileBytes> index,
                                                       std::unique_ptr<base::FileBytes> metadata,
                                                       std::unique_ptr<base::FileBytes> cache);

  /// False for a pair that is imported, of two lsns, or whose graph is in another order.
  bool can_have_cache() const { return slots_are_rows_ && index_lsn_ == metadata_lsn(); }
  /// The bytes of its cache; empty if it can have none. Reads both files.
  std::string cache() const;
  /// True if this was loaded with one.
  bool has_cache() const { return cache_ != nullptr; }

  /// `corrupt`, with file and byte, if damage was met.
  Status status() const;
  /// Verifies what was not yet. Error: as status().
  Status verify_all() const;
  /// Whether a row's vector and chunk are what was written, in an image that has a cache: another
  /// was verified whole.
  bool has_sound_row(std::size_t row) const {
    return !has_cache() || (graph_->has_sound_vector(static_cast<std::uint32_t>(row)) &&
                            records_.has_sound_chunk(row));
  }
  /// How many blocks of both files were verified here; 0 if all were at loading.
  std::uint64_t verified_blocks() const;

  std::size_t rows() const { return records_.size(); }
  const records::RecordTable& records() const { return records_; }

  /// False if index.usearch does not have a row's vector.
  bool has_vector(std::size_t row) const { return slots_are_rows_ || vectors_[row] != nullptr; }
  /// A row's vector as stored, or null; good until this thread's next call, unless verify_all() was
  /// called.
  const char* vector(std::size_t row) const {
    return slots_are_rows_ ? graph_->vector(static_cast<std::uint32_t>(row)) : vectors_[row];
  }

  /// The format of the vectors; zero dimensions if there is no index file.
  const VectorFormat& format() const { return format_; }

  const base::Uuid& uuid() const { return uuid_; }
  std::uint64_t index_lsn() const { return index_lsn_; }
  std::uint64_t metadata_lsn() const { return records_.header().lsn; }
  bool has_index() const { return index_ != nullptr; }
  bool has_metadata() const { return metadata_ != nullptr; }

  /// A file of the original design is among the two: the next write converts the pair.
  bool imported() const { return imported_; }

  /// The graph of the vectors, walked in index.usearch itself. Null where there is no such file,
  /// and for an imported pair, whose graph was never verified by a checksum: its rows are compared
  /// one by one.
  const vectors::HnswGraph* graph() const { return graph_ ? &*graph_ : nullptr; }

  /// True if the graph's slots are the rows, in the same order: so in every file of ours whose
  /// metadata.json is of the same commit.
  bool slots_are_rows() const { return slots_are_rows_; }

  /// The place in the graph of a row that has a vector there.
  std::uint32_t slot(std::size_t row) const;
  /// The row at a place in the graph, if there is one.
  std::optional<std::size_t> row_at(std::uint32_t slot) const;

 private:
  CheckpointImage() = default;

  static std::shared_ptr<CheckpointImage> make(std::unique_ptr<base::FileBytes> index,
                                               std::unique_ptr<base::FileBytes> metadata);
  Status read_all(const std::function<Status()>& go_on);
  Status read_index();
  Status join_vectors();
  Status read_cached(std::string_view cache);
  Status convert_vectors(const vectors::UsearchFile& file);

  std::unique_ptr<base::FileBytes> index_;
  std::unique_ptr<base::FileBytes> metadata_;
  std::unique_ptr<base::FileBytes> cache_;  ///< What it was read from; else null.
  std::optional<base::VerifiedBytes> verified_index_;
  std::optional<base::VerifiedBytes> verified_metadata_;
  records::RecordTable records_;
  VectorFormat format_;
  base::Uuid uuid_;
  std::uint64_t index_lsn_ = 0;
  bool imported_ = false;
  bool slots_are_rows_ = false;
  std::optional<vectors::HnswGraph> graph_;
  std::optional<vectors::UsearchFile> file_;
  std::string converted_;             ///< Vectors of an imported file, as a store has them.
  std::vector<const char*> vectors_;  ///< By row, unless slots are rows.
};

}  // namespace quire::store
