#include <system_error>

#include <quire/searcher.hpp>

#include "base/try.hpp"
#include "cli/answer.hpp"
#include "cli/commands.hpp"
#include "cli/interrupt.hpp"
#include "cli/look.hpp"
#include "project/place.hpp"

namespace quire::cli {
namespace {

using project::Place;

namespace fs = std::filesystem;

/// `file` relative to the root, whether it was written from the current folder or from the root.
std::string path_in_tree(const std::string& file, const fs::path& root) {
  std::error_code failed;
  const fs::path here = fs::weakly_canonical(fs::absolute(file, failed), failed);
  const fs::path relative = here.lexically_relative(root);
  const bool inside = !failed && !relative.empty() && *relative.begin() != "..";
  return inside && fs::exists(here, failed) ? relative.string()
                                            : fs::path(file).lexically_normal().string();
}

}  // namespace

Result<int> run(const SimilarCommand& command, const GlobalOptions& options, Output& out) {
  QUIRE_TRY_ASSIGN(const Place place, place_to_ask(command.answer, options));
  QUIRE_TRY_ASSIGN(SeenIndex* const index, open_seen(place, command.answer.refresh, "", options));
  if (index == nullptr) {
    return interrupt_exit_code();
  }
  const VectorStore& store = index->corpus.store();
  QUIRE_TRY_ASSIGN(const SearchRequest request, request_of(command.answer, "", store.fields()));
  const fs::path root = root_of(place, store);
  const std::string path = path_in_tree(command.file, root);
  const Searcher searcher = Searcher::without_embedder(index->corpus, root);
  QUIRE_TRY_ASSIGN(const SearchAnswer answer, searcher.similar(path, command.line, request));
  const std::string query = path + ":" + std::to_string(command.line);
  const int code = print_answer(answer, index->corpus, {query, root, index->look, command.explain},
                                command.answer, options, out);
  merge_if_due(*index);
  return code;
}

}  // namespace quire::cli
