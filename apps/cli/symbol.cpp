#include <quire/searcher.hpp>

#include "base/try.hpp"
#include "cli/answer.hpp"
#include "cli/commands.hpp"
#include "project/place.hpp"

namespace quire::cli {

using project::Place;

Result<int> run(const SymbolCommand& command, const GlobalOptions& options, Output& out) {
  QUIRE_TRY_ASSIGN(const Place place, place_to_ask(command.answer, options));
  QUIRE_TRY_ASSIGN(VectorStore store, open_index(place));
  QUIRE_TRY_ASSIGN(const SearchRequest request,
                   request_of(command.answer, command.pattern, store.fields()));
  const Corpus corpus(std::move(store), place.db);
  const std::filesystem::path root = root_of(place, corpus.store());
  const Searcher searcher = Searcher::without_embedder(corpus, root);
  QUIRE_TRY_ASSIGN(const SearchAnswer answer, searcher.symbol(command.pattern, request));
  return print_answer(answer, corpus.store(), {command.pattern, root}, command.answer, options,
                      out);
}

}  // namespace quire::cli
