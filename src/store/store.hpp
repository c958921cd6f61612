#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <quire/vector_store.hpp>

#include "base/files.hpp"
#include "base/forks.hpp"
#include "base/mutex.hpp"
#include "store/draft.hpp"
#include "store/generation.hpp"
#include "store/journal/journal.hpp"
#include "store/merge.hpp"
#include "store/recovery.hpp"
#include "store/signature.hpp"
#include "store/store_lock.hpp"
#include "store/unread_changes.hpp"
#include "store/vectors/hnsw_builder.hpp"
#include "store/view.hpp"

namespace quire {

/// The only place that sees every room of the store. Changes run one at a time under write_mutex_;
/// questions copy what is published under view_mutex_, which nobody holds while the disk works.
class VectorStore::Impl {
 public:
  Impl(std::shared_ptr<base::FileSystem> files, std::string folder, StoreOptions options);

  Status open();
  Result<Commit> apply(const WriteBatch& batch);
  Status clear();
  Result<Changes> refresh();
  Status flush();
  Status checkpoint();
  Result<ReplacementReport> replace_vectors(const VectorReplacement& wanted);
  Result<std::optional<PendingReplacement>> pending_replacement() const;
  Status drop_replacement();
  /// Error: `unavailable` in a process that was forked since the handle was opened, where nothing
  /// else of it may be called.
  Status check_process() const;
  Status write_cache(const std::string& name, std::string_view bytes);
  Status remove_cache(const std::string& name);
  Status close();

  /// Of the newest commit. Error: `unavailable` after close().
  Result<std::shared_ptr<const store::View>> view() const;
  StoreInfo info() const;
  bool checkpoint_due() const;

 private:
  struct Committed {
    std::uint64_t lsn = 0;
    std::shared_ptr<const std::string> payload;  ///< As in the journal.
  };

  /// A checkpoint that is being made, while commits go on.
  struct Merge {
    std::shared_ptr<const store::Snapshot> snapshot;
    std::vector<Committed> since;  ///< What the new pair does not hold.
  };

  struct Published {
    std::shared_ptr<const store::View> view;
    StoreInfo info;
    bool cache_missing = false;
    bool closed = false;
  };

  Status load() QUIRE_REQUIRES(write_mutex_);
  /// Error: `incompatible` if the options ask for another number; 0 is none yet.
  Status check_dimensions(std::uint32_t found) const;
  /// The same for metric and scalar.
  Status check_kind(const VectorFormat& found) const;
  Status follow() QUIRE_REQUIRES(write_mutex_);
  Status replay_new_frames() QUIRE_REQUIRES(write_mutex_);
  Status replay(std::uint64_t lsn, std::string payload) QUIRE_REQUIRES(write_mutex_);
  Status reload() QUIRE_REQUIRES(write_mutex_);

  // Becoming the writer; in store_takeover.cpp.

  Status check_writable() const QUIRE_REQUIRES(write_mutex_);
  Status hold_lock() QUIRE_REQUIRES(write_mutex_);
  Status become_writer() QUIRE_REQUIRES(write_mutex_);
  Status open_journal() QUIRE_REQUIRES(write_mutex_);
  Status sync_finished_journal() QUIRE_REQUIRES(write_mutex_);
  Status resume_journal() QUIRE_REQUIRES(write_mutex_);
  Status create_journal() QUIRE_REQUIRES(write_mutex_);
  Result<journal::Header> next_header() QUIRE_REQUIRES(write_mutex_);
  Status take_over_journals() QUIRE_REQUIRES(write_mutex_);
  Status take_over(std::span<const store::ReplayedJournal> old) QUIRE_REQUIRES(write_mutex_);
  Status copy_commits(const store::ReplayedJournal& from, journal::Writer& to) const;
  void forget_journals(std::span<const store::ReplayedJournal> old) QUIRE_REQUIRES(write_mutex_);
  Status begin_in(journal::Writer journal) QUIRE_REQUIRES(write_mutex_);
  Status find_leftovers() QUIRE_REQUIRES(write_mutex_);
  Status remove_leftovers_alone() QUIRE_REQUIRES(write_mutex_);
  Status remove_leftovers() QUIRE_REQUIRES(write_mutex_);
  Status place_waiting_index() QUIRE_REQUIRES(write_mutex_);
  Status convert_import() QUIRE_REQUIRES(write_mutex_);
  Status convert_without_vectors() QUIRE_REQUIRES(write_mutex_);
  Status convert_with_vectors() QUIRE_REQUIRES(write_mutex_);
  Status keep_original(const std::string& name) QUIRE_REQUIRES(write_mutex_);

  // Commits; in store_commits.cpp.

  Result<Commit> apply_locked(const WriteBatch& batch) QUIRE_REQUIRES(write_mutex_);
  Result<store::Draft> prepare(const WriteBatch& batch) QUIRE_REQUIRES(write_mutex_);
  Status commit(const store::Draft& draft) QUIRE_REQUIRES(write_mutex_);
  Status sync_when_due() QUIRE_REQUIRES(write_mutex_);
  Status sync_journal() QUIRE_REQUIRES(write_mutex_);
  Status seal_journal() QUIRE_REQUIRES(write_mutex_);
  Status check_lock_in_place() QUIRE_REQUIRES(write_mutex_);
  Status check_journal_in_place() QUIRE_REQUIRES(write_mutex_);
  Status poisoned(Error error) QUIRE_REQUIRES(write_mutex_);

  // Checkpoints, one at a time; in store_checkpoints.cpp.

  bool automatic_checkpoint_due() const QUIRE_REQUIRES(write_mutex_);
  bool is_due(const StoreInfo& now, std::uint64_t journal_bytes, std::uint64_t journal_rows) const;
  std::uint64_t due_rows(const StoreInfo& now) const;
  void keep_up();
  unsigned backpressure_ms() const QUIRE_REQUIRES(write_mutex_);
  bool nothing_to_merge() const QUIRE_REQUIRES(write_mutex_);
  bool cache_missing() const QUIRE_REQUIRES(write_mutex_);
  void wait_for_merge() QUIRE_REQUIRES(write_mutex_);
  Status begin_merge() QUIRE_REQUIRES(write_mutex_);
  Status rotate_journal() QUIRE_REQUIRES(write_mutex_);
  std::shared_ptr<const store::Snapshot> snapshot() const QUIRE_REQUIRES(write_mutex_);
  bool start_merger() QUIRE_REQUIRES(write_mutex_);
  Status run_merge();
  Status merge();
  std::pair<std::shared_ptr<const store::Snapshot>, store::WriterLock*> merging();
  Result<std::shared_ptr<store::CheckpointImage>> write_pair(const store::Snapshot& snapshot) const;
  Status catch_up(store::Generation& generation, store::ViewPoint& view);
  Result<std::vector<Committed>> take_since();
  static Status apply_since(const std::vector<Committed>& since,
                            store::Generation& generation,
                            store::ViewPoint& view);
  Status swap(const std::shared_ptr<store::Generation>& generation,
              store::ViewPoint view,
              const Status& cached);
  Result<std::vector<std::string>> install(const std::shared_ptr<store::Generation>& generation,
                                           store::ViewPoint view,
                                           const Status& cached);
  Status remove_journals(std::vector<std::string> names);
  void end_merge(const Status& made);
  void note_checkpoint(const Status& made) QUIRE_REQUIRES(write_mutex_);
  void note_cache(std::uint64_t lsn, const Status& done) QUIRE_REQUIRES(write_mutex_);

  // The replacement of all vectors; in store_vectors.cpp.

  Status check_replacement(const VectorReplacement& wanted) const;
  Result<std::optional<store::NextHeader>> begin_replacement(const VectorReplacement& wanted);
  Result<std::shared_ptr<const store::View>> newest_view();
  static Result<bool> make_vectors(const VectorReplacement& wanted,
                                   const store::View& view,
                                   std::size_t leave,
                                   store::NextVectors& next,
                                   ReplacementReport& report);
  Status finish_replacement(const VectorReplacement& wanted,
                            store::NextVectors& next,
                            ReplacementReport& report);
  Status switch_vectors(const VectorReplacement& wanted, const store::NextVectors& next)
      QUIRE_REQUIRES(write_mutex_);
  std::vector<std::pair<std::string, std::string>> attributes_with(
      const std::vector<WriteBatch::AttributeChange>& changes) const QUIRE_REQUIRES(write_mutex_);
  Status install_replaced(const std::shared_ptr<store::CheckpointImage>& image)
      QUIRE_REQUIRES(write_mutex_);

  /// Shows state_ to readers; with a commit's record, its attributes in the same moment.
  void publish(const store::RedoRecord* commit = nullptr) QUIRE_REQUIRES(write_mutex_);
  std::string path_of(const std::string& name) const { return base::join(folder_, name); }

  /// How long files that are to be swapped wait for readers that are just opening them.
  static constexpr std::chrono::milliseconds kSwapPatience{50};
  /// The same where it can't be put off.
  static constexpr std::chrono::milliseconds kSwitchPatience{5000};

  const std::shared_ptr<base::FileSystem> files_;
  const std::string folder_;
  const StoreOptions options_;
  const unsigned forks_ = base::forks_so_far();

  mutable base::Mutex write_mutex_;
  store::Recovered state_ QUIRE_GUARDED_BY(write_mutex_);
  store::Signature signature_ QUIRE_GUARDED_BY(write_mutex_);
  store::UnreadChanges unread_ QUIRE_GUARDED_BY(write_mutex_);
  std::optional<store::WriterLock> lock_ QUIRE_GUARDED_BY(write_mutex_);
  std::optional<journal::Writer> journal_ QUIRE_GUARDED_BY(write_mutex_);
  std::vector<std::string> finished_journals_ QUIRE_GUARDED_BY(write_mutex_);
  std::uint64_t finished_journal_bytes_ QUIRE_GUARDED_BY(write_mutex_) = 0;
  std::chrono::steady_clock::time_point last_sync_ QUIRE_GUARDED_BY(write_mutex_);
  std::optional<Error> failure_ QUIRE_GUARDED_BY(write_mutex_);
  std::string checkpoint_warning_ QUIRE_GUARDED_BY(write_mutex_);
  std::uint64_t failed_at_bytes_ QUIRE_GUARDED_BY(write_mutex_) = 0;  ///< Of the journal.
  std::uint64_t failed_at_rows_ QUIRE_GUARDED_BY(write_mutex_) = 0;
  std::string place_warning_ QUIRE_GUARDED_BY(write_mutex_);
  std::string cache_warning_ QUIRE_GUARDED_BY(write_mutex_);
  std::uint64_t cached_lsn_ QUIRE_GUARDED_BY(write_mutex_) = 0;  ///< Of the cache written here.
  std::optional<Merge> merge_ QUIRE_GUARDED_BY(write_mutex_);    ///< Set while one is made.
  base::Condition merge_ended_;
  std::thread merger_ QUIRE_GUARDED_BY(write_mutex_);
  std::atomic<bool> stop_ = false;                          ///< A merge need not be finished.
  bool owes_merge_ QUIRE_GUARDED_BY(write_mutex_) = false;  ///< Of earlier sessions.
  bool closed_ QUIRE_GUARDED_BY(write_mutex_) = false;

  mutable base::Mutex view_mutex_;
  Published published_ QUIRE_GUARDED_BY(view_mutex_);
};

}  // namespace quire
