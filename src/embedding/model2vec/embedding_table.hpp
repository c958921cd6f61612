#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <quire/result.hpp>

#include "embedding/model2vec/safetensors.hpp"
#include "embedding/model2vec/token_sink.hpp"

namespace quire::model2vec {

/// The vectors of tokens: rows of a matrix that stays in its file, for each token its row, and how
/// much it counts.
class EmbeddingTable {
 public:
  /// From model.safetensors: the matrix `embeddings`, `0` or `embedding.weight` (F64, F32, F16 or
  /// I8; I8 has no scale), and if they are there `mapping` (I32 or I64), the rows of tokens, and
  /// `weights` (F64, F32 or F16), what they count. `tokens` is how many of them there must be. The
  /// bytes must stay. Errors: `store_serde`, `incompatible`, and `corrupt` for a number that is
  /// infinite or none.
  static Result<EmbeddingTable> read(std::string_view file, std::size_t tokens);

  std::size_t dimensions() const { return dimensions_; }

  /// Adds the tokens' vectors to `sum`, of dimensions() numbers. A token is below `tokens`.
  void add(std::span<const TokenId> tokens, std::span<float> sum) const;

 private:
  enum class Type : std::uint8_t { f64, f32, f16, i8 };

  static Result<Tensor> matrix(const Safetensors& tensors);
  Status read_matrix(const Tensor& tensor);
  Status read_mapping(const std::optional<Tensor>& tensor, std::size_t tokens);
  Status read_weights(const std::optional<Tensor>& tensor, std::size_t tokens);
  Status check_rows() const;
  template <class Item>
  Status check_rows_of() const;
  template <class Item>
  void add_of(std::span<const TokenId> tokens, std::span<float> sum) const;

  Type type_ = Type::f32;
  std::string_view bytes_;
  std::size_t rows_ = 0;
  std::size_t dimensions_ = 0;
  std::vector<std::uint32_t> mapping_;  ///< By token; empty: a token's row is its number.
  std::vector<float> weights_;          ///< By token; empty: all count the same.
};

}  // namespace quire::model2vec
