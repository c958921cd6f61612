#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <quire/vector_store.hpp>

#include "store/draft.hpp"
#include "store/generation.hpp"
#include "store/journal/journal.hpp"
#include "store/recovery.hpp"
#include "store/state.hpp"
#include "store/store_folder.hpp"
#include "store/store_lock.hpp"

namespace quire::store {

/// A commit as the journal has it.
struct Committed {
  std::uint64_t lsn = 0;
  std::shared_ptr<const std::string> payload;
};

/// Applies commits, in their order, to a generation that nobody reads yet. Errors: `corrupt`.
Status apply_commits(const std::vector<Committed>& commits,
                     Generation& generation,
                     ViewPoint& view);

/// The one writer of a store: its lock, its journal, and the state that it brings forward. It
/// exists while the lock is held, and ends with close() or with the process. Not thread-safe.
///
/// The journal is begun by the first change, so that one who takes the lock and changes nothing
/// leaves no file. Once a write or sync has failed nobody knows what is on the disk: from then on
/// every call fails with `unavailable`.
class Writer {
 public:
  /// Waits for the store's lock up to options.lock_timeout, then follows what others committed.
  /// Errors: `locked`, `store_io`, and those of State::follow().
  static Result<Writer> acquire(const StoreFolder& folder,
                                const StoreOptions& options,
                                State& state);

  Status check_usable() const;
  /// What had to be merged when the lock was taken: the work of earlier sessions.
  struct Inheritance {
    std::uint64_t bytes = 0;
    std::uint64_t rows = 0;
    std::uint64_t commits = 0;
  };
  const Inheritance& inherited() const { return inherited_; }

  /// Appends the draft to the journal, syncs it as the durability level says, and publishes it.
  Status commit(const Draft& draft);
  /// Syncs what was committed.
  Status sync();
  /// Seals the journal and gives the lock back. Error too: `unavailable`, after a failed write.
  Status close();

  // For whoever makes a checkpoint: rotate(), take_since() as often as wanted, install(); or
  // give_up().

  /// Ends what earlier writers left half done and begins the journal, unless that is done already.
  Status begin();
  /// Seals the journal at the newest lsn and goes on in a new one, so that the old can be dropped
  /// whole once the checkpoint is durable. From now on commits are collected.
  Status rotate();
  /// What was committed since rotate(), or since this was called last.
  Result<std::vector<Committed>> take_since();
  /// Goes on from `generation`, which take_since() brought to `view`, and publishes it. Returns the
  /// journals that nothing needs any more.
  Result<std::vector<std::string>> install(std::shared_ptr<Generation> generation, ViewPoint view);
  void give_up() { since_.reset(); }
  /// Goes on from a checkpoint of other vectors, in a journal that begins behind it, and publishes
  /// it. Obsolete files that can't be removed are left to a later checkpoint.
  Status restart(std::shared_ptr<Generation> generation);

  /// Leaves journals that install() returned, and that could not be removed, to a later checkpoint.
  void keep_journals(const std::vector<std::string>& names) {
    finished_journals_.insert(finished_journals_.end(), names.begin(), names.end());
  }
  /// Removes what earlier writers left behind: State::now().leftovers.
  Status remove_leftovers();

  WriterLock& lock() { return lock_; }
  /// Fails with `error` from now on.
  Status poison(Error error);
  /// What poison() is to say when memory runs out in a change that is half done.
  std::optional<Error>& failure() { return failure_; }

 private:
  Writer(const StoreFolder& folder, const StoreOptions& options, State& state, WriterLock lock);

  // The start; in writer_start.cpp.

  Status finish_vector_switch();
  Status find_leftovers();
  Status find_journals();
  Status resume_journal();
  Status create_journal();
  Result<journal::Header> next_header();
  Status take_over_journals();
  Status take_over(std::span<const ReplayedJournal> old);
  Status copy_commits(const ReplayedJournal& from, journal::Writer& to) const;
  void forget_journals(std::span<const ReplayedJournal> old);
  void begin_in(journal::Writer journal);
  Status go_on_in_new_journal();
  Status raise_format(std::uint32_t format);
  Status sync_sealed_journal();
  Status remove_leftovers_exclusively();

  Status append(const Draft& draft);
  Status seal();
  Status sync_when_due();
  Status check_lock_in_place();
  Status check_journal_in_place();
  void count_journal_bytes();

  const StoreFolder* folder_;
  const StoreOptions* options_;
  State* state_;
  WriterLock lock_;
  Inheritance inherited_;
  std::optional<journal::Writer> journal_;
  std::vector<std::string> finished_journals_;  ///< Older ones that the checkpoint does not cover.
  /// ... of those, what the checkpoint that is being made won't cover either.
  std::size_t journals_since_ = 0;
  std::uint64_t bytes_since_ = 0;
  std::uint64_t finished_bytes_ = 0;
  std::uint32_t least_format_ = 1;               ///< Of new journals.
  std::optional<std::vector<Committed>> since_;  ///< While a checkpoint is made.
  std::chrono::steady_clock::time_point last_sync_;
  std::optional<Error> failure_;
};

}  // namespace quire::store
