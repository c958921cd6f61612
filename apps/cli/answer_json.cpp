#include "cli/answer_json.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "answering/budget.hpp"
#include "answering/caption.hpp"
#include "answering/excerpt.hpp"
#include "answering/shown_part.hpp"
#include "base/json.hpp"
#include "cli/row_json.hpp"

namespace quire::cli {
namespace {

using answering::Detail;
using answering::DetailSizes;
using answering::fit;
using answering::kBytesPerToken;

using base::Json;

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

Json json_of(const std::vector<TextMatch>& matches) {
  Json array = Json::array();
  for (const TextMatch& match : matches) {
    array.push_back(Json::array({match.begin, match.end}));
  }
  return array;
}

Json json_of(const SearchHit& hit) {
  Json extra = Json::object();
  for (const ExtraField& field : hit.meta.extra) {
    extra[field.name] = field.value;
  }
  const answering::Caption caption = answering::caption_of(hit);
  const answering::ShownPart part = answering::shown_part(hit);
  Json object = {{"file_path", hit.meta.file_path},
                 {"start_line", hit.meta.start_line},
                 {"end_line", hit.meta.end_line},
                 {"score", rounded(hit.score)},
                 {"score_parts", json_of(hit.parts)},
                 {"symbol_name", optional_text(caption.name)},
                 {"symbol_kind", optional_text(caption.kind)},
                 {"package_name", optional_text(hit.meta.package_name)},
                 {"language", hit.meta.language},
                 {"content", part.text},
                 {"matches", json_of(part.matches)},
                 {"freshness", to_string(hit.freshness)},
                 {"fuzzy", hit.fuzzy},
                 {"last_modified", hit.meta.last_modified},
                 {"key", hit.key.value},
                 {"extra", std::move(extra)}};
  if (!part.is_all) {
    object["truncated"] = "excerpt";
  }
  if (const auto& definition = hit.definition) {
    object["definition"] = {{"line", definition->line},
                            {"start_line", definition->start_line},
                            {"end_line", definition->end_line}};
  }
  for (const OwnField& field : hit.meta.fields) {
    object["fields"][field.name] = own_json(field.value);
  }
  return object;
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

Json json_of(const SearchHit& hit, const AnswerOptions& options) {
  if (options.files_only) {
    return {{"file_path", hit.meta.file_path}, {"score", rounded(hit.score)}};
  }
  Json object = json_of(hit);
  if (options.context > 0) {
    object["before"] = hit.before;
    object["after"] = hit.after;
  }
  return object;
}

/// The hit with less than its text.
Json shortened(const SearchHit& hit, Detail detail, const AnswerOptions& options) {
  Json object = json_of(hit, options);
  if (options.files_only || detail == Detail::whole) {
    return object;
  }
  object["content"] = nullptr;
  object["matches"] = Json::array();
  object["truncated"] = detail == Detail::signature ? "signature" : "location";
  object["extra"] = Json::object();
  if (detail == Detail::signature) {
    object["signature"] = answering::signature_text(hit);
  }
  object.erase("before");
  object.erase("after");
  return object;
}

/// With the comma behind it.
DetailSizes sizes_of(const SearchHit& hit, const AnswerOptions& options) {
  DetailSizes sizes{};
  for (const Detail detail : {Detail::location, Detail::signature, Detail::whole}) {
    sizes[static_cast<std::size_t>(detail)] =
        base::dump_json(shortened(hit, detail, options)).size() + 1;
  }
  return sizes;
}

/// Fills the results of `object`, which has none yet, with as much as its tokens allow.
void add_within_tokens(Json& object,
                       const std::vector<SearchHit>& hits,
                       const AnswerOptions& options) {
  object["omitted"] = hits.size();
  const std::size_t around = base::dump_json(object).size() + 1;
  const std::size_t most = options.max_tokens * kBytesPerToken;
  std::vector<DetailSizes> sizes;
  sizes.reserve(hits.size());
  for (const SearchHit& hit : hits) {
    sizes.push_back(sizes_of(hit, options));
  }
  const std::vector<Detail> details = fit(sizes, most - std::min(most, around), 0);
  for (std::size_t i = 0; i < details.size(); ++i) {
    object["results"].push_back(shortened(hits[i], details[i], options));
  }
  object["omitted"] = hits.size() - details.size();
}

}  // namespace

std::string json_answer(const SearchAnswer& answer,
                        const AnswerContext& context,
                        const AnswerOptions& options) {
  Json object = {{"schema", 1},
                 {"query", context.query},
                 {"root", context.root.string()},
                 {"results", Json::array()},
                 {"swept_at", std::max(context.look.whole_at, answer.swept_at)}};
  if (!context.look.lacks.empty()) {
    object["incomplete"] = context.look.lacks;
  }
  if (answer.total) {
    object["total"] = {{"lines", answer.total->lines},
                       {"chunks", answer.total->chunks},
                       {"files", answer.total->files}};
  }
  for (const FileMatches& file : answer.by_file) {
    object["by_file"].push_back({{"file_path", file.file_path}, {"lines", file.lines}});
  }
  if (!answer.unfound.empty()) {
    object["not_found"] = answer.unfound;
  }
  if (!context.words_only.empty()) {
    object["words_only"] = context.words_only;
  }
  if (context.explain && !answer.profiles.empty()) {
    object["plan"] = json_of(answer.plan);
    object["profiles"] = array_of(answer.profiles);
  }
  if (options.max_tokens > 0) {
    add_within_tokens(object, answer.hits, options);
    return base::dump_json(object);
  }
  for (const SearchHit& hit : answer.hits) {
    object["results"].push_back(json_of(hit, options));
  }
  return base::dump_json(object);
}

}  // namespace quire::cli
