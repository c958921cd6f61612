#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <quire/result.hpp>

#include "base/files.hpp"

namespace quire::store {

/// Of a store's files: as long as it stays the same, a handle needs no reload to see what is new,
/// only the frames that were added to the newest journal.
struct Signature {
  std::vector<std::string> names;
  std::uint64_t index_inode = 0;
  std::uint64_t metadata_inode = 0;
  std::string journal_header;  ///< Of the newest journal.

  bool operator==(const Signature&) const = default;
};

/// A few system calls. Of a folder that is not there: an empty one.
Result<Signature> read_signature(base::FileSystem& files, const std::string& folder);

}  // namespace quire::store
