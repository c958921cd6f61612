#include <quire/embedder.hpp>
#include <quire/indexer.hpp>
#include <quire/inspect.hpp>

#include "base/try.hpp"
#include "cli/commands.hpp"
#include "cli/indexing_run.hpp"
#include "cli/interrupt.hpp"
#include "cli/place.hpp"

namespace quire::cli {
namespace {

/// True if nothing of `store` can serve another run: other vectors than today's embedder makes.
bool made_otherwise(const VectorStore& store) {
  const EmbedderIdentity today = make_hashing_embedder()->identity();
  const auto made_by = embedder_of(store);
  const std::uint32_t dimensions = store.info().format.dimensions;
  return (made_by && *made_by != today) || (dimensions != 0 && dimensions != today.dimensions);
}

/// Opens the index; with --rebuild, in place of one that is damaged or of another embedder, an
/// empty one.
Result<VectorStore> open_for_indexing(const Place& place, bool rebuild) {
  const StoreOptions options = options_for_indexing(place);
  if (!index_exists(place.db)) {
    return VectorStore::open(place.db, options);
  }
  if (!rebuild) {
    return open_index(place, options);
  }
  {
    const Result<VectorStore> store = VectorStore::open(place.db, options);
    if (store && !made_otherwise(*store) && store->verify()) {
      return VectorStore::open(place.db, options);
    }
  }
  QUIRE_TRY(discard_store(place.db));
  return VectorStore::open(place.db, options_for_indexing(place));
}

void explain_first_run(const Place& place, const GlobalOptions& options) {
  say(options, "building an index of " + place.root.string() + " in " + place.db.string());
}

void explain_next_step(const GlobalOptions& options) {
  say(options, "now ask: quire search \"where is the configuration read\"");
}

}  // namespace

Result<int> run(const IndexCommand& command, const GlobalOptions& options, Output&) {
  QUIRE_TRY_ASSIGN(Place place, place_to_index(options, command.path));
  const bool first_run = !index_exists(place.db);
  QUIRE_TRY(prepare_folder(place, options));
  QUIRE_TRY_ASSIGN(VectorStore store, open_for_indexing(place, command.rebuild));
  place.root = root_of(place, store);
  Corpus corpus(std::move(store), place.db);
  if (first_run) {
    explain_first_run(place, options);
  }
  QUIRE_TRY_ASSIGN(const IndexReport report, run_indexing(corpus, place, command, options));
  QUIRE_TRY(corpus.close());
  if (report.interrupted) {
    return interrupt_exit_code();
  }
  if (first_run && report.files > 0) {
    explain_next_step(options);
  }
  return 0;
}

}  // namespace quire::cli
