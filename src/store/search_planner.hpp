#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include <quire/vector_store.hpp>

#include "store/filters/evaluate.hpp"
#include "store/generation.hpp"
#include "store/search_recorder.hpp"
#include "store/vectors/nearest.hpp"

namespace quire::store {

/// The rows of one view that a search may answer with.
struct Candidates {
  ViewPoint at;
  std::optional<filters::RowSet> image_rows;  ///< Absent: every visible row of the image.
  std::vector<std::size_t> delta_rows;
  std::uint64_t image_count = 0;

  std::uint64_t count() const { return image_count + delta_rows.size(); }
};

/// Evaluates `filter` (validated) over the view.
Candidates find_candidates(const Generation& generation, const ViewPoint& at, const Filter& filter);

/// Decides between comparing every candidate and walking the graph, by their estimated cost, and
/// says why. docs/planner.md has the figures behind it.
SearchPlan plan_search(const Generation& generation,
                       const Candidates& candidates,
                       const SearchOptions& options);

/// Carries the plan out: up to `limit` nearest candidates to `stored` (a vector as stored). What it
/// did goes to the recorder.
Result<std::vector<vectors::KeyDistance>> run_search(const Generation& generation,
                                                     const SearchPlan& plan,
                                                     const Candidates& candidates,
                                                     const char* stored,
                                                     std::size_t limit,
                                                     const SearchOptions& options,
                                                     SearchRecorder& recorder);

}  // namespace quire::store
