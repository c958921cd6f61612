#include <algorithm>
#include <utility>

#include "answering/wording.hpp"
#include "base/try.hpp"
#include "mcp/page.hpp"
#include "mcp/tools.hpp"

namespace quire::mcp {
namespace {

using answering::count_of;
using base::Json;

constexpr std::size_t kSkippedShown = 20;

std::string summary_of(const IndexReport& report) {
  return (report.interrupted ? "interrupted: " : "up to date: ") +
         count_of(report.files, "file", "files") + " indexed; " + std::to_string(report.added) +
         " new, " + std::to_string(report.changed) + " changed, " + std::to_string(report.removed) +
         " removed, " + std::to_string(report.unchanged) + " unchanged, " +
         std::to_string(report.skipped.size()) + " skipped";
}

Json json_of(const IndexReport& report) {
  Json skipped = Json::array();
  const std::size_t shown = std::min(report.skipped.size(), kSkippedShown);
  for (std::size_t i = 0; i < shown; ++i) {
    const SkippedFile& file = report.skipped[i];
    skipped.push_back(Json{{"path", file.path}, {"reason", file.reason}});
  }
  return {{"files", report.files},
          {"added", report.added},
          {"changed", report.changed},
          {"removed", report.removed},
          {"unchanged", report.unchanged},
          {"skipped", std::move(skipped)},
          {"omitted", report.skipped.size() - shown}};
}

Result<ToolAnswer> reindexed(LiveIndex& index, const ToolCall& call) {
  const auto asked = LiveIndex::Clock::now();
  KeepingOrder order{{}, call.progress, call.cancelled};
  for (const std::string& path : texts_argument(call, "paths")) {
    QUIRE_TRY_ASSIGN(std::string in_tree, index.path_in_tree(path));
    order.paths.push_back(std::move(in_tree));
  }
  QUIRE_TRY_ASSIGN(const IndexReport report, index.update(order));
  QUIRE_TRY_ASSIGN(const Opened opened, index.opened(asked));
  ToolAnswer answer;
  answer.structured = json_of(report);
  answer.structured["index"] = opened.freshness;
  answer.text = summary_of(report) + " [" + in_words(answer.structured["index"]) + "]";
  return answer;
}

}  // namespace

ToolAnswer reindex(const Tool&, LiveIndex& index, const ToolCall& call) {
  return answer_or_error(reindexed(index, call));
}

}  // namespace quire::mcp
