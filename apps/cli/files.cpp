#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <quire/indexer.hpp>
#include <quire/searcher.hpp>

#include "answering/languages.hpp"
#include "base/json.hpp"
#include "base/printable.hpp"
#include "base/try.hpp"
#include "cli/commands.hpp"
#include "cli/interrupt.hpp"
#include "cli/look.hpp"
#include "cli/path_from_here.hpp"
#include "project/place.hpp"

namespace quire::cli {
namespace {

using base::printable;
using project::Place;

using base::Json;

std::string json_of(const std::vector<FileSummary>& files, std::int64_t swept_at) {
  Json results = Json::array();
  for (const FileSummary& file : files) {
    results.push_back(
        {{"file_path", file.file_path}, {"language", file.language}, {"chunks", file.chunks}});
  }
  return base::dump_json({{"schema", 1}, {"results", std::move(results)}, {"swept_at", swept_at}});
}

}  // namespace

Result<int> run(const FilesCommand& command, const GlobalOptions& options, Output& out) {
  QUIRE_TRY_ASSIGN(const Place place, find_place(options));
  QUIRE_TRY_ASSIGN(SeenIndex* const index, open_seen(place, command.refresh, "", options));
  if (index == nullptr) {
    return interrupt_exit_code();
  }
  SearchRequest request;
  request.languages = answering::named_languages(command.languages);
  request.paths = command.paths;
  const Searcher searcher = Searcher::without_embedder(index->corpus, place.root);
  QUIRE_TRY_ASSIGN(const std::vector<FileSummary> files, searcher.files(request));
  const int code = files.empty() ? 1 : 0;
  if (command.json) {
    out.write(json_of(files, std::max(index->look.whole_at, last_sweep(index->corpus.store()))) +
              "\n");
    return code;
  }
  const PathFromHere shown(root_of(place, index->corpus.store()));
  for (const FileSummary& file : files) {
    out.write(printable(shown(file.file_path)) + "\n");
  }
  if (files.empty()) {
    const std::vector<std::string> unknown = answering::unknown_values(request, index->corpus);
    say(options, unknown.empty() ? "no files are indexed" : unknown.front());
  }
  if (!index->look.lacks.empty()) {
    say(options, index->look.lacks);
  }
  merge_if_due(*index);
  return code;
}

}  // namespace quire::cli
