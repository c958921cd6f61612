#pragma once

#include <string>

#include <quire/searcher.hpp>

#include "cli/answer.hpp"
#include "cli/invocation.hpp"

namespace quire::cli {

/// The answer as one line of JSON, without its line feed; docs/json.md describes it. Where
/// `options.max_tokens` is too few for the object around the results, it is longer than asked for.
std::string json_answer(const SearchAnswer& answer,
                        const AnswerContext& context,
                        const AnswerOptions& options);

}  // namespace quire::cli
