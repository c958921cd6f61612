#include "store/session.hpp"

#include <utility>

#include "base/try.hpp"

namespace quire::store {

Status Session::open() {
  const base::MutexLock lock(mutex);
  QUIRE_TRY(state.load());
  const std::string network = folder.files->network_file_system(folder.path);
  if (!network.empty()) {
    state.note_place(folder.path + " lies on " + network +
                     ", where locks and syncs may not hold: keep the store on a local disk");
  }
  state.publish();
  return {};
}

/// Nobody but the writer writes: a handle that is it has nothing to follow.
Status Session::follow() {
  return writer ? Status{} : state.follow();
}

Status Session::check_writable() const {
  if (published.closed()) {
    return fail(ErrorCode::unavailable, "write to store " + folder.path + ": it is closed");
  }
  if (options.read_only) {
    return fail(ErrorCode::store_io, "write to store " + folder.path + ": it was opened read-only");
  }
  return writer ? writer->check_usable() : Status{};
}

Status Session::become_writer() {
  QUIRE_TRY(check_writable());
  if (!writer) {
    QUIRE_TRY_ASSIGN(Writer taken, Writer::acquire(folder, options, state));
    writer.emplace(std::move(taken));
  }
  return {};
}

Result<Commit> Session::apply(const WriteBatch& batch) {
  QUIRE_TRY(check_writable());
  if (batch.empty()) {
    return Commit{state.now().view.lsn, {}, {}};
  }
  QUIRE_TRY_ASSIGN(Draft draft, prepare(batch));
  if (draft.changes(state.now().view)) {
    QUIRE_TRY(writer->commit(draft));
  }
  draft.commit.lsn = state.now().view.lsn;
  return std::move(draft.commit);
}

/// Makes the batch ready on the newest state, as the writer. A batch that changes nothing takes no
/// lock and writes nothing.
Result<Draft> Session::prepare(const WriteBatch& batch) {
  const auto draft = [&]() QUIRE_REQUIRES(mutex) {
    return make_draft(batch, options.dimensions, options.fields, *state.now().generation,
                      state.now().view);
  };
  if (!writer) {
    QUIRE_TRY(follow());
    QUIRE_TRY_ASSIGN(Draft before, draft());
    if (!before.changes(state.now().view)) {
      return before;
    }
    QUIRE_TRY(become_writer());
  }
  return draft();
}

void Session::wait_for_merge() {
  while (merging) {
    merge_ended.wait(mutex);
  }
}

}  // namespace quire::store
