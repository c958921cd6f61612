#pragma once

#include <cstdint>
#include <vector>

#include <quire/searcher.hpp>

#include "searching/candidate.hpp"
#include "searching/question.hpp"

namespace quire::searching {

/// Scores the candidates as docs/ranking.md says, best first, ties by lower key. `without` names
/// signals that are left out.
void rank(const Question& question,
          const std::vector<Signal>& without,
          std::vector<Candidate>& candidates);

}  // namespace quire::searching
