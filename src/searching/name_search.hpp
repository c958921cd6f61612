#pragma once

#include <string>
#include <vector>

#include <quire/filter.hpp>
#include <quire/result.hpp>
#include <quire/searcher.hpp>

#include "corpus/view.hpp"
#include "searching/path_scope.hpp"

namespace quire::searching {

/// What Searcher::symbol() promises, best first; all there are.
Result<std::vector<SearchHit>> find_named(const corpus::View& view,
                                          const std::string& pattern,
                                          const PathScope& paths,
                                          const Filter& filter);

}  // namespace quire::searching
