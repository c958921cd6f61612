#include <utility>

#include <quire/languages.hpp>
#include <quire/searcher.hpp>

#include "answering/languages.hpp"
#include "answering/wording.hpp"
#include "base/try.hpp"
#include "mcp/page.hpp"
#include "mcp/tools.hpp"
#include "project/model.hpp"

namespace quire::mcp {
namespace {

constexpr std::size_t kSymbolTokens = 6000;

/// "Nothing holds "a"; ...", if there is such text.
std::string hint_of_quoted_text(const SearchAnswer& answer) {
  if (answer.unfound.empty()) {
    return "";
  }
  std::string out = answering::nothing_holds(answer.unfound);
  out[0] = 'N';
  return out + (answer.hits.empty() ? "; without the quotation marks its words are looked for."
                                    : "; the results are found by the rest of the query.");
}

/// For an answer without hits: why that may be.
std::string hint_for_none(const OpenIndex& index,
                          const SearchRequest& request,
                          const SearchAnswer& answer,
                          const base::Json& freshness) {
  if (answer.wordless) {
    return "The query has no word in it; what stands in \"quotation marks\" is looked for as it "
           "is.";
  }
  if (const std::string unfinished = why_nothing(freshness); !unfinished.empty()) {
    return unfinished;
  }
  if (const auto unknown = answering::unknown_values(request, index.corpus); !unknown.empty()) {
    return "N" + unknown.front().substr(1) + ".";
  }
  return hint_of_quoted_text(answer);
}

std::string hint_for(const OpenIndex& index,
                     const SearchRequest& request,
                     const SearchAnswer& answer,
                     const base::Json& freshness) {
  return answer.hits.empty() ? hint_for_none(index, request, answer, freshness)
                             : hint_of_quoted_text(answer);
}

ToolAnswer empty_page(const SearchRequest& request,
                      std::size_t max_tokens,
                      const base::Json& freshness) {
  return page_of({request, {}, max_tokens, freshness, why_nothing(freshness)});
}

Result<SearchRequest> request_of(const LiveIndex& index,
                                 const Tool& tool,
                                 const ToolCall& call,
                                 std::string text) {
  SearchRequest request;
  request.text = std::move(text);
  request.limit = number_argument(tool, call, "limit");
  request.languages = languages_of(call);
  request.kinds = kinds_of(call);
  request.may_lag = true;
  QUIRE_TRY_ASSIGN(request.paths, paths_of(index, call));
  return request;
}

Status begin_at(const std::string& cursor, SearchRequest& request) {
  if (cursor.empty()) {
    return {};
  }
  const auto parsed = Cursor::parse(cursor);
  if (!parsed || parsed->question != checksum_of(request)) {
    return fail(ErrorCode::invalid_argument,
                "search: this cursor belongs to another question; a cursor goes with the same "
                "query, limit and filters, or leave it out for the first page.");
  }
  request.skip = parsed->skip;
  return {};
}

Result<SearchRequest::Form> form_of(const std::string& match) {
  if (match.empty() || match == "meaning") {
    return SearchRequest::Form::question;
  }
  if (match == "text" || match == "regex") {
    return match == "text" ? SearchRequest::Form::fixed : SearchRequest::Form::regex;
  }
  return fail(ErrorCode::invalid_argument,
              "search: match is '" + match + "', and can be meaning, text or regex.");
}

Result<ToolAnswer> searched(const Tool& tool, LiveIndex& index, const ToolCall& call) {
  QUIRE_TRY_ASSIGN(SearchRequest request,
                   request_of(index, tool, call, text_argument(call, "query")));
  request.tests = truth_argument(tool, call, "include_tests");
  QUIRE_TRY_ASSIGN(request.form, form_of(text_argument(call, "match")));
  request.ignore_case = truth_argument(tool, call, "ignore_case");
  QUIRE_TRY(begin_at(text_argument(call, "cursor"), request));
  const std::size_t tokens = number_argument(tool, call, "max_tokens");
  QUIRE_TRY_ASSIGN(const Opened opened, index.now());
  const auto& [open, freshness] = opened;
  if (open == nullptr) {
    return empty_page(request, tokens, freshness);
  }
  QUIRE_TRY_ASSIGN(const Searcher searcher,
                   project::searcher_of(open->corpus, open->model, open->root));
  QUIRE_TRY_ASSIGN(const SearchAnswer answer, searcher.search(request));
  return page_of({request, answer, tokens, freshness, hint_for(*open, request, answer, freshness)});
}

Result<ToolAnswer> found(const Tool& tool, LiveIndex& index, const ToolCall& call) {
  const std::string pattern = text_argument(call, "pattern");
  QUIRE_TRY_ASSIGN(const SearchRequest request, request_of(index, tool, call, pattern));
  QUIRE_TRY_ASSIGN(const Opened opened, index.now());
  const auto& [open, freshness] = opened;
  if (open == nullptr) {
    return empty_page(request, kSymbolTokens, freshness);
  }
  QUIRE_TRY_ASSIGN(const Searcher searcher,
                   project::searcher_of(open->corpus, open->model, open->root));
  QUIRE_TRY_ASSIGN(const SearchAnswer answer, searcher.symbol(pattern, request));
  const std::string hint = answer.further > 0
                               ? "More symbols match: a longer pattern or a kind narrows them."
                           : answer.hits.empty() ? why_nothing(freshness)
                                                 : "";
  return page_of({request, answer, kSymbolTokens, freshness, hint, false});
}

}  // namespace

ToolAnswer search(const Tool& tool, LiveIndex& index, const ToolCall& call) {
  return answer_or_error(searched(tool, index, call));
}

ToolAnswer find_by_symbol(const Tool& tool, LiveIndex& index, const ToolCall& call) {
  return answer_or_error(found(tool, index, call));
}

}  // namespace quire::mcp
