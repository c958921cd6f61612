#include <quire/searcher.hpp>

#include "base/try.hpp"
#include "cli/answer.hpp"
#include "cli/commands.hpp"
#include "cli/interrupt.hpp"
#include "cli/look.hpp"
#include "project/place.hpp"

namespace quire::cli {

using project::Place;

Result<int> run(const SymbolCommand& command, const GlobalOptions& options, Output& out) {
  QUIRE_TRY_ASSIGN(const Place place, place_to_ask(command.answer, options));
  QUIRE_TRY_ASSIGN(SeenIndex* const index, open_seen(place, command.answer.refresh, "", options));
  if (index == nullptr) {
    return interrupt_exit_code();
  }
  const VectorStore& store = index->corpus.store();
  QUIRE_TRY_ASSIGN(const SearchRequest request,
                   request_of(command.answer, command.pattern, store.fields()));
  const std::filesystem::path root = root_of(place, store);
  const Searcher searcher = Searcher::without_embedder(index->corpus, root);
  QUIRE_TRY_ASSIGN(const SearchAnswer answer, searcher.symbol(command.pattern, request));
  const int code =
      print_answer(answer, index->corpus, {command.pattern, root, index->look, false, true},
                   command.answer, options, out);
  merge_if_due(*index);
  return code;
}

}  // namespace quire::cli
