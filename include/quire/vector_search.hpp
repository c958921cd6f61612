#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ratio>
#include <string>
#include <string_view>
#include <vector>

#include <quire/chunk.hpp>

/// What a search by vector is asked besides the vector, and what it tells besides its hits.
namespace quire {

/// How hard one search tries.
struct SearchOptions {
  /// Candidates kept while walking the graph; more finds more and takes longer.
  std::uint32_t expansion = 64;
  /// Compare every vector that passes the filter, walk no graph.
  bool exact = false;
  /// So many of the nearest are left out, for the next page of an answer: offset + limit are looked
  /// for.
  std::size_t offset = 0;
  /// What is farther is left out. All within a distance: with a limit of SIZE_MAX, every vector is
  /// compared.
  std::optional<float> max_distance{};
  /// Hits come with their vectors, as VectorStore::vector() gives them.
  bool with_vectors = false;
};

/// How a search was, or would be, carried out.
struct SearchPlan {
  enum class Path : std::uint8_t { nothing, exact_scan, graph, filtered_graph };

  Path path = Path::nothing;
  std::uint64_t rows = 0;        ///< Live rows of the view.
  std::uint64_t matches = 0;     ///< Rows that the filter accepts: counted, not estimated.
  std::uint64_t delta_rows = 0;  ///< Matching rows not yet in the graph: compared beside it.
  std::string reason;            ///< Why this path, with the figures that decided.

  std::string to_string() const;  ///< One line.
};

std::string_view to_string(SearchPlan::Path path);

/// What a search did. Its plan has no figures to compare with but the path: filters are evaluated
/// before planning, so that matches are exact, and only costs are estimated.
struct SearchProfile {
  using Microseconds = std::chrono::duration<double, std::micro>;

  /// The one that gave the answer: an exact scan where the plan's walks found too few, or so many
  /// were wanted that none was worth it.
  SearchPlan::Path path = SearchPlan::Path::nothing;
  std::uint64_t walks = 0;       ///< Through the graph; each after the first keeps 4 times as many.
  std::uint64_t candidates = 0;  ///< Kept by the last walk, those that don't match included.
  std::uint64_t expanded = 0;    ///< Slots whose neighbours were looked at, by all walks.

  // Vectors compared.
  std::uint64_t walk_distances = 0;  ///< By all walks.
  std::uint64_t scan_distances = 0;  ///< By the exact scan of the checkpoint.
  std::uint64_t journal_distances =
      0;  ///< Of rows not yet in the graph; of very many, the likeliest.

  /// Blocks of the checkpoint's files that were used for the first time, by any thread meanwhile; 0
  /// where all were verified at opening.
  std::uint64_t blocks_verified = 0;

  Microseconds filter_time{};   ///< Evaluating the filter, on the journal's rows too.
  Microseconds plan_time{};     ///< Deciding.
  Microseconds search_time{};   ///< Walks and scan.
  Microseconds journal_time{};  ///< Comparing the journal's rows.
  Microseconds fetch_time{};    ///< Reading the chunks of the answer.

  std::uint64_t distances() const { return walk_distances + scan_distances + journal_distances; }
  Microseconds time() const {
    return filter_time + plan_time + search_time + journal_time + fetch_time;
  }
};

/// A search's answer, and how it came about.
struct ExplainedSearch {
  std::vector<Neighbor> hits;
  SearchPlan plan;
  SearchProfile profile;
};

}  // namespace quire
