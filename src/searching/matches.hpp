#pragma once

#include <span>
#include <string_view>
#include <vector>

#include <quire/searcher.hpp>

#include "searching/question.hpp"
#include "searching/text_pattern.hpp"

namespace quire::searching {

/// Where `content` (valid UTF-8) has what the question and the patterns ask for, as
/// SearchHit::matches gives it. Patterns go before words that they overlap. Terms: the patterns,
/// then the question's words, then its names.
std::vector<TextMatch> matches_of(const Question& question,
                                  std::span<const TextPattern> patterns,
                                  std::string_view content);

/// The same where a symbol is asked for: the parts of its name anywhere, in any case, and
/// identifiers that are a part in another spelling.
std::vector<TextMatch> matches_of_name(std::string_view name, std::string_view content);

}  // namespace quire::searching
