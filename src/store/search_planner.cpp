#include "store/search_planner.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "base/try.hpp"
#include "store/vectors/distance.hpp"
#include "store/vectors/nearest.hpp"

namespace quire::store {
namespace {

// What a path costs, in vectors compared one after the other; docs/planner.md has the measurements.

/// A walk over all rows, for each candidate that it keeps.
constexpr double kWalkCost = 60;
/// A walk over matching rows alone: each of its steps looks further, and it has to keep
/// kNarrowExpansion times the candidates to find as many.
constexpr double kMatchingWalkCost = 260;
constexpr std::size_t kNarrowExpansion = 2;

struct Costs {
  double scan = 0;
  double walk = 0;
  double matching_walk = 0;
};

Costs estimate(std::uint64_t matches, std::uint64_t rows, std::size_t expansion) {
  const auto all = static_cast<double>(rows);
  const auto some = static_cast<double>(matches);
  const auto kept = static_cast<double>(expansion);
  return {some, kWalkCost * kept * all / some, kMatchingWalkCost * kept};
}

void drop_removed(const Generation& generation, const ViewPoint& at, filters::RowSet& rows) {
  rows.for_each([&](std::size_t row) {
    if (!generation.image_row_visible(row, at.lsn)) {
      rows.erase(row);
    }
  });
}

std::vector<std::size_t> matching_delta_rows(const Generation& generation,
                                             const ViewPoint& at,
                                             const Filter& filter) {
  std::vector<std::size_t> rows;
  if (at.delta_size == 0) {
    return rows;
  }
  const filters::CompiledFilter compiled(filter);
  for (std::size_t i = 0; i < at.delta_size; ++i) {
    if (generation.delta().row(i).visible_at(at.lsn) &&
        (filter.empty() || compiled.accepts(generation.delta_chunk(i)))) {
      rows.push_back(i);
    }
  }
  return rows;
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

  void compare(std::uint64_t key, const char* stored) {
    nearest_.offer({key, distance_(query_, stored, dimensions_)});
  }

  /// Rows of the checkpoint, each on its way from memory before its turn.
  void compare_image(std::span<const std::uint32_t> rows) {
    constexpr std::size_t kAhead = 8;
    const CheckpointImage& image = generation_.image();
    const std::size_t bytes = generation_.format().bytes_per_vector();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (i + kAhead < rows.size()) {
        vectors::prefetch(image.vector(rows[i + kAhead]), bytes);
      }
      compare(image.records().keys()[rows[i]], image.vector(rows[i]));
    }
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
  std::vector<std::uint32_t> rows;
  rows.reserve(candidates.image_count);
  const auto take = [&](std::size_t row) { rows.push_back(static_cast<std::uint32_t>(row)); };
  if (candidates.image_rows) {
    candidates.image_rows->for_each(take);
  } else {
    for (std::size_t row = 0; row < generation.image().rows(); ++row) {
      if (generation.image_row_visible(row, candidates.at.lsn)) {
        take(row);
      }
    }
  }
  scan.compare_image(rows);
}

/// Offers the candidates among `found`; how many there were.
std::size_t offer_candidates(const Generation& generation,
                             const Candidates& candidates,
                             const std::vector<vectors::SlotDistance>& found,
                             vectors::Nearest& nearest) {
  std::size_t offered = 0;
  for (const vectors::SlotDistance& one : found) {
    const auto row = generation.image().row_at(one.slot);
    if (row && is_candidate(generation, candidates, *row)) {
      nearest.offer({generation.key({false, *row}), one.distance});
      ++offered;
    }
  }
  return offered;
}

/// Walks the whole graph, keeping so many more candidates as will not match.
std::size_t walk_all(const Generation& generation,
                     const Candidates& candidates,
                     const char* stored,
                     std::size_t expansion,
                     vectors::Nearest& nearest) {
  const vectors::HnswGraph& graph = *generation.image().graph();
  const double share =
      static_cast<double>(candidates.image_count) / static_cast<double>(graph.slots());
  const double wanted = static_cast<double>(expansion) / share;
  expansion = wanted < static_cast<double>(graph.slots())
                  ? static_cast<std::size_t>(std::ceil(wanted))
                  : graph.slots();
  vectors::WalkCounts counts;
  return offer_candidates(generation, candidates, graph.search(stored, expansion, counts), nearest);
}

/// The candidates in the checkpoint, by their places in the graph, 64 a word.
std::vector<std::uint64_t> slots_of(const Generation& generation, const Candidates& candidates) {
  const CheckpointImage& image = generation.image();
  std::vector<std::uint64_t> words(image.graph()->slots() / 64 + 1);
  for (std::size_t row = 0; row < image.rows(); ++row) {
    if (is_candidate(generation, candidates, row) && image.has_vector(row)) {
      const std::uint32_t slot = image.slot(row);
      words[slot / 64] |= std::uint64_t{1} << (slot % 64);
    }
  }
  return words;
}

/// Walks over matching rows alone.
std::size_t walk_matching(const Generation& generation,
                          const Candidates& candidates,
                          const char* stored,
                          std::size_t expansion,
                          vectors::Nearest& nearest) {
  const CheckpointImage& image = generation.image();
  std::vector<std::uint64_t> converted;
  if (!image.slots_are_rows() || !candidates.image_rows) {
    converted = slots_of(generation, candidates);
  }
  vectors::WalkCounts counts;
  const auto found = image.graph()->search_matching(
      stored, expansion, converted.empty() ? candidates.image_rows->words() : converted,
      candidates.image_count, counts);
  return offer_candidates(generation, candidates, found, nearest);
}

std::string in_words(const Costs& costs, std::uint64_t matches, std::uint64_t rows) {
  const auto rounded = [](double cost) { return std::to_string(std::llround(cost)); };
  return std::to_string(matches) + " of " + std::to_string(rows) +
         " rows in the graph match; cost of a scan " + rounded(costs.scan) + ", of a walk " +
         rounded(costs.walk) + ", of a walk over matching rows " + rounded(costs.matching_walk);
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
  out.delta_rows = matching_delta_rows(generation, at, filter);
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
  } else if (generation.image().graph() == nullptr) {
    plan.reason = "no graph yet";
  } else if (candidates.image_count == 0) {
    plan.reason = "no match is in the graph";
  } else {
    const Costs costs = estimate(candidates.image_count, image_rows, options.expansion);
    if (costs.walk < costs.scan || costs.matching_walk < costs.scan) {
      plan.path = costs.walk <= costs.matching_walk ? SearchPlan::Path::graph
                                                    : SearchPlan::Path::filtered_graph;
    }
    plan.reason = in_words(costs, candidates.image_count, image_rows);
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
  bool complete = false;
  const std::size_t expansion = std::max<std::size_t>(limit, options.expansion);
  if (plan.path != SearchPlan::Path::exact_scan) {
    const std::size_t reachable = std::min<std::size_t>(limit, candidates.image_count);
    const bool narrow = plan.path == SearchPlan::Path::filtered_graph;
    const auto is_worth_it = [&](std::size_t wanted) {
      const Costs costs = estimate(candidates.image_count, generation.image().rows(), wanted);
      return (narrow ? costs.matching_walk : costs.walk) < costs.scan;
    };
    for (std::size_t wanted = expansion; !complete && is_worth_it(wanted); wanted *= 4) {
      nearest = vectors::Nearest(limit);
      complete = reachable <= (narrow ? walk_matching(generation, candidates, stored,
                                                      kNarrowExpansion * wanted, nearest)
                                      : walk_all(generation, candidates, stored, wanted, nearest));
    }
  }
  if (!complete) {  // No walk, too much wanted for one, or rows that none reached.
    nearest = vectors::Nearest(limit);
    scan_image(generation, candidates, scan);
  }
  for (const std::size_t row : candidates.delta_rows) {
    scan.compare(generation.delta().row(row).key, generation.delta().row(row).vector);
  }
  QUIRE_TRY(generation.status());
  return nearest.take();
}

}  // namespace quire::store
