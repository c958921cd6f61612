#pragma once

#include <filesystem>
#include <string>

#include <quire/result.hpp>

#include "base/files.hpp"

namespace quire::model2vec {

/// Where the parts of a model lie.
struct ModelFiles {
  std::string name;  ///< The last component of the folder that is the model's.
  std::string config;
  std::string embeddings;
  std::string tokenizer;
};

/// Looks for model.safetensors and tokenizer.json in `folder` with a config.json or
/// config_sentence_transformers.json, or in its subfolder 0_StaticEmbedding with the latter above;
/// `folder` may be that subfolder too. Errors: `not_found`, with what is missing; `store_io`.
Result<ModelFiles> find_model_files(base::FileSystem& files, const std::filesystem::path& folder);

}  // namespace quire::model2vec
