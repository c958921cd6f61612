#pragma once

#include <quire/vector_store.hpp>

#include "base/files.hpp"
#include "base/uuid.hpp"
#include "store/state.hpp"
#include "store/store_folder.hpp"
#include "store/store_lock.hpp"

namespace quire::store {

Result<base::Uuid> new_uuid(base::FileSystem& files);

/// Turns a pair of the original design, which `state` has read, into a store, and reads that. The
/// originals are kept as copies until the stamped pair is on the disk: whatever mixture of old and
/// new files a crash leaves, both hold the same rows. Errors: `unavailable` while a reader is
/// opening the pair; those of write_pair() and State::load().
Status convert_import(const StoreFolder& folder,
                      const StoreOptions& options,
                      State& state,
                      WriterLock& lock);

}  // namespace quire::store
