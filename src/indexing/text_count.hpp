#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include <quire/indexer.hpp>
#include <quire/result.hpp>

#include "indexing/changes.hpp"

namespace quire::indexing {

/// What taking in `candidates` would embed: reads and cuts them, and embeds nothing. `should_stop`
/// is asked often, may be empty, and ends the counting early.
Result<EmbeddingWork> count_texts(const std::vector<Candidate>& candidates,
                                  const std::filesystem::path& root,
                                  bool rebuild,
                                  const std::function<bool()>& should_stop);

}  // namespace quire::indexing
