#include <utility>

#include <quire/languages.hpp>
#include <quire/searcher.hpp>

#include "answering/wording.hpp"
#include "base/printable.hpp"
#include "base/try.hpp"
#include "mcp/page.hpp"
#include "mcp/tools.hpp"

namespace quire::mcp {
namespace {

using base::Json;

/// Some 8,000 tokens.
constexpr std::size_t kMostBytes = 32000;

Json json_of(const FileSummary& file) {
  return {{"file_path", file.file_path}, {"language", file.language}, {"chunks", file.chunks}};
}

Result<ToolAnswer> listed(LiveIndex& index, const ToolCall& call) {
  SearchRequest request;
  request.languages = languages_of(call);
  QUIRE_TRY_ASSIGN(request.paths, paths_of(index, call));
  QUIRE_TRY_ASSIGN(const Opened opened, index.now());
  const auto& [open, freshness] = opened;
  std::vector<FileSummary> files;
  if (open != nullptr) {
    const Searcher searcher = Searcher::without_embedder(open->corpus, open->root);
    QUIRE_TRY_ASSIGN(files, searcher.files(request));
  }
  Json listed = Json::array();
  ToolAnswer answer;
  std::size_t bytes = 0;
  for (const FileSummary& file : files) {
    Json object = json_of(file);
    bytes += base::dump_json(object).size() + 1;
    if (bytes > kMostBytes) {
      break;
    }
    answer.text += base::printable(file.file_path) + "\n";
    listed.push_back(std::move(object));
  }
  const std::size_t omitted = files.size() - listed.size();
  answer.structured = {{"files", std::move(listed)}, {"omitted", omitted}};
  const std::string hint = omitted > 0 ? answering::count_of(omitted, "more file", "more files") +
                                             "; path or language narrows the list."
                                       : why_nothing(freshness);
  if (!hint.empty()) {
    answer.structured["hint"] = hint;
    answer.text += hint + " ";
  }
  answer.structured["index"] = freshness;
  answer.text += answering::count_of(files.size(), "file", "files") + " [" +
                 in_words(answer.structured["index"]) + "]";
  return answer;
}

}  // namespace

ToolAnswer list_files(const Tool&, LiveIndex& index, const ToolCall& call) {
  return answer_or_error(listed(index, call));
}

}  // namespace quire::mcp
