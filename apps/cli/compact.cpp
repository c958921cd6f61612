#include <quire/vector_store.hpp>

#include "answering/wording.hpp"
#include "base/try.hpp"
#include "cli/commands.hpp"
#include "project/place.hpp"

namespace quire::cli {

using answering::count_of;
using answering::size_of;
using answering::with_thousands;
using project::Place;

Result<int> run(const CompactCommand&, const GlobalOptions& options, Output&) {
  QUIRE_TRY_ASSIGN(const Place place, find_place(options));
  QUIRE_TRY_ASSIGN(VectorStore store, open_index(place));
  const StoreInfo before = store.info();
  QUIRE_TRY(store.checkpoint());
  const StoreInfo after = store.info();
  QUIRE_TRY(store.close());
  say(options, before.checkpoint_lsn == after.checkpoint_lsn
                   ? "nothing to merge: the journal is empty"
                   : "merged " + count_of(before.journal_rows, "row", "rows") + " and " +
                         size_of(before.journal_bytes) + " of journal; " +
                         count_of(after.chunks, "chunk", "chunks") + " at lsn " +
                         with_thousands(after.lsn));
  return 0;
}

}  // namespace quire::cli
