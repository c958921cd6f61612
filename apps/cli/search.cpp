#include <utility>

#include <quire/embedder.hpp>
#include <quire/searcher.hpp>

#include "base/try.hpp"
#include "cli/answer.hpp"
#include "cli/commands.hpp"
#include "cli/interrupt.hpp"
#include "cli/look.hpp"
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

/// A new index of the place's tree.
Result<SeenIndex*> build(const Place& place,
                         const std::string& said,
                         const GlobalOptions& options) {
  QUIRE_TRY(prepare_folder(place, options));
  project::forbid_writes_but_below({place.db});
  say(options, "no index yet: building one of " + place.root.string() + " in " + place.db.string());
  QUIRE_TRY_ASSIGN(VectorStore store,
                   VectorStore::open(place.db, project::options_for_indexing(place)));
  QUIRE_TRY_ASSIGN(const Model model, model_to_index(said, &store));
  return indexed(std::move(store), place, model, options);
}

Result<SearchRequest> request_of(const SearchCommand& command, const Schema& fields) {
  QUIRE_TRY_ASSIGN(SearchRequest request, request_of(command.answer, command.query, fields));
  request.by = command.by == "words"     ? SearchRequest::By::words
               : command.by == "vectors" ? SearchRequest::By::vectors
                                         : SearchRequest::By::both;
  for (const std::string& name : command.without) {
    request.without.push_back(signal_of(name).value_or(Signal::words));
  }
  request.form = command.regex   ? SearchRequest::Form::regex
                 : command.fixed ? SearchRequest::Form::fixed
                                 : SearchRequest::Form::question;
  request.ignore_case = command.ignore_case;
  request.whole_words = command.whole_words;
  request.count = command.count;
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
  const bool is_new = may_build(place);
  if (is_new) {
    place = to_write_at(std::move(place), options);
  }
  QUIRE_TRY_ASSIGN(SeenIndex* const index,
                   is_new ? build(place, command.model, options)
                          : open_seen(place, command.answer.refresh, command.model, options));
  if (index == nullptr) {
    return interrupt_exit_code();
  }
  const VectorStore& store = index->corpus.store();
  QUIRE_TRY_ASSIGN(const SearchRequest request, request_of(command, store.fields()));
  QUIRE_TRY_ASSIGN(const AskingModel model, model_for(command, store));
  if (!model.why_not.empty()) {
    say(options, "found by words alone: " + model.why_not);
  }
  const std::filesystem::path root = root_of(place, store);
  QUIRE_TRY_ASSIGN(const Searcher searcher, project::searcher_of(index->corpus, model, root));
  QUIRE_TRY_ASSIGN(const SearchAnswer answer, searcher.search(request));
  const int code =
      print_answer(answer, index->corpus,
                   {command.query, root, index->look, command.explain, false, model.why_not},
                   command.answer, options, out);
  merge_if_due(*index);
  return code;
}

}  // namespace quire::cli
