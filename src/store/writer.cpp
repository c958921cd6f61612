#include "store/writer.hpp"

#include <algorithm>
#include <utility>

#include "base/out_of_memory.hpp"
#include "base/try.hpp"
#include "base/unwinding.hpp"
#include "store/cache_folder.hpp"
#include "store/leftovers.hpp"
#include "store/next_vectors.hpp"

namespace quire::store {

Status apply_commits(const std::vector<Committed>& commits,
                     Generation& generation,
                     ViewPoint& view) {
  for (const Committed& commit : commits) {
    QUIRE_TRY_ASSIGN(const RedoRecord record, decode_redo_record(*commit.payload));
    QUIRE_TRY_ASSIGN(view, generation.apply(record, commit.lsn, view, commit.payload));
    generation.apply_attributes(record);
  }
  return {};
}

Writer::Writer(const StoreFolder& folder,
               const StoreOptions& options,
               State& state,
               WriterLock lock)
    : folder_(&folder),
      options_(&options),
      state_(&state),
      lock_(std::move(lock)),
      inherited_{.bytes = state.now().journal_bytes,
                 .rows = state.now().generation->changed_rows(),
                 .commits = state.now().view.lsn - state.now().generation->image().metadata_lsn()} {
}

Result<Writer> Writer::acquire(const StoreFolder& folder,
                               const StoreOptions& options,
                               State& state) {
  QUIRE_TRY(folder.files->create_folder(folder.path));
  QUIRE_TRY_ASSIGN(WriterLock lock,
                   WriterLock::acquire(*folder.files, folder.path, options.lock_timeout));
  // Another process may have written since the state was last read; from now on none can.
  QUIRE_TRY(state.follow());
  return Writer(folder, options, state, std::move(lock));
}

Status Writer::check_usable() const {
  return !failure_ ? Status{}
                   : fail(ErrorCode::unavailable, "write to store " + folder_->path +
                                                      ": an earlier write failed (" +
                                                      failure_->message + "); reopen the store");
}

Status Writer::poison(Error error) {
  error = error.while_doing("write to store " + folder_->path);
  failure_ = error;
  return std::unexpected(std::move(error));
}

// ---- Commits: appended to the journal, synced as the durability level says, and then seen.

Status Writer::commit(const Draft& draft) {
  const base::AssignOnUnwind poisoned(failure_, std::optional(base::out_of_memory()));
  QUIRE_TRY(begin());
  QUIRE_TRY(raise_format(draft.record.file_format()));
  const std::uint64_t lsn = state_->now().view.lsn + 1;
  const auto payload = std::make_shared<const std::string>(encode(draft.record));
  QUIRE_TRY(check_lock_in_place());
  if (Status written = journal_->append(lsn, *payload); !written) {
    return poison(written.error());
  }
  QUIRE_TRY(sync_when_due());
  // The commit is durable from here on, or as far as the durability level promises: it may be seen.
  Recovered& now = state_->now();
  auto after = now.generation->apply(draft.record, lsn, now.view, draft.memory);
  if (!after) {
    return poison({ErrorCode::internal, after.error().message});
  }
  now.view = *after;
  count_journal_bytes();
  state_->publish(&draft.record);
  if (since_) {
    since_->push_back({lsn, payload});
  }
  return {};
}

Status Writer::sync_when_due() {
  const bool due = options_->durability == Durability::each_commit ||
                   (options_->durability == Durability::group &&
                    std::chrono::steady_clock::now() - last_sync_ >= options_->group_interval);
  return due ? sync() : Status{};
}

Status Writer::sync() {
  if (!journal_ || journal_->synced_lsn() == journal_->lsn()) {
    return {};
  }
  if (Status synced = journal_->sync(); !synced) {
    return poison(synced.error());
  }
  last_sync_ = std::chrono::steady_clock::now();
  return check_journal_in_place();
}

/// Before anything is written: whoever replaced LOCK may let another process write to the same
/// journal.
Status Writer::check_lock_in_place() {
  const Status in_place = lock_.check_in_place(*folder_->files);
  return in_place ? in_place : poison(in_place.error());
}

/// After the sync, before it is acknowledged: what was written to a file that has lost its name is
/// lost with it.
Status Writer::check_journal_in_place() {
  const std::string path = folder_->path_of(journal::file_name(journal_->header().generation));
  const auto found = folder_->files->stat(path);
  if (!found) {
    return poison(found.error());
  }
  if (!found->exists || found->inode != journal_->inode()) {
    return poison({ErrorCode::store_io, path + " was removed or replaced while it was written"});
  }
  return {};
}

void Writer::count_journal_bytes() {
  state_->now().journal_bytes = finished_bytes_ + journal_->size();
}

Status Writer::close() {
  Status sealed;
  if (failure_) {
    sealed = fail(ErrorCode::unavailable,
                  "close store " + folder_->path + ": an earlier write failed (" +
                      failure_->message + "); what was committed since the last sync may be lost");
  } else if (journal_) {
    sealed = seal();
  }
  journal_.reset();
  const Status released = lock_.release();
  return sealed ? released : sealed;
}

Status Writer::seal() {
  if (journal_->size() > journal::kHeaderSize) {
    QUIRE_TRY(check_lock_in_place());
    QUIRE_TRY(journal_->seal());
    QUIRE_TRY(check_journal_in_place());
  }
  return journal_->close();
}

// ---- Checkpoints.

Status Writer::rotate() {
  QUIRE_TRY(begin());
  const base::AssignOnUnwind poisoned(failure_, std::optional(base::out_of_memory()));
  if (journal_->size() > journal::kHeaderSize) {
    QUIRE_TRY(go_on_in_new_journal());
  }
  journals_since_ = 0;
  bytes_since_ = 0;
  since_.emplace();
  return {};
}

Status Writer::go_on_in_new_journal() {
  QUIRE_TRY(check_lock_in_place());
  if (Status sealed = journal_->seal(); !sealed) {
    return poison(sealed.error());
  }
  finished_journals_.push_back(journal::file_name(journal_->header().generation));
  finished_bytes_ += journal_->size();
  ++journals_since_;
  bytes_since_ += journal_->size();
  if (Status created = create_journal(); !created) {
    return poison(created.error());
  }
  count_journal_bytes();
  return {};
}

/// A journal says in its header what programs must understand to read it: a commit of a later
/// format begins a new one.
Status Writer::raise_format(std::uint32_t format) {
  least_format_ = std::max(least_format_, format);
  return journal_->header().file_format < least_format_ ? go_on_in_new_journal() : Status{};
}

Result<std::vector<Committed>> Writer::take_since() {
  QUIRE_TRY(check_usable());
  return std::exchange(*since_, {});
}

Result<std::vector<std::string>> Writer::install(std::shared_ptr<Generation> generation,
                                                 ViewPoint view) {
  QUIRE_TRY(check_usable());
  if (since_) {
    QUIRE_TRY(apply_commits(*since_, *generation, view));
  }
  Recovered& now = state_->now();
  now.generation = std::move(generation);
  now.view = view;
  now.checkpoint_lsn = now.generation->image().metadata_lsn();
  const auto kept = finished_journals_.end() - static_cast<std::ptrdiff_t>(journals_since_);
  std::vector<std::string> obsolete(finished_journals_.begin(), kept);
  finished_journals_.erase(finished_journals_.begin(), kept);
  finished_bytes_ = bytes_since_;
  count_journal_bytes();
  state_->publish();
  return obsolete;
}

Status Writer::restart(std::shared_ptr<Generation> generation) {
  Recovered& now = state_->now();
  const Recovered before = now;
  now.generation = std::move(generation);
  now.checkpoint_lsn = now.generation->image().metadata_lsn();
  now.view = {now.checkpoint_lsn, 0, before.view.live_rows, before.view.next_key, 0};
  finished_journals_.push_back(journal::file_name(journal_->header().generation));
  finished_bytes_ = 0;
  if (Status created = create_journal(); !created) {
    now = before;
    return poison(created.error());
  }
  count_journal_bytes();
  state_->publish();
  base::FileSystem& files = *folder_->files;
  bool removed = remove_files(files, folder_->path, finished_journals_).has_value();
  removed = removed && remove_other_caches(files, folder_->path, now.checkpoint_lsn);
  removed = removed && remove_leftovers();
  removed = removed && remove_next_vectors(files, folder_->path);
  static_cast<void>(removed);  // The store is what was asked for.
  return {};
}

}  // namespace quire::store
