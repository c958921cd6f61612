#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <quire/vector_store.hpp>

#include "base/files.hpp"
#include "base/uuid.hpp"

namespace quire::inspecting {

/// Everything in a store's folder that verifies.
struct Salvage {
  VectorFormat format;
  std::map<std::uint64_t, ChunkRow> rows;  ///< By key.
  std::map<std::string, std::string, std::less<>> attributes;
  Schema fields;
  std::uint64_t next_key = 0;
  std::uint64_t lost = 0;  ///< Chunks that are known to have been there and are not among the rows.
};

/// Reads what verifies of the files `names` (sorted) in `folder`, and adds to `actions` what it had
/// to drop and why. `owner`: whose files count, where that is known; else metadata.json's uuid
/// decides, then index.usearch's, then the first journal's. Error: the file system's.
Result<Salvage> salvage(base::FileSystem& files,
                        const std::string& folder,
                        const std::vector<std::string>& names,
                        const base::Uuid& owner,
                        std::vector<std::string>& actions);

}  // namespace quire::inspecting
