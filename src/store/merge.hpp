#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <quire/result.hpp>

#include "base/files.hpp"
#include "base/uuid.hpp"
#include "store/generation.hpp"

namespace quire::store {

/// What a checkpoint is stamped with.
struct CheckpointStamp {
  base::Uuid uuid;
  std::uint64_t lsn = 0;
  std::uint64_t next_key = 0;
};

/// The graph of every live row of the view: a private copy of the checkpoint's with the changes
/// merged in, or a new one where much changed. Searches of the generation go on meanwhile.
Result<vectors::HnswIndex> merge_graph(const Generation& generation,
                                       const ViewPoint& at,
                                       const vectors::GraphOptions& options);

/// Writes and syncs index.usearch.tmp and metadata.json.tmp in `folder`.
Status write_checkpoint_files(base::FileSystem& files,
                              const std::string& folder,
                              const Generation& generation,
                              const ViewPoint& at,
                              const vectors::HnswIndex& graph,
                              const CheckpointStamp& stamp);

/// The name under which a file is written before it replaces `name`.
std::string temporary_name(const std::string& name);

}  // namespace quire::store
