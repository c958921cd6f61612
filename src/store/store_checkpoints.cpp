#include <algorithm>
#include <exception>
#include <new>
#include <utility>

#include "base/out_of_memory.hpp"
#include "base/try.hpp"
#include "base/unwinding.hpp"
#include "store/cache_folder.hpp"
#include "store/store.hpp"

// How the journal is merged into a new pair of files: begin_merge() under the write mutex, merge()
// without it, install() under it again. Commits that come in between are kept and applied to the
// new generation before anybody sees it.

namespace quire {
namespace {

/// In bulk loading a checkpoint is only worth its cost when the journal outgrows the checkpoint.
constexpr std::uint64_t kBulkJournalBytes = std::uint64_t{256} << 20;
constexpr std::uint64_t kDueShare = 10;  ///< One row in ten changed.

/// Commits are slowed down from this many due amounts on, and most from one more on.
constexpr double kSlowFrom = 2;
constexpr double kMostDelayMs = 20;

}  // namespace

bool VectorStore::Impl::checkpoint_due() const {
  if (!check_process()) {
    return false;
  }
  const base::MutexLock lock(view_mutex_);
  const StoreInfo& now = published_.info;
  return published_.cache_missing || is_due(now, now.journal_bytes, now.journal_rows);
}

/// After a failure not before the journal has grown by another due amount: each attempt costs what
/// the store holds.
bool VectorStore::Impl::automatic_checkpoint_due() const {
  const StoreInfo now = info();
  return is_due(now, now.journal_bytes - failed_at_bytes_, now.journal_rows - failed_at_rows_);
}

bool VectorStore::Impl::is_due(const StoreInfo& now,
                               std::uint64_t journal_bytes,
                               std::uint64_t journal_rows) const {
  if (now.format.dimensions == 0) {
    return false;
  }
  if (options_.durability == Durability::bulk) {
    return journal_bytes > kBulkJournalBytes && journal_rows > now.chunks / 2;
  }
  return journal_bytes > options_.checkpoint_journal_bytes || journal_rows > due_rows(now);
}

std::uint64_t VectorStore::Impl::due_rows(const StoreInfo& now) const {
  return std::max(options_.checkpoint_min_rows, now.chunks / kDueShare);
}

/// After a commit, which is durable whatever becomes of this: a failure is told by info(). A merge
/// that was due when this handle became the writer is made before the commit returns: in the
/// background, close() would end it again, as it did in the sessions before.
void VectorStore::Impl::keep_up() {
  bool merge_here = false;
  unsigned delay_ms = 0;
  {
    const base::MutexLock lock(write_mutex_);
    if (!options_.automatic_checkpoint || !lock_ || closed_ || failure_) {
      return;
    }
    if (merge_) {
      delay_ms = backpressure_ms();
    } else if (automatic_checkpoint_due()) {
      const Status begun = begin_merge();
      if (!begun) {
        note_checkpoint(begun);
      } else {
        merge_here = !options_.checkpoint_in_background || owes_merge_ || !start_merger();
        owes_merge_ = false;
      }
    }
  }
  if (merge_here) {
    const Status made = run_merge();
    static_cast<void>(made);
  }
  if (delay_ms != 0) {
    files_->sleep_ms(delay_ms);
  }
}

/// How long a commit waits before it returns, for the merge to catch up: what lies beside the
/// checkpoint is compared by every search.
unsigned VectorStore::Impl::backpressure_ms() const {
  if (options_.durability == Durability::bulk) {
    return 0;
  }
  const StoreInfo now = info();
  const double amounts = std::max(
      static_cast<double>(now.journal_rows) / static_cast<double>(due_rows(now)),
      static_cast<double>(now.journal_bytes) /
          static_cast<double>(std::max<std::uint64_t>(options_.checkpoint_journal_bytes, 1)));
  return static_cast<unsigned>(std::clamp(amounts - kSlowFrom, 0.0, 1.0) * kMostDelayMs);
}

Status VectorStore::Impl::checkpoint() {
  {
    const base::MutexLock lock(write_mutex_);
    wait_for_merge();
    QUIRE_TRY(check_writable());
    if (!lock_) {
      QUIRE_TRY(follow());
      if (nothing_to_merge() && !cache_missing()) {
        return {};
      }
      QUIRE_TRY(become_writer());
    }
    if (nothing_to_merge()) {
      if (cache_missing()) {
        const store::CheckpointImage& image = state_.generation->image();
        note_cache(image.metadata_lsn(), store::write_cache(*files_, folder_, image));
        publish();
      }
      return {};
    }
    if (const Status begun = begin_merge(); !begun) {
      note_checkpoint(begun);
      return begun;
    }
  }
  return run_merge();
}

/// A store without a vector yet has no graph to write: its attributes stay in the journal.
bool VectorStore::Impl::nothing_to_merge() const {
  const store::CheckpointImage& image = state_.generation->image();
  const bool pair_is_current = image.has_index() && image.has_metadata() &&
                               image.index_lsn() == state_.view.lsn &&
                               image.metadata_lsn() == state_.view.lsn;
  return pair_is_current || state_.generation->format().dimensions == 0;
}

bool VectorStore::Impl::cache_missing() const {
  const store::CheckpointImage& image = state_.generation->image();
  return image.can_have_cache() && !image.has_cache() && cached_lsn_ != image.metadata_lsn();
}

void VectorStore::Impl::wait_for_merge() {
  while (merge_) {
    merge_ended_.wait(write_mutex_);
  }
  if (merger_.joinable()) {
    merger_.join();
  }
}

Status VectorStore::Impl::begin_merge() {
  const base::AssignOnUnwind poison(failure_, std::optional(base::out_of_memory()));
  if (!journal_) {
    QUIRE_TRY(open_journal());
  }
  QUIRE_TRY(rotate_journal());
  merge_.emplace(Merge{snapshot(), {}});
  return {};
}

/// Closes the journal at this lsn, so that it can be dropped whole once the checkpoint is durable.
Status VectorStore::Impl::rotate_journal() {
  if (journal_->size() == journal::kHeaderSize) {
    return {};
  }
  QUIRE_TRY(check_lock_in_place());
  if (Status sealed = journal_->seal(); !sealed) {
    return poisoned(sealed.error());
  }
  finished_journals_.push_back(journal::file_name(journal_->header().generation));
  finished_journal_bytes_ += journal_->size();
  if (Status created = create_journal(); !created) {
    return poisoned(created.error());
  }
  return {};
}

std::shared_ptr<const store::Snapshot> VectorStore::Impl::snapshot() const {
  return std::make_shared<store::Snapshot>(store::Snapshot{
      state_.generation, state_.view, state_.uuid, state_.generation->attributes("")});
}

/// False if the system has no thread or memory left.
bool VectorStore::Impl::start_merger() {
  if (merger_.joinable()) {
    merger_.join();  // It has ended its merge, and waits for nothing.
  }
  try {
    merger_ = std::thread([this] {
      const Status made = run_merge();
      static_cast<void>(made);  // Told by info().
    });
  } catch (const std::exception&) {
    return false;
  }
  return true;
}

Status VectorStore::Impl::run_merge() {
  const Status made = base::or_out_of_memory([this] { return merge(); });
  end_merge(made);
  return made;
}

Status VectorStore::Impl::merge() {
  const auto [snapshot, lock] = merging();
  QUIRE_TRY_ASSIGN(const std::shared_ptr<store::CheckpointImage> image, write_pair(*snapshot));
  const Status cached = store::write_cache(*files_, folder_, *image);
  const auto generation = std::make_shared<store::Generation>(image);
  store::ViewPoint view{snapshot->at.lsn, 0, snapshot->at.live_rows, snapshot->at.next_key, 0};
  QUIRE_TRY(catch_up(*generation, view));
  QUIRE_TRY_ASSIGN(std::optional<store::SwapLock> alone, lock->lock_swap(*files_, kSwapPatience));
  if (!alone) {
    return fail(ErrorCode::unavailable,
                "a reader is opening the store; the files will be swapped at the next checkpoint");
  }
  QUIRE_TRY(lock->check_in_place(*files_));
  QUIRE_TRY(swap(generation, view, cached));
  return alone->release();
}

/// What stays as it is while a merge is made: it ends before its store is closed.
std::pair<std::shared_ptr<const store::Snapshot>, store::WriterLock*> VectorStore::Impl::merging() {
  const base::MutexLock lock(write_mutex_);
  return {merge_->snapshot, &*lock_};
}

Result<std::shared_ptr<store::CheckpointImage>> VectorStore::Impl::write_pair(
    const store::Snapshot& snapshot) const {
  const std::size_t threads =
      options_.build_threads != 0 ? options_.build_threads : std::thread::hardware_concurrency();
  return store::write_pair(*files_, folder_, snapshot,
                           {options_.connectivity, options_.expansion_add}, threads, stop_);
}

/// Applies what was committed meanwhile, until little is left to be done under the write mutex.
Status VectorStore::Impl::catch_up(store::Generation& generation, store::ViewPoint& view) {
  constexpr std::size_t kFew = 8;
  for (std::size_t applied = SIZE_MAX; applied > kFew;) {
    QUIRE_TRY_ASSIGN(const std::vector<Committed> since, take_since());
    QUIRE_TRY(apply_since(since, generation, view));
    applied = since.size();
  }
  generation.index_files();
  return {};
}

Result<std::vector<VectorStore::Impl::Committed>> VectorStore::Impl::take_since() {
  const base::MutexLock lock(write_mutex_);
  if (failure_) {
    return std::unexpected(*failure_);
  }
  return std::exchange(merge_->since, {});
}

Status VectorStore::Impl::apply_since(const std::vector<Committed>& since,
                                      store::Generation& generation,
                                      store::ViewPoint& view) {
  for (const Committed& commit : since) {
    QUIRE_TRY_ASSIGN(const store::RedoRecord record, store::decode_redo_record(*commit.payload));
    QUIRE_TRY_ASSIGN(view, generation.apply(record, commit.lsn, view, commit.payload));
    generation.apply_attributes(record);
  }
  return {};
}

/// Puts the new files in place, then the new generation, then removes what neither needs.
Status VectorStore::Impl::swap(const std::shared_ptr<store::Generation>& generation,
                               store::ViewPoint view,
                               const Status& cached) {
  QUIRE_TRY(store::swap_pair(*files_, folder_));
  QUIRE_TRY_ASSIGN(const std::vector<std::string> needless, install(generation, view, cached));
  QUIRE_TRY(remove_journals(needless));
  const std::uint64_t lsn = generation->image().metadata_lsn();
  const Status tidied = store::remove_other_caches(*files_, folder_, lsn);
  const base::MutexLock lock(write_mutex_);
  if (cached) {
    note_cache(lsn, tidied);
  }
  return remove_leftovers();
}

/// Shows the new generation; the journals that it does not need.
Result<std::vector<std::string>> VectorStore::Impl::install(
    const std::shared_ptr<store::Generation>& generation,
    store::ViewPoint view,
    const Status& cached) {
  const base::MutexLock lock(write_mutex_);
  if (failure_) {
    return std::unexpected(*failure_);
  }
  if (merge_) {
    QUIRE_TRY(apply_since(merge_->since, *generation, view));
  }
  state_.generation = generation;
  state_.view = view;
  state_.checkpoint_lsn = generation->image().metadata_lsn();
  state_.journal_bytes = 0;
  finished_journal_bytes_ = 0;
  note_cache(state_.checkpoint_lsn, cached);
  publish();
  return std::exchange(finished_journals_, {});
}

Status VectorStore::Impl::remove_journals(std::vector<std::string> names) {
  Status removed;
  while (!names.empty() && removed) {
    removed = files_->unlink(path_of(names.back()));
    if (removed) {
      names.pop_back();
    }
  }
  const base::MutexLock lock(write_mutex_);
  finished_journals_.insert(finished_journals_.end(), names.begin(), names.end());
  return removed;
}

void VectorStore::Impl::end_merge(const Status& made) {
  std::optional<Merge> ended;  // The old generation's memory goes after the mutex.
  {
    const base::MutexLock lock(write_mutex_);
    std::swap(ended, merge_);
    try {
      note_checkpoint(made);
    } catch (const std::bad_alloc&) {
      static_cast<void>(made);  // There is no memory for what info() would say.
    }
  }
  merge_ended_.notify_all();
}

void VectorStore::Impl::note_checkpoint(const Status& made) {
  checkpoint_warning_ = made ? "" : "checkpoint: " + made.error().message;
  publish();
  const StoreInfo now = info();
  failed_at_bytes_ = made ? 0 : now.journal_bytes;
  failed_at_rows_ = made ? 0 : now.journal_rows;
}

/// The store is as good without its cache, only slower to open: a failure is told by info().
void VectorStore::Impl::note_cache(std::uint64_t lsn, const Status& done) {
  cached_lsn_ = done ? lsn : 0;
  cache_warning_ = done ? "" : "cache: " + done.error().message;
}

}  // namespace quire
