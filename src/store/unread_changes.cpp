#include "store/unread_changes.hpp"

#include <utility>

namespace quire::store {

void UnreadChanges::remember(std::uint64_t before_lsn,
                             const std::vector<ChunkKey>& inserted,
                             const std::vector<ChunkKey>& removed,
                             const std::vector<ChunkKey>& updated) {
  if (!unread_) {
    unread_ = Unread{before_lsn, false, {}, {}};
  }
  if (unread_->replaced) {
    return;
  }
  for (const ChunkKey key : removed) {
    if (unread_->inserted.erase(key) == 0) {
      unread_->removed.insert(key);
    }
    unread_->updated.erase(key);
  }
  for (const ChunkKey key : updated) {
    if (!unread_->inserted.contains(key)) {
      unread_->updated.insert(key);
    }
  }
  unread_->inserted.insert(inserted.begin(), inserted.end());
}

UnreadChanges UnreadChanges::replaced_after(std::uint64_t before_lsn) const {
  UnreadChanges out;
  out.unread_ = Unread{unread_ ? unread_->from_lsn : before_lsn, true, {}, {}};
  return out;
}

Changes UnreadChanges::take(const Generation& generation, const ViewPoint& now) {
  const Unread unread =
      std::exchange(unread_, std::nullopt).value_or(Unread{now.lsn, false, {}, {}});
  if (unread.replaced) {
    return {unread.from_lsn, now.lsn, true, generation.live_keys(now), {}};
  }
  Changes changes{unread.from_lsn, now.lsn, false, {}, {}};
  for (const ChunkKey key : unread.inserted) {
    if (generation.find(key.value, now)) {  // This handle may have removed it.
      changes.inserted.push_back(key);
    }
  }
  changes.removed.assign(unread.removed.begin(), unread.removed.end());
  for (const ChunkKey key : unread.updated) {
    if (generation.find(key.value, now)) {
      changes.updated.push_back(key);
    }
  }
  return changes;
}

}  // namespace quire::store
