#include <map>
#include <string>
#include <utility>

#include <quire/indexer.hpp>

#include "answering/wording.hpp"
#include "base/try.hpp"
#include "mcp/page.hpp"
#include "mcp/tools.hpp"

namespace quire::mcp {
namespace {

using base::Json;

Result<Json> counts_of(const VectorStore& store) {
  QUIRE_TRY_ASSIGN(const std::vector<FileSummary> files, store.list_files());
  std::map<std::string, std::uint64_t> languages;
  for (const FileSummary& file : files) {
    ++languages[file.language];
  }
  Json counts = Json::object();
  for (const auto& [language, count] : languages) {
    counts[language] = count;
  }
  return Json{{"files", files.size()},
              {"chunks", store.chunk_count()},
              {"languages", std::move(counts)},
              {"model", model_of(store)}};
}

Result<Json> facts_of(LiveIndex& index) {
  QUIRE_TRY_ASSIGN(const Opened opened, index.now());
  const auto& [open, freshness] = opened;
  QUIRE_TRY_ASSIGN(const project::Place place, index.place());
  Json facts = {{"root", open == nullptr ? place.root.string() : open->root.string()},
                {"db", place.db.string()}};
  if (open == nullptr) {
    facts.update({{"files", 0}, {"chunks", 0}, {"languages", Json::object()}});
  } else {
    QUIRE_TRY_ASSIGN(const Json counts, counts_of(open->corpus.store()));
    facts.update(counts);
  }
  facts["index"] = freshness;
  if (std::string hint = why_nothing(facts["index"]); !hint.empty()) {
    facts["hint"] = std::move(hint);
  }
  return facts;
}

Result<ToolAnswer> told(LiveIndex& index) {
  ToolAnswer answer;
  QUIRE_TRY_ASSIGN(answer.structured, facts_of(index));
  answer.text =
      base::dump_json(answer.structured) + "\n[" + in_words(answer.structured["index"]) + "]";
  return answer;
}

}  // namespace

ToolAnswer status(const Tool&, LiveIndex& index, const ToolCall&) {
  return answer_or_error(told(index));
}

}  // namespace quire::mcp
