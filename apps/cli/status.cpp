#include <algorithm>
#include <ctime>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include <quire/indexer.hpp>

#include "answering/wording.hpp"
#include "base/json.hpp"
#include "base/printable.hpp"
#include "base/try.hpp"
#include "cli/commands.hpp"
#include "project/confinement.hpp"
#include "project/place.hpp"

namespace quire::cli {
namespace {

using answering::age;
using answering::count_of;
using answering::size_of;
using answering::with_thousands;
using base::printable;
using project::Place;

using base::Json;

/// The on-disk format that this program writes.
constexpr int kStoreFormat = 1;
constexpr std::size_t kLanguagesShown = 8;

struct LanguageCount {
  std::string language;
  std::uint64_t files = 0;
};

struct Facts {
  Place place;
  StoreInfo store;
  std::string embedder;  ///< "" if unknown.
  std::string model;     ///< What --model takes; "" if unknown.
  std::optional<UnfinishedChange> change;
  std::int64_t swept_at = 0;
  std::uint64_t files = 0;
  std::uint64_t disk_bytes = 0;
  std::vector<LanguageCount> languages;  ///< Most files first.
};

std::uint64_t size_on_disk(const std::filesystem::path& folder) {
  std::error_code failed;
  std::uint64_t bytes = 0;
  for (std::filesystem::recursive_directory_iterator entry(folder, failed), end;
       !failed && entry != end; entry.increment(failed)) {
    std::error_code unreadable;
    const std::uintmax_t size = entry->file_size(unreadable);
    bytes += unreadable ? 0 : size;
  }
  return bytes;
}

std::vector<LanguageCount> count_languages(const std::vector<FileSummary>& files) {
  std::map<std::string, std::uint64_t> counts;
  for (const FileSummary& file : files) {
    ++counts[file.language];
  }
  std::vector<LanguageCount> languages;
  languages.reserve(counts.size());
  for (const auto& [language, count] : counts) {
    languages.push_back({language, count});
  }
  std::ranges::stable_sort(languages, std::ranges::greater{}, &LanguageCount::files);
  return languages;
}

Json json_of(const std::optional<UnfinishedChange>& change) {
  return change ? Json{{"embedder", change->embedder.to_string()}, {"chunks", change->chunks}}
                : Json(nullptr);
}

std::string json_of(const Facts& facts) {
  Json languages = Json::object();
  for (const LanguageCount& language : facts.languages) {
    languages[language.language] = language.files;
  }
  const VectorFormat& format = facts.store.format;
  return base::dump_json(
      {{"schema", 1},
       {"root", facts.place.root.string()},
       {"db", facts.place.db.string()},
       {"files", facts.files},
       {"chunks", facts.store.chunks},
       {"languages", std::move(languages)},
       {"disk_bytes", facts.disk_bytes},
       {"embedder", facts.embedder.empty() ? Json(nullptr) : Json(facts.embedder)},
       {"model", facts.model.empty() ? Json(nullptr) : Json(facts.model)},
       {"unfinished_model", json_of(facts.change)},
       {"dimensions", format.dimensions},
       {"metric", to_string(format.metric)},
       {"scalar", to_string(format.scalar)},
       {"swept_at", facts.swept_at},
       {"store_format", kStoreFormat},
       {"uuid", facts.store.uuid},
       {"lsn", facts.store.lsn},
       {"checkpoint_lsn", facts.store.checkpoint_lsn},
       {"journal_bytes", facts.store.journal_bytes},
       {"journal_rows", facts.store.journal_rows},
       {"dropped_tail_bytes", facts.store.dropped_tail_bytes},
       {"warning", facts.store.warning}});
}

std::string languages_in_words(const std::vector<LanguageCount>& languages) {
  std::string out;
  for (std::size_t i = 0; i < std::min(languages.size(), kLanguagesShown); ++i) {
    out += (out.empty() ? "" : ", ") + languages[i].language + " " +
           with_thousands(languages[i].files);
  }
  return languages.size() > kLanguagesShown
             ? out + ", and " + std::to_string(languages.size() - kLanguagesShown) + " more"
             : out;
}

std::string text_of(const Facts& facts) {
  const StoreInfo& store = facts.store;
  const VectorFormat& format = store.format;
  std::string out;
  const auto row = [&out](std::string name, const std::string& value) {
    name.resize(10, ' ');
    out += name + printable(value) + "\n";
  };
  row("tree", facts.place.root.string());
  row("index", facts.place.db.string() + " (" + size_of(facts.disk_bytes) + ")");
  row("files", with_thousands(facts.files));
  if (!facts.languages.empty()) {
    row("languages", languages_in_words(facts.languages));
  }
  row("chunks", with_thousands(store.chunks));
  row("model", (facts.embedder.empty() ? "unknown" : facts.embedder) + ", " +
                   std::string(to_string(format.scalar)) + ", " +
                   std::string(to_string(format.metric)) +
                   (facts.model.empty() ? "" : "; --model " + facts.model));
  if (facts.change) {
    row("changing", "to " + facts.change->embedder.to_string() + ": " +
                        count_of(facts.change->chunks, "chunk", "chunks") +
                        " embedded; `quire index --model` goes on");
  }
  row("indexed", facts.swept_at == 0 ? "never whole; `quire index` goes on"
                                     : age(facts.swept_at, std::time(nullptr)));
  row("store", "format " + std::to_string(kStoreFormat) + ", lsn " + with_thousands(store.lsn) +
                   ", journal " + size_of(store.journal_bytes) + " (" +
                   count_of(store.journal_rows, "row", "rows") + " since the checkpoint)");
  if (!store.warning.empty()) {
    row("warning", store.warning);
  }
  return out;
}

Result<Facts> gather(const Place& place, const VectorStore& store) {
  Facts facts{place,
              store.info(),
              "",
              model_of(store),
              unfinished_change(store),
              last_sweep(store),
              0,
              size_on_disk(place.db),
              {}};
  facts.place.root = root_of(place, store);
  QUIRE_TRY_ASSIGN(const std::vector<FileSummary> files, store.list_files());
  facts.files = files.size();
  facts.languages = count_languages(files);
  if (const auto embedder = embedder_of(store)) {
    facts.embedder = embedder->to_string();
  }
  return facts;
}

}  // namespace

Result<int> run(const StatusCommand& command, const GlobalOptions& options, Output& out) {
  QUIRE_TRY_ASSIGN(const Place place, find_place(options));
  QUIRE_TRY_ASSIGN(const VectorStore store, open_index(place));
  QUIRE_TRY_ASSIGN(const Facts facts, gather(place, store));
  out.write(command.json ? json_of(facts) + "\n" : text_of(facts));
  if (command.verbose && !command.json) {
    out.write("confined  " + printable(project::confinement_in_words()) + "\n");
  }
  return 0;
}

}  // namespace quire::cli
