#include <algorithm>
#include <filesystem>
#include <ranges>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "answering/wording.hpp"
#include "base/printable.hpp"
#include "base/try.hpp"
#include "mcp/page.hpp"
#include "mcp/tools.hpp"

namespace quire::mcp {
namespace {

namespace fs = std::filesystem;

using answering::count_of;
using base::Json;

constexpr std::size_t kShown = 20;  // Of skipped files, and of remarks.

std::string summary_of(const IndexReport& report) {
  return (report.interrupted ? "interrupted: " : "up to date: ") +
         count_of(report.files, "file", "files") + " indexed; " + std::to_string(report.added) +
         " new, " + std::to_string(report.changed) + " changed, " + std::to_string(report.removed) +
         " removed, " + std::to_string(report.unchanged) + " unchanged, " +
         std::to_string(report.skipped.size()) + " skipped";
}

Json remarks_of(const IndexReport& report) {
  Json remarks = Json::array();
  for (const FileRemark& remark : report.remarks | std::views::take(kShown)) {
    remarks.push_back(Json{{"path", remark.path}, {"text", remark.text}});
  }
  return remarks;
}

Json json_of(const IndexReport& report) {
  Json skipped = Json::array();
  const std::size_t shown = std::min(report.skipped.size(), kShown);
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
          {"omitted", report.skipped.size() - shown},
          {"remarks", remarks_of(report)}};
}

bool is_at_or_below(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

/// A path is one of the tree's, or was when it was indexed: then it is there to be removed.
Status check_known(LiveIndex& index, const std::string& path) {
  QUIRE_TRY_ASSIGN(const project::Place place, index.place());
  std::error_code failed;
  if (fs::symlink_status(place.root / path, failed).type() != fs::file_type::not_found) {
    return {};
  }
  QUIRE_TRY_ASSIGN(const Opened opened, index.opened(LiveIndex::Clock::now()));
  std::vector<FileSummary> files;
  if (opened.index != nullptr) {
    QUIRE_TRY_ASSIGN(files, opened.index->corpus.store().list_files());
  }
  const bool indexed = std::ranges::any_of(
      files, [&](const FileSummary& file) { return is_at_or_below(file.file_path, path); });
  return indexed ? Status()
                 : fail(ErrorCode::not_found, "reindex: the tree has no '" + base::printable(path) +
                                                  "', and nothing of that name is indexed; paths "
                                                  "are relative to " +
                                                  place.root.string());
}

Result<ToolAnswer> reindexed(LiveIndex& index, const ToolCall& call) {
  const auto asked = LiveIndex::Clock::now();
  KeepingOrder order{{}, call.progress, call.cancelled};
  for (const std::string& path : texts_argument(call, "paths")) {
    QUIRE_TRY_ASSIGN(std::string in_tree, index.path_in_tree(path));
    QUIRE_TRY(check_known(index, in_tree));
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
