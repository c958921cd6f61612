#include <string>
#include <utility>

#include <quire/embedder.hpp>
#include <quire/indexer.hpp>
#include <quire/inspect.hpp>

#include "base/try.hpp"
#include "cli/commands.hpp"
#include "cli/indexing_run.hpp"
#include "cli/interrupt.hpp"
#include "project/confinement.hpp"
#include "project/model.hpp"
#include "project/named_models.hpp"
#include "project/owned_index.hpp"
#include "project/place.hpp"
#include "project/reading.hpp"

namespace quire::cli {
namespace {

using project::index_exists;
using project::Model;
using project::model_to_index;
using project::Place;

/// True if nothing of `store` can serve a run with `model`: it has other vectors.
bool made_otherwise(const VectorStore& store, const Model& model) {
  const EmbedderIdentity today = model.embedder->identity();
  const auto made_by = embedder_of(store);
  const std::uint32_t dimensions = store.info().format.dimensions;
  return (made_by && *made_by != today) || (dimensions != 0 && dimensions != today.dimensions);
}

struct Opened {
  VectorStore store;
  Model model;
};

/// Why nothing of what lies there can serve a run with `model`; empty if something can.
std::string why_anew(const Result<VectorStore>& store, const Model& model) {
  if (!store) {
    return store.error().message;
  }
  if (made_otherwise(*store, model)) {
    return "its vectors are another model's";
  }
  const Status sound = store->verify();
  return sound ? "" : sound.error().message;
}

/// In place of an index that is damaged, of a newer quire, or of another model, an empty one.
Result<Opened> open_to_rebuild(const Place& place,
                               const std::string& said,
                               const GlobalOptions& options) {
  Result<VectorStore> store = VectorStore::open(place.db, options_for_indexing(place));
  QUIRE_TRY_ASSIGN(Model model, model_to_index(said, store ? &*store : nullptr));
  if (const std::string why = why_anew(store, model); !why.empty()) {
    say(options, "discarding the old index: " + why);
    QUIRE_TRY(discard_store(place.db));
    QUIRE_TRY_ASSIGN(store, VectorStore::open(place.db, options_for_indexing(place)));
  }
  return Opened{*std::move(store), std::move(model)};
}

Result<Opened> open_for_indexing(const Place& place,
                                 const IndexCommand& command,
                                 const GlobalOptions& options) {
  if (command.rebuild && index_exists(place.db)) {
    return open_to_rebuild(place, command.model, options);
  }
  QUIRE_TRY_ASSIGN(VectorStore store,
                   index_exists(place.db)
                       ? open_index(place, options_for_indexing(place))
                       : VectorStore::open(place.db, options_for_indexing(place)));
  QUIRE_TRY_ASSIGN(Model model, model_to_index(command.model, &store));
  return Opened{std::move(store), std::move(model)};
}

/// An index that is not known as ours is opened by nobody; with --rebuild it gives its place up,
/// with --adopt it counts as ours from now on.
Status settle_owner(const Place& place, const IndexCommand& command, const GlobalOptions& options) {
  Status owned = project::check_owned(place);
  if (owned || (!command.rebuild && !command.adopt)) {
    return owned;
  }
  if (command.adopt) {
    return project::mark_owned(place);
  }
  QUIRE_TRY_ASSIGN(const std::string kept, project::set_aside(place));
  say(options, "moved the index that was not made here by you to " + kept);
  return {};
}

/// So that commands that find its name in the index may read it.
void note_model(const IndexCommand& command, const GlobalOptions& options) {
  const Status noted = project::note_named_model(project::said_model(command.model));
  if (!noted) {
    say(options, "the model's folder has to be named by --model or QUIRE_MODEL each time: " +
                     noted.error().message);
  }
}

/// The tree is the one that was found, or the run ends.
void forbid_other_reads(Place place, const IndexCommand& command) {
  place.root_known = true;
  project::forbid_other_reads(place, command.model);
}

void explain_first_run(const Place& place, const GlobalOptions& options) {
  say(options, "building an index of " + place.root.string() + " in " + place.db.string());
}

void explain_next_step(const Place& place,
                       const IndexReport& report,
                       const GlobalOptions& options) {
  say(options, report.files > 0 ? "now ask: quire search \"where is the configuration read\""
                                : "nothing to search: no files to index in " + place.root.string());
}

}  // namespace

Result<int> run(const IndexCommand& command, const GlobalOptions& options, Output&) {
  QUIRE_TRY_ASSIGN(Place place, place_to_index(options, command.path));
  QUIRE_TRY(settle_owner(place, command, options));
  const bool first_run = !index_exists(place.db);
  QUIRE_TRY(prepare_folder(place, options));
  note_model(command, options);
  project::forbid_writes_but_below({place.db});
  forbid_other_reads(place, command);
  QUIRE_TRY_ASSIGN(Opened opened, open_for_indexing(place, command, options));
  QUIRE_TRY(project::check_tree_is_named(place, opened.store));
  place.root_known = true;
  Corpus corpus(std::move(opened.store), place.db);
  if (first_run) {
    explain_first_run(place, options);
  }
  if (!command.rebuild) {
    QUIRE_TRY_ASSIGN(const bool changed, change_model(corpus.store(), opened.model, options));
    if (!changed) {
      QUIRE_TRY(corpus.close());
      return interrupt_exit_code();
    }
  }
  QUIRE_TRY_ASSIGN(const IndexReport report,
                   run_indexing(corpus, place, opened.model, command, options));
  QUIRE_TRY(corpus.close());
  if (report.interrupted) {
    return interrupt_exit_code();
  }
  if (first_run || report.files == 0) {
    explain_next_step(place, report, options);
  }
  return 0;
}

}  // namespace quire::cli
