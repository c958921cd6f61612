#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <quire/result.hpp>

#include "base/files.hpp"
#include "base/uuid.hpp"
#include "store/generation.hpp"
#include "store/vectors/hnsw_builder.hpp"

namespace quire::store {

/// What a checkpoint is stamped with.
struct CheckpointStamp {
  base::Uuid uuid;
  std::uint64_t lsn = 0;
  std::uint64_t next_key = 0;
};

/// The graph of every live row of the view: the checkpoint's with the changes merged in, or a new
/// one where much changed. Refers to the generation's vectors. Searches of the generation go on
/// meanwhile.
Result<std::unique_ptr<vectors::HnswBuilder>> merge_graph(const Generation& generation,
                                                          const ViewPoint& at,
                                                          const vectors::GraphOptions& options,
                                                          std::size_t threads);

/// Writes and syncs index.usearch.tmp and metadata.json.tmp in `folder`.
Status write_checkpoint_files(base::FileSystem& files,
                              const std::string& folder,
                              const Generation& generation,
                              const ViewPoint& at,
                              const vectors::HnswBuilder& graph,
                              const CheckpointStamp& stamp);

/// The name under which a file is written before it replaces `name`.
std::string temporary_name(const std::string& name);

}  // namespace quire::store
