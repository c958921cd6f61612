#include "cli/look.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <string_view>
#include <utility>

#include <quire/indexer.hpp>

#include "answering/wording.hpp"
#include "base/try.hpp"
#include "cli/indexing_run.hpp"
#include "project/model.hpp"

namespace quire::cli {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kBudget{150};
constexpr const char* kWayOn = " (--refresh takes the time)";
/// A look that finds nothing new is not written down; one that does is.
constexpr std::chrono::hours kRecordInterval{24};
/// More are merged by `quire index` alone: it takes seconds.
constexpr std::uint64_t kQuicklyMerged = 100'000;

milliseconds budget() {
  const char* const value = std::getenv("QUIRE_REFRESH_MS");
  const std::string_view said = value == nullptr ? "" : value;
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(said.data(), said.data() + said.size(), count);
  const bool is_number = !said.empty() && error == std::errc{} && end == said.data() + said.size();
  return is_number ? milliseconds(count) : kBudget;
}

/// An index of a tree that is not named by it alone, and that it has seen whole.
bool may_look(const VectorStore& store, const project::Place& place) {
  return !place.root.empty() && root_of(place, store) == place.root && last_sweep(store) != 0 &&
         knows_files(store);
}

std::string lacks_of(const IndexReport& report, milliseconds budget) {
  if (!report.unread) {
    return "what changed since is unknown: to look takes more than " +
           std::to_string(budget.count()) + " ms" + kWayOn;
  }
  return answering::count_of(*report.unread, "file", "files") +
         " may have changed since and could not be read in " + std::to_string(budget.count()) +
         " ms" + kWayOn;
}

std::string lacks_of(const Error& error) {
  return error.code == ErrorCode::locked
             ? "what changed since is unknown: another process is changing the index"
             : "what changed since is unknown: " + error.message;
}

bool changed_chunks(const IndexReport& report) {
  return report.chunks_inserted + report.chunks_removed > 0;
}

Result<IndexReport> bring_up_to_date(Corpus& corpus,
                                     const project::Place& place,
                                     Clock::time_point until) {
  QUIRE_TRY_ASSIGN(const project::Model model, project::model_to_index("", &corpus.store()));
  if (const TextDestination to = model.embedder->destination(); !to.host.empty()) {
    return fail(ErrorCode::unavailable, "`quire index` alone sends text to " + to.host);
  }
  IndexOptions options;
  options.root = place.root;
  options.thorough = false;
  options.sweep_interval = kRecordInterval;
  options.should_stop = [until] { return Clock::now() >= until; };
  QUIRE_TRY_ASSIGN(IndexReport report, index_tree(corpus.store(), *model.embedder, options));
  if (changed_chunks(report)) {
    const Status saved = corpus.save_words();
    static_cast<void>(saved);  // Without, the next view makes them anew.
  }
  return report;
}

void look_at_tree(SeenIndex& index, const project::Place& place, milliseconds longest) {
  const std::int64_t began = std::time(nullptr);
  const Result<IndexReport> report = bring_up_to_date(index.corpus, place, Clock::now() + longest);
  if (!report) {
    index.look.lacks = lacks_of(report.error());
    return;
  }
  index.changed = changed_chunks(*report);
  index.look = report->interrupted ? Look{0, lacks_of(*report, longest)} : Look{began, ""};
}

/// Never given back. Of the first call: a process answers one question.
SeenIndex* kept(VectorStore store, const project::Place& place) {
  static SeenIndex* const index = new SeenIndex{Corpus(std::move(store), place.db), {}, false};
  return index;
}

Result<SeenIndex*> open_and_look(const project::Place& place, milliseconds longest) {
  StoreOptions how;
  how.automatic_checkpoint = false;
  how.lock_timeout = std::max(longest, milliseconds::zero());
  QUIRE_TRY_ASSIGN(VectorStore store, open_index(place, how));
  SeenIndex* const seen = kept(std::move(store), place);
  if (longest > milliseconds::zero() && may_look(seen->corpus.store(), place)) {
    look_at_tree(*seen, place, longest);
  }
  return seen;
}

Result<SeenIndex*> open_and_refresh(const project::Place& place,
                                    const std::string& said,
                                    const GlobalOptions& options) {
  QUIRE_TRY_ASSIGN(VectorStore store, open_index(place, project::options_for_indexing(place)));
  project::Place known = place;
  known.root = root_of(place, store);
  QUIRE_TRY_ASSIGN(const project::Model model, project::model_to_index(said, &store));
  return indexed(std::move(store), known, model, options);
}

}  // namespace

Result<SeenIndex*> indexed(VectorStore store,
                           const project::Place& place,
                           const project::Model& model,
                           const GlobalOptions& options) {
  SeenIndex* const seen = kept(std::move(store), place);
  QUIRE_TRY_ASSIGN(const IndexReport report, run_indexing(seen->corpus, place, model, {}, options));
  return report.interrupted ? nullptr : seen;
}

Result<SeenIndex*> open_seen(const project::Place& place,
                             Refresh refresh,
                             const std::string& model,
                             const GlobalOptions& options) {
  return refresh == Refresh::all
             ? open_and_refresh(place, model, options)
             : open_and_look(place, refresh == Refresh::none ? milliseconds::zero() : budget());
}

void merge_if_due(SeenIndex& index) {
  VectorStore& store = index.corpus.store();
  if (index.changed && store.checkpoint_due() && store.chunk_count() <= kQuicklyMerged) {
    const Status merged = store.checkpoint();
    static_cast<void>(merged);  // What was due stays due.
  }
}

}  // namespace quire::cli
