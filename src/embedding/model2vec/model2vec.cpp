#include "embedding/model2vec/model2vec.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.hpp"
#include "base/checksum.hpp"
#include "base/files.hpp"
#include "base/json.hpp"
#include "base/try.hpp"
#include "embedding/model2vec/model.hpp"
#include "embedding/model2vec/model_files.hpp"
#include "embedding/rows/rows.hpp"

namespace quire {
namespace {

/// Of the way from a text to its vector. A change of it makes a new version.
constexpr std::uint32_t kVersion = 1;

/// Of config.json and tokenizer.json; the vocabularies that Trie can hold take less.
constexpr std::uint64_t kLargestText = std::uint64_t{1} << 28;

class Model2vecEmbedder : public Embedder {
 public:
  Model2vecEmbedder(EmbedderIdentity identity,
                    model2vec::Model model,
                    std::unique_ptr<base::FileBytes> embeddings)
      : identity_(std::move(identity)),
        model_(std::move(model)),
        embeddings_(std::move(embeddings)) {}

  EmbedderIdentity identity() const override { return identity_; }

  Status embed_documents(std::span<const std::string_view> texts,
                         std::span<float> out) const override {
    const std::size_t dimensions = model_.dimensions();
    QUIRE_TRY(embedding::check_room(texts.size(), dimensions, out.size()));
    model2vec::Model::Scratch scratch;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      model_.embed(texts[i], scratch, out.subspan(i * dimensions, dimensions));
    }
    return {};
  }

  Status embed_query(std::string_view text, std::span<float> out) const override {
    return embed_documents(std::span(&text, 1), out);
  }

 private:
  EmbedderIdentity identity_;
  model2vec::Model model_;
  std::unique_ptr<base::FileBytes> embeddings_;  ///< The model's matrix lies in it.
};

Result<std::string> read_text(base::FileSystem& files, const std::string& path) {
  QUIRE_TRY_ASSIGN(const auto file, files.open(path, base::OpenMode::read));
  QUIRE_TRY_ASSIGN(const std::uint64_t size, file->size());
  if (size > kLargestText) {
    return fail(ErrorCode::incompatible, path + " has " + std::to_string(size) +
                                             " bytes; supported are " +
                                             std::to_string(kLargestText));
  }
  return file->read_at(0, size);
}

/// Nothing in it matters: vectors have unit length whatever "normalize" says.
Status check_config(std::string_view config) {
  QUIRE_TRY_ASSIGN(const base::JsonDocument json, base::JsonDocument::parse(config));
  return json.root().is_object() ? Status() : fail(ErrorCode::store_serde, "no JSON object");
}

std::string content_hash(std::string_view embeddings,
                         std::string_view tokenizer,
                         std::string_view config) {
  std::string hashes;
  base::ByteWriter writer(hashes);
  for (const std::string_view content : {embeddings, tokenizer, config}) {
    writer.u64(base::checksum(content));
  }
  return base::to_hex(base::checksum(hashes));
}

Result<std::unique_ptr<Embedder>> open_files(base::FileSystem& files,
                                             const model2vec::ModelFiles& paths) {
  QUIRE_TRY_ASSIGN(const std::string config, read_text(files, paths.config));
  if (const Status checked = check_config(config); !checked) {
    return std::unexpected(checked.error().while_doing(paths.config));
  }
  QUIRE_TRY_ASSIGN(const std::string tokenizer, read_text(files, paths.tokenizer));
  QUIRE_TRY_ASSIGN(auto embeddings, base::map_file(files, paths.embeddings));
  QUIRE_TRY_ASSIGN(auto model, model2vec::Model::read(embeddings->view(), tokenizer));
  EmbedderIdentity identity{"model2vec:" + paths.name, kVersion,
                            content_hash(embeddings->view(), tokenizer, config),
                            static_cast<std::uint32_t>(model.dimensions())};
  embeddings->release();
  return std::make_unique<Model2vecEmbedder>(std::move(identity), std::move(model),
                                             std::move(embeddings));
}

}  // namespace

Result<std::unique_ptr<Embedder>> open_model2vec(const std::filesystem::path& folder) {
  const std::shared_ptr<base::FileSystem> files = base::posix_file_system();
  QUIRE_TRY_ASSIGN(const model2vec::ModelFiles paths, model2vec::find_model_files(*files, folder));
  Result<std::unique_ptr<Embedder>> embedder = open_files(*files, paths);
  if (!embedder) {
    return std::unexpected(embedder.error().while_doing("open the model in " + folder.string()));
  }
  return embedder;
}

}  // namespace quire
