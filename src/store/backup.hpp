#pragma once

#include <string>

#include <quire/result.hpp>

#include "store/store_folder.hpp"

namespace quire::store {

/// Copies the store in `from`, which others may write meanwhile, to the folder `to`, as
/// VectorStore::backup() has it: what is on the disk at one moment, but for caches and what is
/// unfinished.
///
/// Files get their names when all of them are synced: the journals first, from the newest to the
/// oldest, then the pair. So what a crash leaves either is the whole store or lacks the commits
/// that a journal begins after, which is no store that opens.
Status copy_store(const StoreFolder& from, const StoreFolder& to);

}  // namespace quire::store
