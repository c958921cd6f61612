#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <quire/result.hpp>

#include "embedding/model2vec/embedding_table.hpp"
#include "embedding/model2vec/tokenizer.hpp"

namespace quire::model2vec {

/// A static embedding model (https://github.com/MinishLab/model2vec): a text's vector is the sum of
/// its tokens' vectors, brought to unit length. Of a text the first 512 tokens count, and no more
/// characters than 512 tokens of median length have.
///
/// Const members may run at the same time, each with a Scratch of its own.
class Model {
 public:
  struct Scratch {
    std::string repaired;
    std::vector<float> sum;
    Tokenizer::Scratch tokenizer;
  };

  /// Of the contents of model.safetensors, which must stay, and of tokenizer.json. Errors:
  /// `store_serde`, `incompatible`, `corrupt`.
  static Result<Model> read(std::string_view embeddings, std::string_view tokenizer);

  std::size_t dimensions() const { return table_.dimensions(); }

  /// The vector of `text`, any bytes, to `out`, of dimensions() numbers. A text without tokens, or
  /// whose tokens' vectors have no sum with a direction, gets (1, 0, 0, ...).
  void embed(std::string_view text, Scratch& scratch, std::span<float> out) const;

 private:
  Model(Tokenizer tokenizer, EmbeddingTable table);

  Tokenizer tokenizer_;
  EmbeddingTable table_;
};

}  // namespace quire::model2vec
