#include "cli/answer.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <set>
#include <utility>

#include "base/json.hpp"
#include "base/try.hpp"
#include "cli/excerpt.hpp"
#include "cli/wording.hpp"

namespace quire::cli {
namespace {

using base::Json;

constexpr std::size_t kLineNumberWidth = 6;
constexpr std::size_t kWidestLine = 240;

Json optional_text(const std::optional<std::string>& text) {
  return text ? Json(*text) : Json(nullptr);
}

/// Six decimals: more than a score can tell, and the same on every machine.
double rounded(double score) {
  return std::round(score * 1e6) / 1e6;
}

double tenths(SearchProfile::Microseconds time) {
  return std::round(time.count() * 10) / 10;
}

/// In the order of the signals; those that add nothing are left out.
Json json_of(const std::vector<ScorePart>& parts) {
  Json object = Json::object();
  for (const ScorePart& part : parts) {
    object[std::string(to_string(part.signal))] = rounded(part.value);
  }
  return object;
}

Json json_of(const SearchHit& hit) {
  Json extra = Json::object();
  for (const ExtraField& field : hit.meta.extra) {
    extra[field.name] = field.value;
  }
  return {{"file_path", hit.meta.file_path},
          {"start_line", hit.meta.start_line},
          {"end_line", hit.meta.end_line},
          {"score", rounded(hit.score)},
          {"score_parts", json_of(hit.parts)},
          {"symbol_name", optional_text(hit.meta.symbol_name)},
          {"symbol_kind", optional_text(hit.meta.symbol_kind)},
          {"package_name", optional_text(hit.meta.package_name)},
          {"language", hit.meta.language},
          {"content", hit.meta.content},
          {"freshness", to_string(hit.freshness)},
          {"fuzzy", hit.fuzzy},
          {"last_modified", hit.meta.last_modified},
          {"key", hit.key.value},
          {"extra", std::move(extra)}};
}

Json json_of(const SearchPlan& plan) {
  return {{"path", to_string(plan.path)},
          {"rows", plan.rows},
          {"matches", plan.matches},
          {"delta_rows", plan.delta_rows},
          {"reason", plan.reason}};
}

Json json_of(const SearchProfile& profile) {
  return {{"path", to_string(profile.path)},
          {"walks", profile.walks},
          {"candidates", profile.candidates},
          {"expanded", profile.expanded},
          {"walk_distances", profile.walk_distances},
          {"scan_distances", profile.scan_distances},
          {"journal_distances", profile.journal_distances},
          {"blocks_verified", profile.blocks_verified},
          {"filter_us", tenths(profile.filter_time)},
          {"plan_us", tenths(profile.plan_time)},
          {"search_us", tenths(profile.search_time)},
          {"journal_us", tenths(profile.journal_time)},
          {"fetch_us", tenths(profile.fetch_time)}};
}

template <class T>
Json array_of(const std::vector<T>& items) {
  Json array = Json::array();
  for (const T& item : items) {
    array.push_back(json_of(item));
  }
  return array;
}

std::string json_answer(const SearchAnswer& answer, const AnswerContext& context) {
  Json object = {{"schema", 1},
                 {"query", context.query},
                 {"root", context.root.string()},
                 {"results", array_of(answer.hits)},
                 {"swept_at", answer.swept_at}};
  if (context.explain && !answer.profiles.empty()) {
    object["plan"] = json_of(answer.plan);
    object["profiles"] = array_of(answer.profiles);
  }
  return base::dump_json(object);
}

std::string heading(const SearchHit& hit, const Style& style) {
  const std::string lines =
      std::to_string(hit.meta.start_line) + "-" + std::to_string(hit.meta.end_line);
  std::string out = style.path(printable(hit.meta.file_path) + ":" + lines);
  if (hit.meta.symbol_name) {
    out += "  " + style.symbol(printable(*hit.meta.symbol_name));
  }
  if (hit.meta.symbol_kind) {
    out += "  " + printable(*hit.meta.symbol_kind);
  }
  char score[32];
  std::snprintf(score, sizeof score, "  %.3f", hit.score);
  out += style.faint(score);
  if (hit.freshness != Freshness::current) {
    out += "  " + style.warning("[" + std::string(to_string(hit.freshness)) + "]");
  }
  if (hit.fuzzy) {
    out += "  " + style.warning("[similar name]");
  }
  return out;
}

std::string numbered(std::int64_t number,
                     std::string_view line,
                     std::size_t width,
                     const Style& style) {
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  std::string digits = std::to_string(number);
  digits.insert(0, kLineNumberWidth - std::min(kLineNumberWidth, digits.size()), ' ');
  return style.number(digits) + "  " + cut_to_width(printable(line), width);
}

/// "words 0.412 + path 0.200 - role 0.306"
std::string sum_in_words(const std::vector<ScorePart>& parts) {
  std::string out;
  for (const ScorePart& part : parts) {
    char text[64];
    const std::string name(to_string(part.signal));
    std::snprintf(text, sizeof text, "%s %.3f", name.c_str(), std::abs(part.value));
    out += (part.value < 0 ? " - " : out.empty() ? "" : " + ") + std::string(text);
  }
  return out;
}

void print_hit(const SearchHit& hit,
               const AnswerContext& context,
               std::size_t limit,
               const Style& style,
               Output& out) {
  const std::size_t columns = terminal_width();
  const std::size_t used = kLineNumberWidth + 2;
  const std::size_t width = columns > used + 20 ? columns - used : kWidestLine;
  const std::string_view words = context.quote_words ? std::string_view(context.query) : "";
  const Excerpt excerpt = excerpt_of(hit.meta.content, words, limit);
  out.write(heading(hit, style) + "\n");
  if (context.explain && !hit.parts.empty()) {
    out.write(style.faint("        " + sum_in_words(hit.parts)) + "\n");
  }
  std::int64_t number = hit.meta.start_line + static_cast<std::int64_t>(excerpt.first);
  for (const std::string_view line : excerpt.lines) {
    out.write(numbered(number++, line, width, style) + "\n");
  }
  if (excerpt.after > 0) {
    out.write(style.faint("        ... " + count_of(excerpt.after, "more line", "more lines")) +
              "\n");
  }
}

void suggest_language(const VectorStore& store,
                      const std::string& language,
                      const GlobalOptions& options) {
  const Result<std::vector<FileSummary>> files = store.list_files();
  std::set<std::string> known;
  for (const FileSummary& file : files ? *files : std::vector<FileSummary>{}) {
    known.insert(file.language);
  }
  if (language.empty() || known.contains(language)) {
    return;
  }
  std::string names;
  for (const std::string& name : known) {
    names += (names.empty() ? "" : ", ") + name;
  }
  say(options, "no indexed file is in '" + language + "'; there are: " + names);
}

/// "5 hits; the index saw the tree 3 minutes ago; 2 are not current: ..."
std::string closing_line(const SearchAnswer& answer) {
  std::string line = answer.hits.empty() ? "no hits" : count_of(answer.hits.size(), "hit", "hits");
  line += answer.swept_at == 0 ? "; the tree was never indexed whole"
                               : "; tree last indexed " + age(answer.swept_at, std::time(nullptr));
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

Result<SearchRequest> request_of(const AnswerOptions& options, const std::string& text) {
  SearchRequest request;
  request.text = text;
  request.limit = options.limit;
  request.language = options.language;
  request.path_glob = options.path_glob;
  request.kind = options.kind;
  Result<Filter> where = Filter::parse(options.where);
  if (!where) {
    return std::unexpected(where.error().while_doing("--where"));
  }
  request.where = *std::move(where);
  return request;
}

int print_answer(const SearchAnswer& answer,
                 const VectorStore& store,
                 const AnswerContext& context,
                 const AnswerOptions& options,
                 const GlobalOptions& global,
                 Output& out) {
  if (options.json) {
    out.write(json_answer(answer, context) + "\n");
    return answer.hits.empty() ? 1 : 0;
  }
  const Style style = Style::choose(global.color);
  for (const SearchHit& hit : answer.hits) {
    if (&hit != &answer.hits.front()) {
      out.write("\n");
    }
    print_hit(hit, context, options.lines, style, out);
  }
  out.flush();
  if (out.ended()) {
    return answer.hits.empty() ? 1 : 0;
  }
  if (context.explain) {
    explain(answer, global);
  }
  say(global, closing_line(answer));
  if (answer.hits.empty()) {
    suggest_language(store, options.language, global);
  }
  return answer.hits.empty() ? 1 : 0;
}

}  // namespace quire::cli
