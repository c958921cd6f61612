#include <new>
#include <utility>

#include "base/out_of_memory.hpp"
#include "base/try.hpp"
#include "base/unwinding.hpp"
#include "store/draft.hpp"
#include "store/store.hpp"

// Commits: a batch is made ready, appended to the journal, synced as the durability level says, and
// then seen.

namespace quire {

Result<Commit> VectorStore::Impl::apply(const WriteBatch& batch) {
  Result<Commit> commit = [&] {
    const base::MutexLock lock(write_mutex_);
    return apply_locked(batch);
  }();
  if (commit) {
    try {
      keep_up();
    } catch (const std::bad_alloc&) {
      return commit;  // It is durable; the next one will try again.
    }
  }
  return commit;
}

Result<Commit> VectorStore::Impl::apply_locked(const WriteBatch& batch) {
  QUIRE_TRY(check_writable());
  if (batch.empty()) {
    return Commit{state_.view.lsn, {}, {}};
  }
  QUIRE_TRY_ASSIGN(store::Draft draft, prepare(batch));
  if (draft.changes(state_.view)) {
    const base::AssignOnUnwind poison(failure_, std::optional(base::out_of_memory()));
    if (!journal_) {
      QUIRE_TRY(open_journal());
    }
    QUIRE_TRY(commit(draft));
  }
  draft.commit.lsn = state_.view.lsn;
  return std::move(draft.commit);
}

/// Makes the batch ready on the newest state, as the writer; one that changes nothing takes no lock
/// and writes nothing.
Result<store::Draft> VectorStore::Impl::prepare(const WriteBatch& batch) {
  const auto draft = [&]() QUIRE_REQUIRES(write_mutex_) {
    return store::make_draft(batch, options_.dimensions, *state_.generation, state_.view);
  };
  if (!lock_) {
    QUIRE_TRY(follow());
    QUIRE_TRY_ASSIGN(store::Draft before, draft());
    if (!before.changes(state_.view)) {
      return before;
    }
    QUIRE_TRY(become_writer());
  }
  return draft();
}

Status VectorStore::Impl::clear() {
  const base::MutexLock lock(write_mutex_);
  QUIRE_TRY(check_writable());
  if (!lock_) {
    QUIRE_TRY(follow());
    if (state_.view.live_rows == 0 && state_.generation->attributes("").empty()) {
      return {};
    }
    QUIRE_TRY(become_writer());
  }
  WriteBatch batch;
  for (const ChunkKey key : state_.generation->live_keys(state_.view)) {
    batch.remove(key);
  }
  for (const auto& [name, value] : state_.generation->attributes("")) {
    batch.erase_attribute(name);
  }
  QUIRE_TRY(apply_locked(batch));
  return {};
}

Status VectorStore::Impl::commit(const store::Draft& draft) {
  const store::RedoRecord& record = draft.record;
  const std::uint64_t lsn = state_.view.lsn + 1;
  const auto payload = std::make_shared<const std::string>(store::encode(record));
  QUIRE_TRY(check_lock_in_place());
  if (Status written = journal_->append(lsn, *payload); !written) {
    return poisoned(written.error());
  }
  QUIRE_TRY(sync_when_due());
  // Durable from here on (or as far as the durability level promises): now it may be seen.
  auto after = state_.generation->apply(record, lsn, state_.view, draft.memory);
  if (!after) {
    return poisoned({ErrorCode::internal, after.error().message});
  }
  state_.view = *after;
  publish(&record);
  if (merge_) {
    merge_->since.push_back({lsn, payload});
  }
  return {};
}

Status VectorStore::Impl::sync_when_due() {
  const bool due = options_.durability == Durability::each_commit ||
                   (options_.durability == Durability::group &&
                    std::chrono::steady_clock::now() - last_sync_ >= options_.group_interval);
  return due ? sync_journal() : Status{};
}

Status VectorStore::Impl::sync_journal() {
  if (!journal_ || journal_->synced_lsn() == journal_->lsn()) {
    return {};
  }
  if (Status synced = journal_->sync(); !synced) {
    return poisoned(synced.error());
  }
  last_sync_ = std::chrono::steady_clock::now();
  return check_journal_in_place();
}

/// Before anything is written: whoever replaced LOCK may let another process write to the same
/// journal.
Status VectorStore::Impl::check_lock_in_place() {
  const Status in_place = lock_->check_in_place(*files_);
  return in_place ? in_place : poisoned(in_place.error());
}

/// After the sync, before it is acknowledged: what was written to a file that has lost its name is
/// lost with it.
Status VectorStore::Impl::check_journal_in_place() {
  const std::string path = path_of(journal::file_name(journal_->header().generation));
  const auto found = files_->stat(path);
  if (!found) {
    return poisoned(found.error());
  }
  if (!found->exists || found->inode != journal_->inode()) {
    return poisoned({ErrorCode::store_io, path + " was removed or replaced while it was written"});
  }
  return {};
}

/// After a failed write or sync nobody knows what is on the disk: this handle writes no more.
Status VectorStore::Impl::poisoned(Error error) {
  error = error.while_doing("write to store " + folder_);
  failure_ = error;
  return std::unexpected(std::move(error));
}

Status VectorStore::Impl::flush() {
  const base::MutexLock lock(write_mutex_);
  QUIRE_TRY(check_writable());
  return sync_journal();
}

}  // namespace quire
