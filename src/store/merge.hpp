#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <quire/vector_store.hpp>

#include "base/files.hpp"
#include "base/uuid.hpp"
#include "store/generation.hpp"
#include "store/next_vectors.hpp"
#include "store/recovery.hpp"
#include "store/store_folder.hpp"

namespace quire::store {

/// What a checkpoint is made of: one commit's view, which later commits don't disturb.
struct Snapshot {
  std::shared_ptr<const Generation> generation;
  ViewPoint at;
  base::Uuid uuid;
  std::vector<std::pair<std::string, std::string>> attributes;
  /// Where every row's vector comes from instead of the generation; null: from that.
  const NextVectors* next = nullptr;

  VectorFormat format() const { return next != nullptr ? next->format() : generation->format(); }
};

/// Of the newest commit.
Snapshot snapshot_of(const Recovered& now);

/// Writes the snapshot's pair as index.usearch.tmp and metadata.json.tmp in `folder`, synced, reads
/// both back and verifies them. The graph is the checkpoint's with the changes merged in, or a new
/// one where much changed; `options` says how it is built, and by how many threads. Takes no lock.
/// Errors: `corrupt` for a checkpoint that does not verify, `unavailable` as soon as `stop` is set,
/// and the disk's.
Result<std::shared_ptr<CheckpointImage>> write_pair(const StoreFolder& folder,
                                                    const Snapshot& snapshot,
                                                    const StoreOptions& options,
                                                    const std::atomic<bool>& stop);

/// Puts the two in place of the old ones; both are on the disk when this returns.
Status swap_pair(base::FileSystem& files, const std::string& folder);

/// The name under which a file is written before it replaces `name`.
std::string temporary_name(const std::string& name);

}  // namespace quire::store
