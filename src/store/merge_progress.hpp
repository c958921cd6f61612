#pragma once

#include <optional>

#include <quire/vector_store.hpp>

#include "store/merge.hpp"
#include "store/store_folder.hpp"
#include "store/vectors/hnsw_builder.hpp"
#include "store/vectors/link_progress.hpp"

/// What is kept of a merge that was ended before it was done, in cache/merge: how far its graph was
/// linked. The next merge goes on from there. As every cache it may be missing, old or damaged at
/// any time, which costs the work and nothing else.
namespace quire::store {

/// The progress of an earlier merge of the same store and checkpoint, if there is one.
std::optional<vectors::LinkProgress> find_progress(const StoreFolder& folder,
                                                   const Snapshot& snapshot,
                                                   const StoreOptions& options);

/// Keeps what `graph` has linked so far. Not synced. A failure is none of the store.
void keep_progress(const StoreFolder& folder,
                   const Snapshot& snapshot,
                   const vectors::HnswBuilder& graph);

void forget_progress(const StoreFolder& folder);

}  // namespace quire::store
