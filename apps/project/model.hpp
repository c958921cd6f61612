#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <quire/embedder.hpp>
#include <quire/result.hpp>
#include <quire/searcher.hpp>
#include <quire/vector_store.hpp>

/// Which embedder a command works with: --model, else $QUIRE_MODEL, else the one that made the
/// index, unless that would send text elsewhere: for that somebody has to say so, not a file.
namespace quire::project {

struct Model {
  std::string name;  ///< What open_embedder() took.
  std::unique_ptr<Embedder> embedder;
  bool said = false;  ///< By --model or $QUIRE_MODEL.
};

/// The model to make vectors of chunks with. `said`: of --model, or ""; `index`: null if there is
/// none that can be read. Errors: open_embedder()'s; `incompatible` if the index's own model is
/// not there, is another one now, is remote, or is a folder that this user has not named.
Result<Model> model_to_index(const std::string& said, const VectorStore* index);

/// The model to make vectors of questions with.
struct AskingModel {
  std::unique_ptr<Embedder> embedder;  ///< Null: `index` can be asked by words alone.
  std::string why_not;                 ///< Then; in words.
};

/// Errors: that of a model that was said and can't be opened; `incompatible` if another one made
/// the index: names both.
Result<AskingModel> model_to_ask(const std::string& said, const VectorStore& index);

/// `said`, else $QUIRE_MODEL; "" if neither says one.
std::string said_model(const std::string& said);

/// True if the model that was said, or $QUIRE_MODEL, is at an address: curl is started for it.
bool is_said_remote(const std::string& said);

/// Who asks `corpus` with `model`; both must outlive it. Errors: Searcher::create()'s.
Result<Searcher> searcher_of(const Corpus& corpus,
                             const AskingModel& model,
                             const std::filesystem::path& root);

}  // namespace quire::project
