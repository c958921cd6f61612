#pragma once

#include <memory>
#include <string>

#include "base/files.hpp"

namespace quire::store {

/// Where a store lies, and on which disk.
struct StoreFolder {
  std::shared_ptr<base::FileSystem> files;
  std::string path;

  std::string path_of(const std::string& name) const { return base::join(path, name); }
};

}  // namespace quire::store
