#pragma once

#include <memory>
#include <string>

#include <quire/vector_store.hpp>

#include "base/files.hpp"

namespace quire::store {

/// VectorStore::open() on any file system: the real one, or one that simulates crashes.
Result<VectorStore> open_store(std::shared_ptr<base::FileSystem> files,
                               const std::string& folder,
                               const StoreOptions& options = {});

}  // namespace quire::store
