#pragma once

#include <string>

#include <quire/corpus.hpp>
#include <quire/searcher.hpp>

#include "cli/invocation.hpp"
#include "cli/look.hpp"
#include "cli/terminal.hpp"
#include "project/place.hpp"

/// What search, symbol and similar have in common: opening, and printing the answer.
namespace quire::cli {

/// Where the index is, or may be made. Errors: those of find_place(); where there is no index yet,
/// what is wrong with --where is said first: no store can have fields that would mend it.
Result<project::Place> place_to_ask(const AnswerOptions& options, const GlobalOptions& global);

/// The request that the options ask for of a store with own `fields`. Errors: `invalid_argument`
/// for a bad --where.
Result<SearchRequest> request_of(const AnswerOptions& options,
                                 const std::string& text,
                                 const Schema& fields);

/// What is shown beside an answer.
struct AnswerContext {
  std::string query;  ///< As the user wrote it.
  std::filesystem::path root;
  Look look;
  bool explain = false;
  bool complete = false;        ///< The answer knows of all hits: those that are further, too.
  std::string words_only = {};  ///< Why vectors were not asked, though they should; else "".
};

/// Prints `answer` to `out`, for people or as JSON, and how fresh it is to standard error. Returns
/// the exit code: 0 with hits, 1 without.
int print_answer(const SearchAnswer& answer,
                 const Corpus& corpus,
                 const AnswerContext& context,
                 const AnswerOptions& options,
                 const GlobalOptions& global,
                 Output& out);

}  // namespace quire::cli
