#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <quire/embedder.hpp>
#include <quire/filter.hpp>
#include <quire/result.hpp>

#include "corpus/view.hpp"
#include "searching/candidate.hpp"
#include "searching/path_scope.hpp"
#include "searching/question.hpp"

namespace quire::searching {

/// Chunks that the two indexes propose.
struct Retrieved {
  std::vector<Candidate> candidates;  ///< By key.
  bool exhausted = false;             ///< Asking for more would give no others.
};

/// How a question's vector is looked for among `rows`.
SearchOptions effort(std::uint64_t rows, std::size_t limit);

/// Which chunks may answer.
struct Scope {
  const Filter& filter;
  const PathScope& paths;
  /// Only these keys, rising, which the filter accepts; nothing: all of the filter's.
  std::optional<std::vector<std::uint64_t>> among;
  /// Keys, rising, that the filter accepts: proposed beside what the indexes find.
  std::vector<std::uint64_t> also;
};

/// Up to `limit` chunks by words and as many by vectors, for which there must be an embedder. Where
/// keys are named, among which few may have the question's words or be near it, up to `limit`
/// others of them too; of those that are proposed beside, the best by words and up to `limit`
/// others.
Result<Retrieved> retrieve(const corpus::View& view,
                           const Embedder* embedder,
                           const Question& question,
                           SearchRequest::By by,
                           std::size_t limit,
                           const Scope& scope);

}  // namespace quire::searching
