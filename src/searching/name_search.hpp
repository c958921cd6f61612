#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <quire/definition.hpp>
#include <quire/filter.hpp>
#include <quire/result.hpp>
#include <quire/searcher.hpp>

#include "corpus/view.hpp"
#include "searching/path_scope.hpp"

namespace quire::searching {

/// Whose names are asked for.
struct NameScope {
  const PathScope& paths;
  const Filter& filter;  ///< Of chunks; of their kinds it says nothing.
  const std::vector<std::string>& kinds;
};

/// A chunk that has a name, as far as a page of them is chosen by.
struct NamedChunk {
  ChunkKey key;
  double score = 0;
  bool fuzzy = false;
  std::string name{};
  std::string file_path;
  std::int64_t start_line = 0;
  std::int64_t end_line = 0;
  std::optional<Definition> definition{};  ///< Of that name, if it begins in the chunk.
};

/// What Searcher::symbol() answers, unpaged, best first.
Result<std::vector<NamedChunk>> find_named(const corpus::View& view,
                                           const std::string& pattern,
                                           const NameScope& scope);

}  // namespace quire::searching
