#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/mutex.hpp"
#include "store/checkpoint_image.hpp"
#include "store/merge.hpp"
#include "store/session.hpp"

namespace quire::store {

/// Merges the journal into a new pair of checkpoint files, one merge at a time, in its own thread
/// or in the caller's. Any thread may call any of it; no function may be called while the session's
/// mutex is held.
///
/// A merge goes through these steps; a failure, or stop(), in any of them ends it, and the store
/// goes on with the checkpoint and the journals that it had:
///
///     begin      mutex     the journal is sealed and a new one begun; commits are collected from
///                          here on, and the snapshot is what the sealed journals hold
///     write      -         both files under temporary names, synced, read back, verified
///     catch up   mutex, briefly, several times     what was committed meanwhile is applied to the
///                          new generation, which nobody sees yet, until little is left
///     swap       LOCK, byte 1 (no reader is opening the files)     both renames, then the folder
///                          is synced
///     install    mutex     the last commits are applied, and the new generation is published
///     remove     -         the sealed journals and the caches of other checkpoints
///
/// So no commit waits for more than a rotation and the installation.
class Checkpointer {
 public:
  explicit Checkpointer(Session& session) : session_(session) {}
  ~Checkpointer() { stop(); }
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  /// As VectorStore::checkpoint_due().
  bool due() const;
  /// After a commit, which is durable whatever becomes of this: begins a merge if one is due, or
  /// waits a little for one that falls behind. A failure is reported by info(). A merge that was
  /// due when this handle became the writer is made before this returns: in the background, close()
  /// would end it again, as it did in the sessions before.
  void keep_up();
  /// As VectorStore::checkpoint().
  Status checkpoint();
  /// Ends a merge that is being made, without its result, and begins no more.
  void stop();

  /// Writes the pair of a snapshot, until stop(); see store::write_pair().
  Result<std::shared_ptr<CheckpointImage>> write_pair(const Snapshot& snapshot) const;

 private:
  bool is_due(const StoreInfo& now, std::uint64_t journal_bytes, std::uint64_t journal_rows) const;
  bool due_now() const QUIRE_REQUIRES(session_.mutex);
  bool due_since_acquired() const QUIRE_REQUIRES(session_.mutex);
  bool opens_slowly(const StoreInfo& now, std::uint64_t commits) const;
  std::uint64_t due_rows(const StoreInfo& now) const;
  unsigned backpressure_ms() const;
  bool nothing_to_merge() const QUIRE_REQUIRES(session_.mutex);
  void write_missing_cache() QUIRE_REQUIRES(session_.mutex);

  Status begin() QUIRE_REQUIRES(session_.mutex);
  bool start_thread() QUIRE_REQUIRES(session_.mutex);
  Status run();
  Status merge();
  Status catch_up(Generation& generation, ViewPoint& view);
  Result<std::vector<Committed>> take_since();
  Status swap(const std::shared_ptr<Generation>& generation, ViewPoint view, const Status& cached);
  Result<std::vector<std::string>> install(const std::shared_ptr<Generation>& generation,
                                           ViewPoint view,
                                           const Status& cached);
  Status remove_journals(std::vector<std::string> names);
  void end(const Status& made);
  void note(const Status& made) QUIRE_REQUIRES(session_.mutex);

  Session& session_;
  std::atomic<bool> stop_ = false;

  // Under the session's mutex.

  std::shared_ptr<const Snapshot> snapshot_
      QUIRE_GUARDED_BY(session_.mutex);  ///< While one is made.
  std::thread thread_ QUIRE_GUARDED_BY(session_.mutex);
  bool inheritance_merged_ QUIRE_GUARDED_BY(session_.mutex) = false;
  std::uint64_t failed_at_bytes_ QUIRE_GUARDED_BY(session_.mutex) = 0;  ///< Of the journal.
  std::uint64_t failed_at_rows_ QUIRE_GUARDED_BY(session_.mutex) = 0;
};

}  // namespace quire::store
