#include "cli/answer.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <ctime>
#include <span>
#include <utility>
#include <vector>

#include <quire/languages.hpp>

#include "answering/budget.hpp"
#include "answering/languages.hpp"
#include "answering/wording.hpp"
#include "base/printable.hpp"
#include "base/try.hpp"
#include "cli/answer_json.hpp"
#include "cli/hit_text.hpp"
#include "cli/path_from_here.hpp"

namespace quire::cli {
namespace {

using answering::age;
using answering::count_of;
using answering::Detail;
using answering::DetailSizes;
using answering::fit;
using answering::kBytesPerToken;
using answering::with_thousands;
using base::printable;

/// "... 3 more hits"
std::string notice_of(std::size_t left_out, const AnswerOptions& options) {
  return "... " +
         (options.files_only ? count_of(left_out, "more file", "more files")
                             : count_of(left_out, "more hit", "more hits")) +
         "\n";
}

std::string printed(const SearchHit& hit,
                    Detail detail,
                    const HitView& view,
                    const AnswerOptions& options,
                    const Style& style) {
  return options.files_only ? style.path(printable(hit.meta.file_path)) + "\n"
                            : text_of(hit, detail, view, style);
}

/// All of each hit, or what --max-tokens allows. The blank line between hits is counted for each.
std::vector<Detail> details_of(const std::vector<SearchHit>& hits,
                               const HitView& view,
                               const AnswerOptions& options,
                               const Style& style) {
  if (options.max_tokens == 0) {
    return std::vector<Detail>(hits.size(), Detail::whole);
  }
  std::vector<DetailSizes> sizes(hits.size());
  for (std::size_t i = 0; i < hits.size(); ++i) {
    for (const Detail detail : {Detail::location, Detail::signature, Detail::whole}) {
      sizes[i][static_cast<std::size_t>(detail)] =
          printed(hits[i], detail, view, options, style).size() + (options.files_only ? 0 : 1);
    }
  }
  return fit(sizes, options.max_tokens * kBytesPerToken, notice_of(hits.size(), options).size());
}

void print_hits(const std::vector<SearchHit>& hits,
                const AnswerContext& context,
                const AnswerOptions& options,
                const Style& style,
                Output& out) {
  const HitView view{options.lines, options.context, code_columns(), context.explain};
  const std::vector<Detail> details = details_of(hits, view, options, style);
  for (std::size_t i = 0; i < details.size(); ++i) {
    out.write(i > 0 && !options.files_only ? "\n" : "");
    out.write(printed(hits[i], details[i], view, options, style));
  }
  if (details.size() < hits.size()) {
    out.write(details.empty() || options.files_only ? "" : "\n");
    out.write(notice_of(hits.size() - details.size(), options));
  }
}

/// What the options say of which files and symbols.
SearchRequest filters_of(const AnswerOptions& options) {
  SearchRequest request;
  request.languages = answering::named_languages(options.languages);
  request.paths = options.paths;
  request.kinds = answering::named_kinds(options.kinds);
  return request;
}

/// Kinds that were asked for by another name.
void say_kinds(const AnswerOptions& asked, const GlobalOptions& options) {
  const std::vector<std::string> named = answering::named_kinds(asked.kinds);
  for (std::size_t i = 0; i < named.size(); ++i) {
    if (named[i] != asked.kinds[i]) {
      say(options, "kind '" + asked.kinds[i] + "' is '" + named[i] + "' here");
    }
  }
}

/// "10 of 911 hits: 3,124 matching lines in 811 files", "5 hits".
std::string extent(const SearchAnswer& answer, bool complete, const AnswerOptions& options) {
  const char* const one = options.files_only ? "file" : "hit";
  const char* const many = options.files_only ? "files" : "hits";
  const std::uint64_t shown = answer.hits.size();
  const std::uint64_t all = answer.total
                                ? (options.files_only ? answer.total->files : answer.total->chunks)
                            : complete ? shown + answer.further + options.skip
                                       : shown;
  std::string hits = all == 0       ? "no hits"
                     : all == shown ? count_of(shown, one, many)
                                    : with_thousands(shown) + " of " + count_of(all, one, many);
  if (!answer.total || all == 0) {
    return hits;
  }
  const std::string lines = count_of(answer.total->lines, "matching line", "matching lines") +
                            " in " + count_of(answer.total->files, "file", "files");
  return answer.by_file.empty() ? hits + ": " + lines : lines;
}

/// "5 hits; the index saw the tree 3 minutes ago; 2 are not current: ..."
std::string closing_line(const SearchAnswer& answer,
                         const AnswerContext& context,
                         const AnswerOptions& options) {
  const Look& look = context.look;
  if (answer.wordless) {
    return "no hits: the question has no word in it; what stands in quotation marks is looked for "
           "as it is";
  }
  std::string line = extent(answer, context.complete, options);
  line += answer.unfound.empty() ? "" : ": " + answering::nothing_holds(answer.unfound);
  const std::int64_t seen_at = std::max(look.whole_at, answer.swept_at);
  line += seen_at == 0 ? "; the tree was never indexed whole"
                       : "; tree last indexed " + age(seen_at, std::time(nullptr));
  line += look.lacks.empty() ? "" : "; " + look.lacks;
  const auto changed = std::ranges::count_if(
      answer.hits, [](const SearchHit& hit) { return hit.freshness != Freshness::current; });
  if (changed > 0) {
    line += "; " + count_of(static_cast<std::uint64_t>(changed), "hit", "hits") +
            " changed since: `quire index` brings the index up to date";
  }
  return line;
}

/// "graph in 1 walk; ..."
std::string path_in_words(const SearchProfile& profile) {
  std::string path(to_string(profile.path));
  if (profile.walks == 0) {
    return path;
  }
  return path + (profile.path == SearchPlan::Path::exact_scan ? " after " : " in ") +
         count_of(profile.walks, "walk", "walks") + "; " +
         count_of(profile.candidates, "candidate", "candidates") + " kept, " +
         count_of(profile.expanded, "slot", "slots") + " expanded";
}

void explain(const SearchProfile& profile, const GlobalOptions& options) {
  const auto us = [](SearchProfile::Microseconds time) {
    return with_thousands(static_cast<std::uint64_t>(std::llround(time.count())));
  };
  say(options, "  path       " + path_in_words(profile));
  say(options, "  distances  " + with_thousands(profile.distances()) + ": walks " +
                   with_thousands(profile.walk_distances) + ", scan " +
                   with_thousands(profile.scan_distances) + ", journal " +
                   with_thousands(profile.journal_distances));
  say(options, "  verified   " + count_of(profile.blocks_verified, "block", "blocks"));
  say(options, "  time       " + us(profile.time()) + " us: filter " + us(profile.filter_time) +
                   ", plan " + us(profile.plan_time) + ", walks and scan " +
                   us(profile.search_time) + ", journal " + us(profile.journal_time) + ", chunks " +
                   us(profile.fetch_time));
}

void explain(const SearchAnswer& answer, const GlobalOptions& options) {
  if (answer.profiles.empty()) {
    return;
  }
  say(options, "plan: " + answer.plan.to_string());
  say(options, "  matches    " + with_thousands(answer.plan.matches) + " of " +
                   count_of(answer.plan.rows, "row", "rows") + ", counted before planning; " +
                   with_thousands(answer.plan.delta_rows) + " in the journal");
  for (std::size_t i = 0; i < answer.profiles.size(); ++i) {
    if (answer.profiles.size() > 1) {
      say(options, "search " + std::to_string(i + 1) + " of " +
                       std::to_string(answer.profiles.size()) + ":");
    }
    explain(answer.profiles[i], options);
  }
}

}  // namespace

Result<project::Place> place_to_ask(const AnswerOptions& options, const GlobalOptions& global) {
  Result<project::Place> place = find_place(global);
  if (!place || !project::index_exists(place->db)) {
    QUIRE_TRY(request_of(options, "", {}));
  }
  return place;
}

Result<SearchRequest> request_of(const AnswerOptions& options,
                                 const std::string& text,
                                 const Schema& fields) {
  SearchRequest request = filters_of(options);
  request.text = text;
  request.limit = options.all ? SearchRequest::kAll : options.limit;
  request.skip = options.skip;
  request.one_per_file = options.files_only;
  request.context = options.context;
  Result<Filter> where = Filter::parse(options.where, fields);
  if (!where) {
    return std::unexpected(where.error().while_doing("--where"));
  }
  request.where = *std::move(where);
  return request;
}

int print_answer(const SearchAnswer& answer,
                 const Corpus& corpus,
                 const AnswerContext& context,
                 const AnswerOptions& options,
                 const GlobalOptions& global,
                 Output& out) {
  const int code = answer.hits.empty() && answer.by_file.empty() ? 1 : 0;
  if (options.json) {
    out.write(json_answer(answer, context, options) + "\n");
    return code;
  }
  const PathFromHere shown(context.root);
  std::vector<SearchHit> hits = answer.hits;
  for (SearchHit& hit : hits) {
    hit.meta.file_path = shown(hit.meta.file_path);
  }
  print_hits(hits, context, options, Style::choose(global.color), out);
  for (const FileMatches& file : answer.by_file) {
    out.write(printable(shown(file.file_path)) + ":" + std::to_string(file.lines) + "\n");
  }
  out.flush();
  if (out.ended()) {
    return code;
  }
  if (context.explain) {
    explain(answer, global);
  }
  say(global, closing_line(answer, context, options));
  say_kinds(options, global);
  if (code == 1) {
    for (const std::string& sentence : answering::unknown_values(filters_of(options), corpus)) {
      say(global, sentence);
    }
  }
  return code;
}

}  // namespace quire::cli
