#include "mcp/page.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <utility>
#include <vector>

#include "answering/budget.hpp"
#include "answering/caption.hpp"
#include "answering/excerpt.hpp"
#include "answering/shown_part.hpp"
#include "answering/wording.hpp"
#include "base/checksum.hpp"
#include "base/printable.hpp"

namespace quire::mcp {
namespace {

using answering::Detail;
using answering::DetailSizes;
using base::Json;

constexpr auto kDetails = {Detail::location, Detail::signature, Detail::whole};

std::string_view to_string(Detail detail) {
  return detail == Detail::whole ? "whole" : detail == Detail::signature ? "signature" : "location";
}

Json json_of(const SearchHit& hit, Detail detail) {
  Json object = {{"file_path", hit.meta.file_path},
                 {"start_line", hit.meta.start_line},
                 {"end_line", hit.meta.end_line},
                 {"score", std::round(hit.score * 1e6) / 1e6}};
  const answering::Caption caption = answering::caption_of(hit);
  if (caption.name) {
    object["symbol_name"] = *caption.name;
  }
  if (caption.kind) {
    object["symbol_kind"] = *caption.kind;
  }
  object["language"] = hit.meta.language;
  object["freshness"] = quire::to_string(hit.freshness);
  if (hit.fuzzy) {
    object["fuzzy"] = true;
  }
  const answering::ShownPart part = answering::shown_part(hit);
  object["detail"] = detail == Detail::whole && !part.is_all ? "excerpt" : to_string(detail);
  if (detail == Detail::whole) {
    object["content"] = part.text;
  } else if (detail == Detail::signature) {
    object["signature"] = answering::signature_text(hit);
  }
  return object;
}

/// The lines of `text` with their numbers, so that none of them can be taken for one of ours.
std::string numbered(std::string_view text, std::int64_t number) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out += std::to_string(number++) + "\t" + base::printable_lines(text.substr(0, end + 1));
    out += out.ends_with('\n') ? "" : "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

/// Of a name that any file may have given.
std::string in_one_line(std::string_view text) {
  return base::printable(text);
}

std::string heading(const SearchHit& hit) {
  const answering::Caption caption = answering::caption_of(hit);
  std::string out = in_one_line(hit.meta.file_path) + ":" + std::to_string(caption.start_line) +
                    "-" + std::to_string(caption.end_line);
  if (caption.name) {
    out += "  " + in_one_line(*caption.name);
  }
  if (caption.kind) {
    out += "  " + in_one_line(*caption.kind);
  }
  char score[32];
  std::snprintf(score, sizeof score, "  %.3f", hit.score);
  out += score;
  if (hit.freshness != Freshness::current) {
    out += "  [" + std::string(quire::to_string(hit.freshness)) + "]";
  }
  return out + (hit.fuzzy ? "  [similar name]\n" : "\n");
}

std::string text_of(const SearchHit& hit, Detail detail) {
  std::string out = heading(hit);
  if (detail == Detail::whole) {
    out += numbered(answering::shown_part(hit).text, hit.meta.start_line);
  } else if (detail == Detail::signature) {
    const answering::Excerpt line = answering::signature_of(hit);
    out +=
        numbered(line.lines.front(), hit.meta.start_line + static_cast<std::int64_t>(line.first));
  }
  return out + "\n";
}

/// The larger one of both forms: each is to fit.
DetailSizes sizes_of(const SearchHit& hit) {
  DetailSizes sizes{};
  for (const Detail detail : kDetails) {
    sizes[static_cast<std::size_t>(detail)] =
        std::max(text_of(hit, detail).size(), base::dump_json(json_of(hit, detail)).size() + 1);
  }
  return sizes;
}

std::vector<Detail> details_of(const PageOf& page, std::size_t around) {
  std::vector<DetailSizes> sizes;
  sizes.reserve(page.answer.hits.size());
  for (const SearchHit& hit : page.answer.hits) {
    sizes.push_back(sizes_of(hit));
  }
  const std::size_t most = page.max_tokens * answering::kBytesPerToken;
  std::vector<Detail> details = answering::fit(sizes, most - std::min(most, around), 0);
  if (details.empty() && !sizes.empty()) {
    details.push_back(Detail::location);
  }
  return details;
}

std::string closing_words(const Json& structured) {
  std::string out;
  const auto omitted = structured["omitted"].get<std::size_t>();
  if (omitted > 0) {
    out += answering::count_of(omitted, "more result", "more results") +
           " of this page left out by max_tokens. ";
  }
  if (structured.contains("total")) {
    const Json& total = structured["total"];
    out += "In all " +
           answering::count_of(total["lines"].get<std::uint64_t>(), "matching line",
                               "matching lines") +
           " in " + answering::count_of(total["files"].get<std::uint64_t>(), "file", "files") +
           ". ";
  }
  if (structured.contains("next_cursor")) {
    out += "next_cursor: " + structured["next_cursor"].get<std::string>() + " ";
  }
  if (structured.contains("hint")) {
    out += structured["hint"].get<std::string>() + " ";
  }
  return out + "[" + in_words(structured["index"]) + "]";
}

/// How far a run that reads files is: "12 of 340 new or changed files read"; "": there is none.
std::string files_read(const Json& freshness) {
  const auto done = freshness["files_done"].get<std::uint64_t>();
  const auto total = freshness["files_total"].get<std::uint64_t>();
  return total == 0
             ? ""
             : answering::with_thousands(done) + " of " +
                   answering::count_of(total, "new or changed file", "new or changed files") +
                   " read";
}

/// When the tree was seen; and what that leaves out.
std::string seen(const Json& freshness) {
  const auto swept_at = freshness["swept_at"].get<std::int64_t>();
  if (swept_at == 0) {
    return "tree not yet seen whole";
  }
  return freshness["newer_unseen"].get<bool>()
             ? "tree seen at " + answering::moment(swept_at, std::time(nullptr)) +
                   ": newer files are not seen yet"
             : "tree seen just now";
}

}  // namespace

std::string Cursor::to_string() const {
  return std::to_string(skip) + "." + base::to_hex(question);
}

std::optional<Cursor> Cursor::parse(std::string_view text) {
  Cursor cursor;
  const char* const end = text.data() + text.size();
  const auto [dot, no_skip] = std::from_chars(text.data(), end, cursor.skip);
  if (no_skip != std::errc{} || dot == end || *dot != '.' || cursor.skip > 1'000'000) {
    return std::nullopt;
  }
  const auto [stop, no_sum] = std::from_chars(dot + 1, end, cursor.question, 16);
  return no_sum == std::errc{} && stop == end ? std::optional(cursor) : std::nullopt;
}

std::uint64_t checksum_of(const SearchRequest& request) {
  const Json asked = {request.text,  request.limit,       request.paths,
                      request.kinds, request.languages,   request.tests,
                      request.form,  request.ignore_case, request.whole_words};
  return base::checksum(base::dump_json(asked));
}

ToolAnswer page_of(const PageOf& page) {
  Json structured = {{"results", Json::array()}, {"omitted", page.answer.hits.size()}};
  if (!page.hint.empty()) {
    structured["hint"] = page.hint;
  }
  const Cursor last{page.request.skip + page.answer.hits.size(), checksum_of(page.request)};
  structured["next_cursor"] = last.to_string();
  if (page.answer.total) {
    structured["total"] = {{"lines", page.answer.total->lines},
                           {"chunks", page.answer.total->chunks},
                           {"files", page.answer.total->files}};
  }
  structured["index"] = page.freshness;
  const std::size_t around =
      std::max(base::dump_json(structured).size(), closing_words(structured).size());
  const std::vector<Detail> details = details_of(page, around);

  ToolAnswer answer;
  for (std::size_t i = 0; i < details.size(); ++i) {
    structured["results"].push_back(json_of(page.answer.hits[i], details[i]));
    answer.text += text_of(page.answer.hits[i], details[i]);
  }
  const std::size_t omitted = page.answer.hits.size() - details.size();
  structured["omitted"] = omitted;
  structured["next_cursor"] = Cursor{page.request.skip + details.size(), last.question}.to_string();
  if (!page.has_pages || (omitted == 0 && page.answer.further == 0)) {
    structured.erase("next_cursor");
  }
  answer.text += (details.empty() ? "no results. " : "") + closing_words(structured);
  answer.structured = std::move(structured);
  return answer;
}

std::string why_nothing(const Json& freshness) {
  const auto coverage = freshness["coverage"].get<std::string>();
  if (coverage == to_string(Coverage::opening)) {
    return "The index is being opened and was not asked; the same question again is answered.";
  }
  const std::string read = files_read(freshness);
  if (coverage == to_string(Coverage::none)) {
    return "Nothing is indexed yet" + (read.empty() ? "." : ": " + read + ".");
  }
  if (coverage == to_string(Coverage::part)) {
    return "Only a part of the tree is indexed yet" + (read.empty() ? "." : ": " + read + ".");
  }
  return "";
}

std::string in_words(const Json& freshness) {
  std::string out = "index " + freshness["state"].get<std::string>();
  if (const std::string read = files_read(freshness); !read.empty()) {
    out += ": " + read;
  }
  out += ", " + seen(freshness);
  if (freshness.contains("message")) {
    out += "; " + freshness["message"].get<std::string>();
  }
  return out;
}

}  // namespace quire::mcp
