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

/// Of rows that are told apart by sketches, so many are compared; of 10,000 the 72 nearest (10
/// wanted, 16 candidates) hold 0.97 of the ten nearest, and all but one in 500 of the nearest two.
constexpr std::size_t kLikelyPerWanted = 4;
constexpr std::size_t kLikelyPerCandidate = 2;

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

/// Columns know nothing of updates.
void look_at_updated(const Generation& generation,
                     const ViewPoint& at,
                     const Filter& filter,
                     filters::RowSet& rows) {
  if (at.revisions == 0) {
    return;
  }
  const filters::CompiledFilter compiled(filter, generation.fields());
  generation.for_each_updated(at, [&](std::size_t row) {
    const RowRef ref{false, row};
    const auto chunk = generation.journal_chunk(ref, at);
    rows.erase(row);
    if (chunk && compiled.accepts(*chunk, generation.key(ref))) {
      rows.insert(row);
    }
  });
}

std::vector<std::size_t> matching_delta_rows(const Generation& generation,
                                             const ViewPoint& at,
                                             const Filter& filter) {
  std::vector<std::size_t> rows;
  const filters::CompiledFilter compiled(filter, generation.fields());
  for (std::size_t i = 0; i < at.delta_size; ++i) {
    if (generation.delta().row(i).visible_at(at.lsn) &&
        compiled.accepts(generation.delta_chunk(i, at), generation.delta().row(i).key)) {
      rows.push_back(i);
    }
  }
  return rows;
}

/// One search as it goes: keeps the nearest candidates so far, and counts.
class SearchRun {
 public:
  SearchRun(const Generation& generation,
            const Candidates& candidates,
            const char* query,
            std::size_t limit,
            SearchProfile& profile)
      : generation_(generation),
        candidates_(candidates),
        query_(query),
        limit_(limit),
        dimensions_(generation.format().dimensions),
        distance_(vectors::distance_function(generation.format())),
        nearest_(limit),
        profile_(profile) {}

  /// Walks as planned, each time wider, while that costs less than a scan. False if no walk found
  /// as many candidates as are wanted, or there are.
  bool walk_image(SearchPlan::Path path, std::size_t expansion) {
    const bool narrow = path == SearchPlan::Path::filtered_graph;
    const std::size_t reachable = std::min<std::size_t>(limit_, candidates_.image_count);
    const auto is_worth_it = [&](std::size_t wanted) {
      const Costs costs = estimate(candidates_.image_count, generation_.image().rows(), wanted);
      return (narrow ? costs.matching_walk : costs.walk) < costs.scan;
    };
    profile_.path = path;
    for (std::size_t wanted = expansion; is_worth_it(wanted); wanted *= 4) {
      nearest_ = vectors::Nearest(limit_);
      if (reachable <= (narrow ? walk_matching(kNarrowExpansion * wanted) : walk_all(wanted))) {
        return true;
      }
    }
    return false;
  }

  /// Compares every candidate in the checkpoint.
  void scan_image() {
    profile_.path = SearchPlan::Path::exact_scan;
    nearest_ = vectors::Nearest(limit_);
    const std::vector<std::uint32_t> rows = image_rows();
    compare_image(rows);
    profile_.scan_distances = rows.size();
  }

  /// Compares the journal's candidates: beside a walk, of very many those alone whose sketches are
  /// near.
  void scan_delta(const SearchOptions& options) {
    const bool all = profile_.path == SearchPlan::Path::exact_scan || candidates_.delta_rows;
    const auto likely = all ? std::nullopt : likely_delta_rows(options);
    if (likely) {
      compare_delta(*likely);
    } else {
      for_each_delta_candidate(generation_, candidates_, [&](std::size_t row) {
        compare_delta_row(row);
        return true;
      });
    }
  }

  std::vector<vectors::KeyDistance> take() { return nearest_.take(); }

 private:
  static constexpr std::size_t kAhead = 8;

  std::optional<std::vector<std::uint32_t>> likely_delta_rows(const SearchOptions& options) const {
    const ViewPoint& at = candidates_.at;
    return generation_.likely_delta_rows(
        at, query_, kLikelyPerWanted * limit_ + kLikelyPerCandidate * options.expansion);
  }

  bool is_candidate(std::size_t row) const {
    return candidates_.image_rows ? candidates_.image_rows->contains(row)
                                  : generation_.image_row_visible(row, candidates_.at.lsn);
  }

  std::vector<std::uint32_t> image_rows() const {
    std::vector<std::uint32_t> rows;
    rows.reserve(candidates_.image_count);
    const auto take = [&](std::size_t row) { rows.push_back(static_cast<std::uint32_t>(row)); };
    if (candidates_.image_rows) {
      candidates_.image_rows->for_each(take);
    } else {
      for (std::size_t row = 0; row < generation_.image().rows(); ++row) {
        if (generation_.image_row_visible(row, candidates_.at.lsn)) {
          take(row);
        }
      }
    }
    return rows;
  }

  void compare(std::uint64_t key, const char* stored) {
    nearest_.offer({key, distance_(query_, stored, dimensions_)});
  }

  /// Each row on its way from memory before its turn.
  void compare_image(std::span<const std::uint32_t> rows) {
    const CheckpointImage& image = generation_.image();
    const std::size_t bytes = generation_.format().bytes_per_vector();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (i + kAhead < rows.size()) {
        vectors::prefetch(image.vector(rows[i + kAhead]), bytes);
      }
      compare(image.records().keys()[rows[i]], image.vector(rows[i]));
    }
  }

  void compare_delta_row(std::size_t row) {
    compare(generation_.delta().row(row).key, generation_.delta().row(row).vector);
    ++profile_.journal_distances;
  }

  void compare_delta(std::span<const std::uint32_t> rows) {
    const std::size_t bytes = generation_.format().bytes_per_vector();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (i + kAhead < rows.size()) {
        vectors::prefetch(generation_.delta().row(rows[i + kAhead]).vector, bytes);
      }
      compare_delta_row(rows[i]);
    }
  }

  /// Walks the whole graph, keeping so many more candidates as will not match.
  std::size_t walk_all(std::size_t expansion) {
    const vectors::HnswGraph& graph = *generation_.image().graph();
    const double share =
        static_cast<double>(candidates_.image_count) / static_cast<double>(graph.slots());
    const double wanted = static_cast<double>(expansion) / share;
    expansion = wanted < static_cast<double>(graph.slots())
                    ? static_cast<std::size_t>(std::ceil(wanted))
                    : graph.slots();
    vectors::WalkCounts counts;
    const auto found = graph.search(query_, expansion, counts);
    return take_walk(found, counts);
  }

  /// Walks over matching rows alone.
  std::size_t walk_matching(std::size_t expansion) {
    const CheckpointImage& image = generation_.image();
    std::vector<std::uint64_t> converted;
    if (!image.slots_are_rows() || !candidates_.image_rows) {
      converted = slots();
    }
    vectors::WalkCounts counts;
    const auto found = image.graph()->search_matching(
        query_, expansion, converted.empty() ? candidates_.image_rows->words() : converted,
        candidates_.image_count, counts);
    return take_walk(found, counts);
  }

  /// The candidates in the checkpoint, by their places in the graph, 64 a word.
  std::vector<std::uint64_t> slots() const {
    const CheckpointImage& image = generation_.image();
    std::vector<std::uint64_t> words(image.graph()->slots() / 64 + 1);
    for (std::size_t row = 0; row < image.rows(); ++row) {
      if (is_candidate(row) && image.has_vector(row)) {
        const std::uint32_t slot = image.slot(row);
        words[slot / 64] |= std::uint64_t{1} << (slot % 64);
      }
    }
    return words;
  }

  /// Offers the candidates among `found`, which come nearest first, until all that are wanted are
  /// there; how many there were.
  std::size_t take_walk(const std::vector<vectors::SlotDistance>& found,
                        const vectors::WalkCounts& counts) {
    ++profile_.walks;
    profile_.candidates = found.size();
    profile_.expanded += counts.expanded;
    profile_.walk_distances += counts.distances;
    std::size_t offered = 0;
    float farthest = 0;
    for (const vectors::SlotDistance& one : found) {
      if (offered >= limit_ && one.distance > farthest) {
        break;  // Each look at a row may wait for memory, and the rest is farther away.
      }
      const auto row = generation_.image().row_at(one.slot);
      if (row && is_candidate(*row)) {
        nearest_.offer({generation_.key({false, *row}), one.distance});
        farthest = one.distance;
        ++offered;
      }
    }
    return offered;
  }

  const Generation& generation_;
  const Candidates& candidates_;
  const char* query_;
  std::size_t limit_;
  std::size_t dimensions_;
  vectors::DistanceFunction distance_;
  vectors::Nearest nearest_;
  SearchProfile& profile_;
};

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
    out.image_rows = filters::select(filter, generation.image().records(), generation.fields());
    look_at_updated(generation, at, filter, *out.image_rows);
    if (at.removed_image_rows != 0) {
      drop_removed(generation, at, *out.image_rows);
    }
    out.image_count = out.image_rows->count();
  }
  if (!filter.empty() && at.delta_size != 0) {
    out.delta_rows = matching_delta_rows(generation, at, filter);
  }
  const std::uint64_t in_image = generation.image().rows() - at.removed_image_rows;
  out.delta_count = out.delta_rows ? out.delta_rows->size() : at.live_rows - in_image;
  return out;
}

SearchPlan plan_search(const Generation& generation,
                       const Candidates& candidates,
                       const SearchOptions& options) {
  SearchPlan plan;
  plan.rows = candidates.at.live_rows;
  plan.matches = candidates.count();
  plan.delta_rows = candidates.delta_count;
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
                                                     const SearchOptions& options,
                                                     SearchRecorder& recorder) {
  if (plan.path == SearchPlan::Path::nothing || limit == 0) {
    return std::vector<vectors::KeyDistance>{};
  }
  SearchRun run(generation, candidates, stored, limit, recorder.profile);
  // A scan where none is planned: too many are wanted for a walk, or there are rows that none
  // reached.
  if (plan.path == SearchPlan::Path::exact_scan ||
      !run.walk_image(plan.path, std::max<std::size_t>(limit, options.expansion))) {
    run.scan_image();
  }
  recorder.profile.search_time = recorder.lap();
  run.scan_delta(options);
  recorder.profile.journal_time = recorder.lap();
  QUIRE_TRY(generation.status());
  return run.take();
}

}  // namespace quire::store

namespace quire {

std::string_view to_string(SearchPlan::Path path) {
  switch (path) {
    case SearchPlan::Path::nothing:
      return "nothing";
    case SearchPlan::Path::exact_scan:
      return "exact scan";
    case SearchPlan::Path::graph:
      return "graph";
    case SearchPlan::Path::filtered_graph:
      return "filtered graph";
  }
  return "unknown";
}

std::string SearchPlan::to_string() const {
  return std::string(quire::to_string(path)) + " over " + std::to_string(matches) + " of " +
         std::to_string(rows) + " rows (" + std::to_string(delta_rows) +
         " of them outside the graph): " + reason;
}

}  // namespace quire
