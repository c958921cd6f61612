#include "embedding/model2vec/model_files.hpp"

#include <array>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/try.hpp"

namespace quire::model2vec {
namespace {

constexpr std::string_view kConfig = "config.json";
constexpr std::string_view kSentenceConfig = "config_sentence_transformers.json";
constexpr std::string_view kSubfolder = "0_StaticEmbedding";

/// Absolute, without "." and "..", and without a slash at the end.
std::filesystem::path plain(const std::filesystem::path& folder) {
  std::error_code ignored;
  const std::filesystem::path absolute = std::filesystem::absolute(folder, ignored);
  const std::filesystem::path path = (absolute.empty() ? folder : absolute).lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

/// Empty files count as missing, and so do pipes and devices.
Result<bool> is_there(base::FileSystem& files, const std::string& path) {
  QUIRE_TRY_ASSIGN(const base::FileStat stat, files.stat(path));
  return stat.exists && !stat.is_directory && stat.size > 0;
}

Result<std::optional<std::string>> missing(base::FileSystem& files, const ModelFiles& model) {
  for (const std::string* path : {&model.embeddings, &model.tokenizer, &model.config}) {
    QUIRE_TRY_ASSIGN(const bool there, is_there(files, *path));
    if (!there) {
      return *path;
    }
  }
  return std::nullopt;
}

ModelFiles layout(const std::filesystem::path& root,
                  std::string_view config,
                  const std::filesystem::path& folder) {
  return {root.filename().string(), (root / config).string(),
          (folder / "model.safetensors").string(), (folder / "tokenizer.json").string()};
}

}  // namespace

Result<ModelFiles> find_model_files(base::FileSystem& files, const std::filesystem::path& folder) {
  const std::filesystem::path path = plain(folder);
  const std::filesystem::path root = path.filename() == kSubfolder ? path.parent_path() : path;
  const auto layouts = std::to_array<ModelFiles>({
      layout(path, kConfig, path),
      layout(path, kSentenceConfig, path),
      layout(root, kSentenceConfig, root / kSubfolder),
  });
  for (const ModelFiles& each : layouts) {
    QUIRE_TRY_ASSIGN(const std::optional<std::string> lacking, missing(files, each));
    if (!lacking.has_value()) {
      return each;
    }
  }
  QUIRE_TRY_ASSIGN(const std::optional<std::string> lacking, missing(files, layouts[0]));
  return fail(ErrorCode::not_found,
              "no model2vec model in " + path.string() + ": " + lacking.value_or("") +
                  " is missing or empty; a model is model.safetensors, tokenizer.json and "
                  "config.json");
}

}  // namespace quire::model2vec
