#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <quire/vector_store.hpp>

#include "base/mutex.hpp"
#include "store/published.hpp"
#include "store/state.hpp"
#include "store/store_folder.hpp"
#include "store/writer.hpp"

namespace quire::store {

/// What the threads of one handle share: the store as it was read, and the writer while there is
/// one.
///
/// Locks are taken in this order, and each may be held without those before it: `mutex`, for as
/// long as a change takes, its writes and syncs included; the writer's locks in LOCK, by whoever
/// holds the mutex (a merge holds the swap lock without it); the mutex of `published`, under which
/// nothing else is taken. A merge is made without `mutex`: it works on a snapshot.
struct Session {
  Session(std::shared_ptr<base::FileSystem> files, std::string path, StoreOptions wanted)
      : folder{std::move(files), std::move(path)}, options(std::move(wanted)) {}
  ~Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Reads the store and shows it. Errors: as VectorStore::open().
  Status open();
  /// What others committed is seen from now on. Errors: as VectorStore::refresh().
  Status follow() QUIRE_REQUIRES(mutex);
  /// Error: `unavailable` after close() or a failed write, `store_io` for a read-only handle.
  Status check_writable() const QUIRE_REQUIRES(mutex);
  /// Makes this handle the store's writer, unless it is already. Errors: check_writable()'s,
  /// `locked`, and those of follow().
  Status become_writer() QUIRE_REQUIRES(mutex);
  /// As VectorStore::apply(), without upkeep.
  Result<Commit> apply(const WriteBatch& batch) QUIRE_REQUIRES(mutex);
  /// Waits until no merge is being made.
  void wait_for_merge() QUIRE_REQUIRES(mutex);

  // Constant.

  const StoreFolder folder;
  const StoreOptions options;

  // With a mutex of its own.

  Published published;

  // Under the mutex.

  mutable base::Mutex mutex;
  State state QUIRE_GUARDED_BY(mutex){folder, options, published};
  std::optional<Writer> writer QUIRE_GUARDED_BY(mutex);  ///< While the store's lock is held.
  bool merging QUIRE_GUARDED_BY(mutex) = false;
  base::Condition merge_ended;

 private:
  Result<Draft> prepare(const WriteBatch& batch) QUIRE_REQUIRES(mutex);
};

}  // namespace quire::store
