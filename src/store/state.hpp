#pragma once

#include <cstdint>
#include <string>

#include <quire/vector_store.hpp>

#include "store/published.hpp"
#include "store/recovery.hpp"
#include "store/signature.hpp"
#include "store/store_folder.hpp"
#include "store/unread_changes.hpp"

namespace quire::store {

/// The store as one handle has read it: what was recovered from the disk, and what was committed
/// since. It knows no lock and no writer: it only reads. Not thread-safe; readers look at what it
/// publishes, and never at it.
class State {
 public:
  State(const StoreFolder& folder, const StoreOptions& options, Published& published)
      : folder_(&folder), options_(&options), published_(&published) {}
  ~State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  /// What was read; for the writer to bring forward.
  Recovered& now() { return now_; }
  const Recovered& now() const { return now_; }

  /// Reads all of the store anew. Errors: as VectorStore::open(); then nothing has changed.
  Status load();
  /// Comes to what is on the disk now, publishes it, and remembers for take_changes() what others
  /// changed. Costs a few system calls where nothing did.
  Status follow();
  /// What follow() met since the last call.
  Changes take_changes() { return unread_.take(*now_.generation, now_.view); }

  /// Error: `incompatible` if the options ask for another number than `found`; 0 is none yet.
  Status check_dimensions(std::uint32_t found) const;

  /// Shows the newest view to readers; with a commit's record, its attributes in the same moment.
  void publish(const RedoRecord* commit = nullptr);

  /// True if the checkpoint could have a cache and has none.
  bool cache_missing() const;
  /// How the writing of the cache of `lsn` ended. The store is as good without it, only slower to
  /// open: a failure is reported by info().
  void note_cache(std::uint64_t lsn, const Status& written);
  void note_checkpoint(const Status& made);
  void note_place(std::string warning) { place_warning_ = std::move(warning); }

 private:
  Status check_kind(const VectorFormat& found) const;
  Status check_fields(const Schema& found) const;
  Status replay_new_frames();
  Status replay(std::uint64_t lsn, std::string payload);
  Status reload();

  const StoreFolder* folder_;
  const StoreOptions* options_;
  Published* published_;

  Recovered now_;
  Signature signature_;
  UnreadChanges unread_;
  std::uint64_t cached_lsn_ = 0;  ///< Of the cache that this handle wrote.
  std::string place_warning_;
  std::string checkpoint_warning_;
  std::string cache_warning_;
};

}  // namespace quire::store
