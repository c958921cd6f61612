#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <quire/result.hpp>

#include "base/mutex.hpp"
#include "store/checkpoint_image.hpp"
#include "store/delta.hpp"
#include "store/own_key_index.hpp"
#include "store/records/chunk_codec.hpp"
#include "store/records/own_values.hpp"
#include "store/redo_record.hpp"
#include "store/vectors/sketch.hpp"

namespace quire::store {

/// Where a reader stands: every row whose commit is at or before `lsn` and whose removal is after
/// it.
struct ViewPoint {
  std::uint64_t lsn = 0;
  std::size_t delta_size = 0;  ///< Delta rows that exist for it.
  std::uint64_t live_rows = 0;
  std::uint64_t next_key = 0;
  std::uint64_t removed_image_rows = 0;
  std::size_t revisions = 0;  ///< Revisions that exist for it.
};

/// A checkpoint image and what the journal changed since. One writer applies records; any number of
/// readers look at it through ViewPoints taken before, and are never disturbed.
class Generation {
 public:
  explicit Generation(std::shared_ptr<CheckpointImage> image);

  const CheckpointImage& image() const { return *image_; }
  CheckpointImage& image() { return *image_; }
  const Delta& delta() const { return delta_; }

  /// Dimensions are zero until the first insert.
  VectorFormat format() const {
    VectorFormat format = format_;
    format.dimensions = dimensions_.load(std::memory_order_relaxed);
    return format;
  }
  /// For a generation without an image, before anybody reads it.
  void set_format(const VectorFormat& format);

  bool image_row_visible(std::size_t row, std::uint64_t lsn) const {
    return image_removed_at_[row].load(std::memory_order_relaxed) > lsn;
  }

  /// Keys of all live rows, rising.
  std::vector<ChunkKey> live_keys(const ViewPoint& at) const;
  /// The live row of `key`, or nothing.
  std::optional<RowRef> find(std::uint64_t key, const ViewPoint& at) const;
  std::uint64_t key(RowRef row) const;
  const char* vector(RowRef row) const;
  /// What is wanted of a chunk, the rest empty: as RecordTable::chunk().
  ChunkMeta chunk(RowRef row,
                  const ViewPoint& at,
                  const records::MemberSet& wanted = records::MemberSet::all()) const;
  /// The chunk of a row, if the journal has it: of a delta row, or one that was updated. Refers to
  /// memory of this generation.
  std::optional<records::ChunkView> journal_chunk(RowRef row, const ViewPoint& at) const;
  /// The chunk of a delta row.
  records::ChunkView delta_chunk(std::size_t index, const ViewPoint& at) const;
  /// Whether the view sees another chunk in a row of the image than the image has.
  bool is_updated(std::size_t image_row, const ViewPoint& at) const {
    return revision_of({false, image_row}, at) != nullptr;
  }
  /// Calls visit(row) for each live row of the image that is_updated().
  template <class Visit>
  void for_each_updated(const ViewPoint& at, Visit visit) const {
    for (std::size_t i = 0; i < at.revisions; ++i) {
      const RowRef row = revisions_[i].row;
      const bool is_newest = revision_of(row, at) == &revisions_[i];
      if (!row.in_delta && is_newest && image_row_visible(row.index, at.lsn)) {
        visit(row.index);
      }
    }
  }
  /// A row's value of an own field that is no table.
  records::ValueView own_value(std::size_t field, RowRef row, const ViewPoint& at) const;
  /// The lsn of the last update of each live chunk that was ever updated, by rising key.
  std::vector<std::pair<std::uint64_t, std::uint64_t>> updated(const ViewPoint& at) const;
  /// Sends for the memory that chunk() of these rows reads.
  void prefetch_chunks(std::span<const RowRef> rows,
                       const records::MemberSet& wanted = records::MemberSet::all()) const;

  /// The live rows of the journal that look nearest to the vector `stored`: `wanted` and a few
  /// more, or all there are. Nothing where there are so few, or a metric for which sketches say so
  /// little, that all are better compared.
  std::optional<std::vector<std::uint32_t>> likely_delta_rows(const ViewPoint& at,
                                                              const char* stored,
                                                              std::size_t wanted) const;

  /// `corrupt` if damage was met in what was read so far: to be asked before an answer is believed,
  /// as vectors and chunks are verified when they are first used, and are anything where they fail.
  Status status() const;

  /// The store's own fields. They only grow, and any view may be asked about all of them.
  const Schema& fields() const { return *fields_.load(std::memory_order_acquire); }
  /// The least format of files that can hold what is here.
  std::uint32_t file_format() const;

  // For the writer (or whoever builds the generation) alone.

  /// Applies the rows and fields of one commit and returns the view after it; the caller publishes
  /// that, and the commit's attributes with it. Inserts that the image already holds and removals
  /// of what is not there are skipped. The record's vectors and chunks lie in `memory`, which is
  /// kept. Errors: `corrupt`.
  Result<ViewPoint> apply(const RedoRecord& record,
                          std::uint64_t lsn,
                          ViewPoint before,
                          std::shared_ptr<const void> memory);

  /// Applies the attributes of one commit, for every thread to see at once: attributes have no
  /// views.
  void apply_attributes(const RedoRecord& record);

  /// After a replay: every row of the image that is left has a vector. Error: `corrupt`.
  Status verify_complete(const ViewPoint& at) const;

  /// Does at once what the first keys_of_file() would do.
  void index_files();

  /// Live keys of one file, rising.
  std::vector<std::uint64_t> keys_of_file(std::string_view path, const ViewPoint& at);

  /// Live keys of the chunks that have `value`, a string or i64, in an own field, rising. The first
  /// call for a field looks at every row.
  std::vector<std::uint64_t> keys_of_value(std::size_t field,
                                           const records::ValueView& value,
                                           const ViewPoint& at);

  /// Rows inserted, removed or updated since the checkpoint.
  std::uint64_t changed_rows() const { return delta_.size() + removed_rows_ + revisions_.size(); }

  // Attributes: today's, for any thread.

  std::optional<std::string> attribute(std::string_view name) const;
  std::vector<std::pair<std::string, std::string>> attributes(std::string_view prefix) const;

 private:
  /// From so many rows on, the journal's are sketched.
  static constexpr std::size_t kSketchedFrom = 1024;
  static constexpr std::uint32_t kSketchedDimensions = 128;

  struct Sketches {
    vectors::SketchMaker maker;
    vectors::SketchList list;  ///< Of the delta's rows.
  };

  void remove(RowRef row, std::uint64_t lsn, ViewPoint& view);
  Status insert(const RedoRecord& record, std::uint64_t lsn, ViewPoint& view);
  void update(const RedoRecord::Update& update, std::uint64_t lsn, const ViewPoint& view);
  void add_fields(const std::vector<FieldSpec>& fields);
  Status check_vectors(const RedoRecord& record, std::uint64_t lsn);

  RevisionChain& revisions_of(RowRef row);
  bool is_visible(RowRef row, const ViewPoint& at) const;
  const Revision* revision_of(RowRef row, const ViewPoint& at) const;
  std::string_view path_of(RowRef row, const ViewPoint& at) const;
  records::ChunkView view_of(std::uint64_t key, std::string_view chunk) const;
  /// Angles are what sketches tell of; short vectors are as quickly compared themselves.
  bool has_sketches() const {
    return format().metric == Metric::cosine && format().dimensions >= kSketchedDimensions;
  }
  void sketch_rows();
  vectors::SketchMaker sketch_maker() const;
  void index_image_files();
  void index_delta_files();

  std::shared_ptr<CheckpointImage> image_;
  VectorFormat format_;  ///< But for its dimensions, which the first insert may set beside readers.
  std::atomic<std::uint32_t> dimensions_ = 0;
  Delta delta_;
  std::optional<Sketches> sketches_;  ///< Set before a view with kSketchedFrom rows is published.
  std::vector<std::atomic<std::uint64_t>> image_removed_at_;
  std::uint64_t removed_rows_ = 0;
  AppendList<Revision> revisions_;
  /// One a row of the image; there from the first update on.
  std::unique_ptr<RevisionChain[]> image_revisions_;

  std::atomic<const Schema*> fields_;                   ///< The last of the next.
  std::vector<std::unique_ptr<const Schema>> schemas_;  ///< All that were ever seen.
  std::map<std::size_t, OwnKeyIndex> keys_of_values_;   ///< By field.

  // Which rows a file has; built at the first delete_file, brought up to date by the next ones.
  bool image_files_indexed_ = false;
  std::vector<std::vector<std::uint32_t>> image_rows_of_path_;  ///< By the path column's id.
  std::unordered_map<std::string_view, std::uint32_t> image_path_ids_;
  std::unordered_map<std::string_view, std::vector<std::size_t>> delta_rows_of_path_;
  std::size_t delta_rows_indexed_ = 0;

  mutable std::atomic<std::uint64_t> unreadable_key_ = kNever;  ///< Of a chunk in the journal.

  mutable base::Mutex attributes_mutex_;
  std::map<std::string, std::string, std::less<>> attributes_ QUIRE_GUARDED_BY(attributes_mutex_);
};

}  // namespace quire::store
