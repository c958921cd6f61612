#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include <quire/vector_search.hpp>

#include "store/filters/evaluate.hpp"
#include "store/generation.hpp"
#include "store/search_recorder.hpp"
#include "store/vectors/nearest.hpp"

namespace quire::store {

/// The rows of one view that a search may answer with.
struct Candidates {
  ViewPoint at;
  std::optional<filters::RowSet> image_rows;           ///< Absent: every visible row of the image.
  std::optional<std::vector<std::size_t>> delta_rows;  ///< Absent: every visible one.
  std::uint64_t image_count = 0;
  std::uint64_t delta_count = 0;

  std::uint64_t count() const { return image_count + delta_count; }
};

/// Evaluates `filter` (validated) over the view.
Candidates find_candidates(const Generation& generation, const ViewPoint& at, const Filter& filter);

/// Decides between comparing every candidate and walking the graph, by their estimated cost, and
/// says why. docs/planner.md has the figures behind it.
SearchPlan plan_search(const Generation& generation,
                       const Candidates& candidates,
                       const SearchOptions& options);

/// Calls visit(index) for each candidate of the journal by rising key, until it returns false.
template <class Visit>
void for_each_delta_candidate(const Generation& generation,
                              const Candidates& candidates,
                              Visit&& visit) {
  if (candidates.delta_rows) {
    for (const std::size_t row : *candidates.delta_rows) {
      if (!visit(row)) {
        return;
      }
    }
    return;
  }
  for (std::size_t row = 0; row < candidates.at.delta_size; ++row) {
    if (generation.delta().row(row).visible_at(candidates.at.lsn) && !visit(row)) {
      return;
    }
  }
}

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
