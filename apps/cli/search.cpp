#include <memory>
#include <optional>
#include <utility>

#include <quire/embedder.hpp>
#include <quire/searcher.hpp>

#include "base/try.hpp"
#include "cli/answer.hpp"
#include "cli/commands.hpp"
#include "cli/indexing_run.hpp"
#include "cli/interrupt.hpp"
#include "project/confinement.hpp"
#include "project/model.hpp"
#include "project/place.hpp"

namespace quire::cli {
namespace {

using project::AskingModel;
using project::index_exists;
using project::is_whole_home;
using project::Model;
using project::model_to_ask;
using project::model_to_index;
using project::Place;

bool may_build(const Place& place) {
  return !index_exists(place.db) && place.under_git && !is_whole_home(place.root);
}

/// The index, built or brought up to date first where that is wanted; nothing after Ctrl-C.
Result<std::optional<Corpus>> open_fresh(const Place& place,
                                         const SearchCommand& command,
                                         const GlobalOptions& options) {
  const bool build = may_build(place);
  if (!build && !command.refresh) {
    QUIRE_TRY_ASSIGN(VectorStore store, open_index(place));
    return Corpus(std::move(store), place.db);
  }
  if (build) {
    QUIRE_TRY(prepare_folder(place, options));
    project::forbid_writes_but_below({place.db});
    say(options,
        "no index yet: building one of " + place.root.string() + " in " + place.db.string());
  }
  const StoreOptions how = options_for_indexing(place);
  QUIRE_TRY_ASSIGN(VectorStore store,
                   build ? VectorStore::open(place.db, how) : open_index(place, how));
  Place known = place;
  known.root = root_of(place, store);
  Corpus corpus(std::move(store), place.db);
  QUIRE_TRY_ASSIGN(const Model model, model_to_index(command.model, &corpus.store()));
  QUIRE_TRY_ASSIGN(const IndexReport report, run_indexing(corpus, known, model, {}, options));
  return report.interrupted ? std::nullopt : std::optional(std::move(corpus));
}

Result<SearchRequest> request_of(const SearchCommand& command, const Schema& fields) {
  QUIRE_TRY_ASSIGN(SearchRequest request, request_of(command.answer, command.query, fields));
  request.by = command.by == "words"     ? SearchRequest::By::words
               : command.by == "vectors" ? SearchRequest::By::vectors
                                         : SearchRequest::By::both;
  for (const std::string& name : command.without) {
    request.without.push_back(signal_of(name).value_or(Signal::words));
  }
  request.regex = command.regex;
  request.explain = command.explain;
  return request;
}

/// What finds by words alone needs none.
Result<AskingModel> model_for(const SearchCommand& command, const VectorStore& store) {
  if (command.by == "words") {
    return AskingModel{};
  }
  QUIRE_TRY_ASSIGN(AskingModel model, model_to_ask(command.model, store));
  if (command.by == "vectors" && model.embedder == nullptr) {
    return fail(ErrorCode::unavailable, "search by vectors: " + model.why_not);
  }
  return model;
}

}  // namespace

Result<int> run(const SearchCommand& command, const GlobalOptions& options, Output& out) {
  QUIRE_TRY_ASSIGN(Place place, place_to_ask(command.answer, options));
  if (may_build(place)) {
    place = to_write_at(std::move(place), options);
  }
  QUIRE_TRY_ASSIGN(std::optional<Corpus> opened, open_fresh(place, command, options));
  if (!opened) {
    return interrupt_exit_code();
  }
  // The process ends with its answer: to give back piece by piece what the index took would take a
  // fifth of its time.
  static const Corpus* const corpus = new Corpus(*std::move(opened));
  QUIRE_TRY_ASSIGN(const SearchRequest request, request_of(command, corpus->store().fields()));
  QUIRE_TRY_ASSIGN(const AskingModel model, model_for(command, corpus->store()));
  if (!model.why_not.empty()) {
    say(options, "found by words alone: " + model.why_not);
  }
  const std::filesystem::path root = root_of(place, corpus->store());
  QUIRE_TRY_ASSIGN(const Searcher searcher, project::searcher_of(*corpus, model, root));
  QUIRE_TRY_ASSIGN(const SearchAnswer answer, searcher.search(request));
  return print_answer(answer, corpus->store(),
                      {command.query, root, command.explain, model.why_not}, command.answer,
                      options, out);
}

}  // namespace quire::cli
