#pragma once

#include <memory>
#include <string>

#include "base/files.hpp"

#include <quire/vector_store.hpp>

namespace quire::store {

/// VectorStore::open() on any file system: the real one, or one that simulates crashes.
Result<VectorStore> open_store(std::shared_ptr<base::FileSystem> files,
                               const std::string& folder,
                               const StoreOptions& options = {});

}  // namespace quire::store
