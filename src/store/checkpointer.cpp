#include "store/checkpointer.hpp"

#include <algorithm>
#include <exception>
#include <new>
#include <utility>

#include "base/out_of_memory.hpp"
#include "base/try.hpp"
#include "base/unwinding.hpp"
#include "store/cache_folder.hpp"
#include "store/merge_progress.hpp"

namespace quire::store {
namespace {

/// In bulk loading a checkpoint is only worth its cost when the journal outgrows the checkpoint.
constexpr std::uint64_t kBulkJournalBytes = std::uint64_t{256} << 20;
constexpr std::uint64_t kDueShare = 10;  ///< One row in ten changed.
constexpr std::uint64_t kFewCommits = 16;
constexpr std::uint64_t kCommitShare = 16;
constexpr std::uint64_t kCommitChunks = 100;

/// Commits are slowed down from this many due amounts on, and most from one more on.
constexpr double kSlowFrom = 2;
constexpr double kMostDelayMs = 20;

}  // namespace

// ---- When one is due.

bool Checkpointer::due() const {
  const StoreInfo now = session_.published.info();
  return session_.published.cache_missing() || is_due(now, now.journal_bytes, now.journal_rows);
}

bool Checkpointer::is_due(const StoreInfo& now,
                          std::uint64_t journal_bytes,
                          std::uint64_t journal_rows) const {
  const StoreOptions& options = session_.options;
  if (now.format.dimensions == 0) {
    return false;
  }
  if (options.durability == Durability::bulk) {
    return journal_bytes > kBulkJournalBytes && journal_rows > now.chunks / 2;
  }
  return journal_bytes > options.checkpoint_journal_bytes || journal_rows > due_rows(now);
}

/// After a failure not before the journal has grown by another due amount: each attempt costs what
/// the store holds.
bool Checkpointer::due_now() const {
  const StoreInfo now = session_.published.info();
  return is_due(now, now.journal_bytes - failed_at_bytes_, now.journal_rows - failed_at_rows_);
}

bool Checkpointer::due_since_acquired() const {
  const StoreInfo now = session_.published.info();
  const Writer::Inheritance& inherited = session_.writer->inherited();
  return !inheritance_merged_ &&
         (is_due(now, inherited.bytes, inherited.rows) || opens_slowly(now, inherited.commits));
}

/// A store that lives in short sessions is opened for each of them, and an opening applies every
/// commit since the checkpoint. This many take about a fifth of the time that the rest of it takes.
bool Checkpointer::opens_slowly(const StoreInfo& now, std::uint64_t commits) const {
  const StoreOptions& options = session_.options;
  return now.format.dimensions != 0 && options.durability != Durability::bulk &&
         commits > std::max({kFewCommits, options.checkpoint_min_rows / kCommitShare,
                             now.chunks / kCommitChunks});
}

std::uint64_t Checkpointer::due_rows(const StoreInfo& now) const {
  return std::max(session_.options.checkpoint_min_rows, now.chunks / kDueShare);
}

void Checkpointer::keep_up() {
  bool merge_here = false;
  unsigned delay_ms = 0;
  {
    const base::MutexLock lock(session_.mutex);
    if (!session_.options.automatic_checkpoint || !session_.writer || !session_.check_writable()) {
      return;
    }
    const bool owed = due_since_acquired();
    if (session_.merging) {
      delay_ms = backpressure_ms();
    } else if (owed || due_now()) {
      const Status begun = begin();
      if (!begun) {
        note(begun);
      } else {
        merge_here = !session_.options.checkpoint_in_background || owed || !start_thread();
      }
    }
  }
  if (merge_here) {
    const Status made = run();
    static_cast<void>(made);  // Reported by info().
  }
  if (delay_ms != 0) {
    session_.folder.files->sleep_ms(delay_ms);
  }
}

/// How long a commit waits before it returns, for the merge to catch up: what lies beside the
/// checkpoint is compared by every search.
unsigned Checkpointer::backpressure_ms() const {
  const StoreOptions& options = session_.options;
  if (options.durability == Durability::bulk) {
    return 0;
  }
  const StoreInfo now = session_.published.info();
  const double amounts = std::max(
      static_cast<double>(now.journal_rows) / static_cast<double>(due_rows(now)),
      static_cast<double>(now.journal_bytes) /
          static_cast<double>(std::max<std::uint64_t>(options.checkpoint_journal_bytes, 1)));
  return static_cast<unsigned>(std::clamp(amounts - kSlowFrom, 0.0, 1.0) * kMostDelayMs);
}

Status Checkpointer::checkpoint() {
  {
    const base::MutexLock lock(session_.mutex);
    session_.wait_for_merge();
    QUIRE_TRY(session_.check_writable());
    QUIRE_TRY(session_.follow());
    if (nothing_to_merge() && !session_.state.cache_missing()) {
      return {};
    }
    QUIRE_TRY(session_.become_writer());
    if (nothing_to_merge()) {
      write_missing_cache();
      return {};
    }
    if (const Status begun = begin(); !begun) {
      note(begun);
      return begun;
    }
  }
  return run();
}

/// A store without a vector yet has no graph to write: its attributes stay in the journal.
bool Checkpointer::nothing_to_merge() const {
  const Recovered& now = session_.state.now();
  const CheckpointImage& image = now.generation->image();
  const bool pair_is_current = image.has_index() && image.has_metadata() &&
                               image.index_lsn() == now.view.lsn &&
                               image.metadata_lsn() == now.view.lsn;
  return pair_is_current || now.generation->format().dimensions == 0;
}

void Checkpointer::write_missing_cache() {
  if (session_.state.cache_missing()) {
    const CheckpointImage& image = session_.state.now().generation->image();
    session_.state.note_cache(image.metadata_lsn(),
                              write_cache(*session_.folder.files, session_.folder.path, image));
    session_.state.publish();
  }
}

// ---- How one is made.

Status Checkpointer::begin() {
  const base::AssignOnUnwind poisoned(session_.writer->failure(),
                                      std::optional(base::out_of_memory()));
  QUIRE_TRY(session_.writer->rotate());
  snapshot_ = std::make_shared<const Snapshot>(snapshot_of(session_.state.now()));
  session_.merging = true;
  inheritance_merged_ = true;
  return {};
}

/// False if the system has no thread or memory left.
bool Checkpointer::start_thread() {
  if (thread_.joinable()) {
    thread_.join();  // It has ended its merge, and waits for nothing.
  }
  try {
    thread_ = std::thread([this] {
      const Status made = run();
      static_cast<void>(made);  // Reported by info().
    });
  } catch (const std::exception&) {
    return false;
  }
  return true;
}

Status Checkpointer::run() {
  const Status made = base::or_out_of_memory([this] { return merge(); });
  end(made);
  return made;
}

Status Checkpointer::merge() {
  std::shared_ptr<const Snapshot> snapshot;
  WriterLock* writer_lock = nullptr;
  {
    // Both stay where they are: the merge ends before its writer does.
    const base::MutexLock lock(session_.mutex);
    snapshot = snapshot_;
    writer_lock = &session_.writer->lock();
  }
  const StoreFolder& folder = session_.folder;
  QUIRE_TRY_ASSIGN(const std::shared_ptr<CheckpointImage> image, write_pair(*snapshot));
  const Status cached = write_cache(*folder.files, folder.path, *image);
  const auto generation = std::make_shared<Generation>(image);
  ViewPoint view{snapshot->at.lsn, 0, snapshot->at.live_rows, snapshot->at.next_key, 0};
  QUIRE_TRY(catch_up(*generation, view));
  QUIRE_TRY_ASSIGN(std::optional<SwapLock> exclusive,
                   writer_lock->lock_swap(*folder.files, kSwapPatience));
  if (!exclusive) {
    return fail(ErrorCode::unavailable,
                "a reader is opening the store; the files will be swapped at the next checkpoint");
  }
  QUIRE_TRY(writer_lock->check_in_place(*folder.files));
  QUIRE_TRY(swap(generation, view, cached));
  return exclusive->release();
}

Result<std::shared_ptr<CheckpointImage>> Checkpointer::write_pair(const Snapshot& snapshot) const {
  return store::write_pair(session_.folder, snapshot, session_.options, stop_);
}

/// Applies what was committed meanwhile, until little is left to be done under the mutex.
Status Checkpointer::catch_up(Generation& generation, ViewPoint& view) {
  constexpr std::size_t kFew = 8;
  for (std::size_t applied = SIZE_MAX; applied > kFew;) {
    QUIRE_TRY_ASSIGN(const std::vector<Committed> since, take_since());
    QUIRE_TRY(apply_commits(since, generation, view));
    applied = since.size();
  }
  generation.index_files();
  return {};
}

Result<std::vector<Committed>> Checkpointer::take_since() {
  const base::MutexLock lock(session_.mutex);
  return session_.writer->take_since();
}

/// Puts the new files in place, then the new generation, then removes what neither needs.
Status Checkpointer::swap(const std::shared_ptr<Generation>& generation,
                          ViewPoint view,
                          const Status& cached) {
  const StoreFolder& folder = session_.folder;
  QUIRE_TRY(swap_pair(*folder.files, folder.path));
  QUIRE_TRY_ASSIGN(std::vector<std::string> obsolete, install(generation, view, cached));
  QUIRE_TRY(remove_journals(std::move(obsolete)));
  const std::uint64_t lsn = generation->image().metadata_lsn();
  const Status tidied = remove_other_caches(*folder.files, folder.path, lsn);
  forget_progress(folder);
  const base::MutexLock lock(session_.mutex);
  if (cached) {
    session_.state.note_cache(lsn, tidied);
  }
  return session_.writer->remove_leftovers();
}

Result<std::vector<std::string>> Checkpointer::install(
    const std::shared_ptr<Generation>& generation, ViewPoint view, const Status& cached) {
  const base::MutexLock lock(session_.mutex);
  QUIRE_TRY(session_.writer->check_usable());
  session_.state.note_cache(generation->image().metadata_lsn(), cached);
  return session_.writer->install(generation, view);
}

Status Checkpointer::remove_journals(std::vector<std::string> names) {
  Status removed;
  while (!names.empty() && removed) {
    removed = session_.folder.files->unlink(session_.folder.path_of(names.back()));
    if (removed) {
      names.pop_back();
    }
  }
  const base::MutexLock lock(session_.mutex);
  session_.writer->keep_journals(names);
  return removed;
}

void Checkpointer::end(const Status& made) {
  std::shared_ptr<const Snapshot>
      ended;  // The old generation is freed after the mutex is released.
  {
    const base::MutexLock lock(session_.mutex);
    std::swap(ended, snapshot_);
    session_.merging = false;
    session_.writer->give_up();
    try {
      note(made);
    } catch (const std::bad_alloc&) {
      static_cast<void>(made);  // There is no memory for what info() would say.
    }
  }
  session_.merge_ended.notify_all();
}

void Checkpointer::note(const Status& made) {
  session_.state.note_checkpoint(made);
  const StoreInfo now = session_.published.info();
  failed_at_bytes_ = made ? 0 : now.journal_bytes;
  failed_at_rows_ = made ? 0 : now.journal_rows;
}

void Checkpointer::stop() {
  stop_ = true;
  std::thread ended;
  {
    const base::MutexLock lock(session_.mutex);
    session_.wait_for_merge();
    std::swap(ended, thread_);
  }
  if (ended.joinable()) {
    ended.join();
  }
}

}  // namespace quire::store
