#include "project/model.hpp"

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include <quire/indexer.hpp>

#include "base/try.hpp"
#include "project/named_models.hpp"

namespace quire::project {
namespace {

constexpr const char* kDefaultModel = "builtin";

/// A folder's whole path, so that it is found from anywhere. No folder stands for an address, even
/// where one of a tree is named like it.
std::string lasting_name(const std::string& model) {
  if (is_remote_model(model)) {
    return model;
  }
  std::error_code failed;
  const std::filesystem::path folder = std::filesystem::canonical(model, failed);
  return !failed && std::filesystem::is_directory(folder, failed) ? folder.string() : model;
}

Result<Model> open_model(std::string name) {
  QUIRE_TRY_ASSIGN(std::unique_ptr<Embedder> embedder, open_embedder(name));
  return Model{std::move(name), std::move(embedder), false};
}

/// True for a folder that only an index names.
bool is_unnamed_folder(const std::string& model) {
  std::error_code failed;
  const std::filesystem::path folder = std::filesystem::canonical(model, failed);
  return !failed && std::filesystem::is_directory(folder, failed) && !is_named_model(folder);
}

/// For an index that says who made it, but not how that is opened: made by an earlier version.
std::string guessed_name(const EmbedderIdentity& made_by) {
  return made_by.name == "hash" ? "hash:" + std::to_string(made_by.dimensions) : made_by.name;
}

Result<Model> open_recorded(const VectorStore& index, const EmbedderIdentity& made_by) {
  const std::string recorded = model_of(index);
  const std::string name = recorded.empty() ? guessed_name(made_by) : recorded;
  const std::string made = "the index was made with the model " + name;
  if (is_remote_model(name)) {
    return fail(ErrorCode::incompatible,
                made + "; text leaves this machine only if you say so: --model " + name);
  }
  if (is_unnamed_folder(name)) {
    return fail(ErrorCode::incompatible, made +
                                             ", a folder that you have not named here; "
                                             "`quire index --model " +
                                             name + "` does");
  }
  Result<Model> model = open_model(name);
  if (!model) {
    return fail(ErrorCode::incompatible, made +
                                             ", which can't be opened: " + model.error().message +
                                             "; `quire index --model` chooses another");
  }
  if (model->embedder->identity() != made_by) {
    return fail(ErrorCode::incompatible, made + " as " + made_by.to_string() + ", it is now " +
                                             model->embedder->identity().to_string() +
                                             "; `quire index --model " + name + "` takes that");
  }
  return model;
}

Result<Model> recorded_or_default(const VectorStore* index) {
  const auto made_by = index == nullptr ? std::nullopt : embedder_of(*index);
  return made_by ? open_recorded(*index, *made_by) : open_model(kDefaultModel);
}

Status check_made_by(const VectorStore& index, const Model& model) {
  const auto made_by = embedder_of(index);
  if (!made_by || *made_by == model.embedder->identity()) {
    return {};
  }
  return fail(ErrorCode::incompatible,
              "the index was made with the model " + made_by->to_string() + ", asked with " +
                  model.embedder->identity().to_string() + "; `quire index --model " + model.name +
                  "` changes the index to that");
}

}  // namespace

std::string said_model(const std::string& said) {
  const char* const value = std::getenv("QUIRE_MODEL");
  return !said.empty() || value == nullptr ? said : value;
}

Result<Model> model_to_index(const std::string& said, const VectorStore* index) {
  const std::string name = said_model(said);
  if (name.empty()) {
    return recorded_or_default(index);
  }
  QUIRE_TRY_ASSIGN(Model model, open_model(lasting_name(name)));
  model.said = true;
  return model;
}

Result<AskingModel> model_to_ask(const std::string& said, const VectorStore& index) {
  if (said_model(said).empty() && index.chunk_count() != 0 && !embedder_of(index)) {
    return AskingModel{
        nullptr,
        "the index does not say which model made its vectors (an import?); --model names it"};
  }
  Result<Model> model = model_to_index(said, &index);
  if (model) {
    QUIRE_TRY(check_made_by(index, *model));
    return AskingModel{std::move(model->embedder), ""};
  }
  if (!said_model(said).empty()) {
    return std::unexpected(std::move(model).error());
  }
  return AskingModel{nullptr, std::move(model).error().message};
}

bool is_said_remote(const std::string& said) {
  return is_remote_model(said_model(said));
}

Result<Searcher> searcher_of(const Corpus& corpus,
                             const AskingModel& model,
                             const std::filesystem::path& root) {
  return model.embedder == nullptr ? Searcher::without_embedder(corpus, root)
                                   : Searcher::create(corpus, *model.embedder, root);
}

}  // namespace quire::project
