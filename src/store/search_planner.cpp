#include "store/search_planner.hpp"

#include <algorithm>

#include "base/try.hpp"
#include "store/vectors/distance.hpp"
#include "store/vectors/nearest.hpp"

namespace quire::store {
namespace {

/// A filtered walk of usearch's graph costs some 330 us / selectivity, an exact scan some 0.14 us
/// a match (measured at 50,000 x 256): they meet where matches^2 = 330 / 0.14 x rows.
constexpr std::uint64_t kCrossover = 2357;

bool scan_is_cheaper(std::uint64_t matches, std::uint64_t rows) {
  return matches * matches <= kCrossover * rows;
}

void drop_removed(const Generation& generation, const ViewPoint& at, filters::RowSet& rows) {
  rows.for_each([&](std::size_t row) {
    if (!generation.image_row_visible(row, at.lsn)) {
      rows.erase(row);
    }
  });
}

/// Offers every candidate's distance.
class ExactScan {
 public:
  ExactScan(const Generation& generation, const char* query, vectors::Nearest& nearest)
      : generation_(generation),
        query_(query),
        nearest_(nearest),
        dimensions_(generation.format().dimensions),
        distance_(vectors::distance_function(generation.format())) {}

  void compare(RowRef row) {
    nearest_.offer({generation_.key(row), distance_(query_, generation_.vector(row), dimensions_)});
  }

 private:
  const Generation& generation_;
  const char* query_;
  vectors::Nearest& nearest_;
  std::size_t dimensions_;
  vectors::DistanceFunction distance_;
};

bool is_candidate(const Generation& generation, const Candidates& candidates, std::size_t row) {
  return candidates.image_rows ? candidates.image_rows->contains(row)
                               : generation.image_row_visible(row, candidates.at.lsn);
}

void scan_image(const Generation& generation, const Candidates& candidates, ExactScan& scan) {
  if (candidates.image_rows) {
    candidates.image_rows->for_each([&](std::size_t row) { scan.compare({false, row}); });
    return;
  }
  for (std::size_t row = 0; row < generation.image().rows(); ++row) {
    if (is_candidate(generation, candidates, row)) {
      scan.compare({false, row});
    }
  }
}

Status walk_graph(const Generation& generation,
                  const Candidates& candidates,
                  const char* stored,
                  std::size_t limit,
                  const SearchOptions& options,
                  vectors::Nearest& nearest) {
  const CheckpointImage& image = generation.image();
  QUIRE_TRY_ASSIGN(const vectors::HnswIndex* graph, image.graph());
  vectors::HnswIndex::Predicate accept;
  if (candidates.image_count != image.rows() || image.graph_differs()) {
    accept = [&](std::uint64_t key) {
      const auto row = image.records().row_of(key);
      return row && is_candidate(generation, candidates, *row);
    };
  }
  QUIRE_TRY_ASSIGN(const std::vector<vectors::KeyDistance> found,
                   graph->search(stored, limit, options.expansion, accept));
  for (const vectors::KeyDistance& candidate : found) {
    nearest.offer(candidate);
  }
  return {};
}

std::string figures(std::uint64_t matches, std::uint64_t rows) {
  return std::to_string(matches) + " of " + std::to_string(rows) + " rows match";
}

}  // namespace

Candidates find_candidates(const Generation& generation,
                           const ViewPoint& at,
                           const Filter& filter) {
  Candidates out;
  out.at = at;
  out.image_count = generation.image().rows() - at.removed_image_rows;
  if (!filter.empty()) {
    out.image_rows = filters::select(filter, generation.image().records());
    if (at.removed_image_rows != 0) {
      drop_removed(generation, at, *out.image_rows);
    }
    out.image_count = out.image_rows->count();
  }
  for (std::size_t i = 0; i < at.delta_size; ++i) {
    const DeltaRow& row = generation.delta().row(i);
    if (row.visible_at(at.lsn) && filters::accepts(filter, row.meta)) {
      out.delta_rows.push_back(i);
    }
  }
  return out;
}

SearchPlan plan_search(const Generation& generation,
                       const Candidates& candidates,
                       const SearchOptions& options) {
  SearchPlan plan;
  plan.rows = candidates.at.live_rows;
  plan.matches = candidates.count();
  plan.delta_rows = candidates.delta_rows.size();
  const std::uint64_t image_rows = generation.image().rows();
  plan.path = SearchPlan::Path::exact_scan;
  if (plan.matches == 0) {
    plan.path = SearchPlan::Path::nothing;
    plan.reason = "no row matches";
  } else if (options.exact) {
    plan.reason = "asked for";
  } else if (generation.image().graph_bytes().empty()) {
    plan.reason = "no graph yet";
  } else if (candidates.image_count == 0) {
    plan.reason = "no match is in the graph";
  } else if (scan_is_cheaper(candidates.image_count, image_rows)) {
    plan.reason = figures(candidates.image_count, image_rows) + ": cheaper to compare them all";
  } else {
    const bool all = candidates.image_count == image_rows;
    plan.path = all ? SearchPlan::Path::graph : SearchPlan::Path::filtered_graph;
    plan.reason = figures(candidates.image_count, image_rows) + ": too many to compare";
  }
  return plan;
}

Result<std::vector<vectors::KeyDistance>> run_search(const Generation& generation,
                                                     const SearchPlan& plan,
                                                     const Candidates& candidates,
                                                     const char* stored,
                                                     std::size_t limit,
                                                     const SearchOptions& options) {
  if (plan.path == SearchPlan::Path::nothing || limit == 0) {
    return std::vector<vectors::KeyDistance>{};
  }
  vectors::Nearest nearest(limit);
  ExactScan scan(generation, stored, nearest);
  if (plan.path == SearchPlan::Path::exact_scan) {
    scan_image(generation, candidates, scan);
  } else {
    const std::size_t reachable = std::min<std::size_t>(limit, candidates.image_count);
    QUIRE_TRY(walk_graph(generation, candidates, stored, reachable, options, nearest));
  }
  for (const std::size_t row : candidates.delta_rows) {
    scan.compare({true, row});
  }
  return nearest.take();
}

}  // namespace quire::store
