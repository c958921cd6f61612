#include "embedding/model2vec/embedding_table.hpp"

#include <bit>
#include <cstring>
#include <string>

#include <quire/vector_format.hpp>

#include "base/try.hpp"
#include "embedding/model2vec/json_members.hpp"

namespace quire::model2vec {
namespace {

// How each type's items lie in the file, and what they are as floats.

struct F64 {
  using Stored = double;
  static float number(double stored) { return static_cast<float>(stored); }
};

struct F32 {
  using Stored = float;
  static float number(float stored) { return stored; }
};

struct F16 {
  using Stored = std::uint16_t;
  /// The exponent's bias is 112 less than a float's; subnormals become normal by the product.
  static float number(std::uint16_t stored) {
    const std::uint32_t sign = (stored & 0x8000U) << 16;
    const std::uint32_t exponent = (stored & 0x7C00U) == 0x7C00U ? 0x7F800000U : 0;
    const float size =
        std::bit_cast<float>((stored & 0x7FFFU) << 13) * std::bit_cast<float>(0x77800000U);
    return std::bit_cast<float>(std::bit_cast<std::uint32_t>(size) | exponent | sign);
  }
};

struct I8 {
  using Stored = std::int8_t;
  static float number(std::int8_t stored) { return static_cast<float>(stored); }
};

template <class Item>
float number_at(const char* items, std::size_t index) {
  typename Item::Stored stored{};
  std::memcpy(&stored, items + index * sizeof stored, sizeof stored);
  return Item::number(stored);
}

bool is_finite(float number) {
  return (std::bit_cast<std::uint32_t>(number) & 0x7F800000U) != 0x7F800000U;
}

template <class Item>
bool all_finite(const char* items, std::size_t count) {
  std::uint32_t wrong = 0;
  for (std::size_t i = 0; i < count; ++i) {
    wrong |= is_finite(number_at<Item>(items, i)) ? 0U : 1U;
  }
  return wrong == 0;
}

template <class Item>
std::vector<float> all_numbers(std::string_view bytes) {
  std::vector<float> out(bytes.size() / sizeof(typename Item::Stored));
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = number_at<Item>(bytes.data(), i);
  }
  return out;
}

template <class Stored>
Result<std::vector<std::uint32_t>> all_rows(std::string_view bytes, std::size_t rows) {
  std::vector<std::uint32_t> out(bytes.size() / sizeof(Stored));
  for (std::size_t i = 0; i < out.size(); ++i) {
    Stored row{};
    std::memcpy(&row, bytes.data() + i * sizeof row, sizeof row);
    if (row < 0 || static_cast<std::uint64_t>(row) >= rows) {
      return fail(ErrorCode::store_serde, "tensor \"mapping\" sends token " + std::to_string(i) +
                                              " to row " + std::to_string(row) + " of " +
                                              std::to_string(rows));
    }
    out[i] = static_cast<std::uint32_t>(row);
  }
  return out;
}

Status expect_tokens(std::string_view name, const Tensor& tensor, std::size_t tokens) {
  if (tensor.shape.size() != 1 || tensor.shape[0] != tokens) {
    return fail(ErrorCode::store_serde, "tensor \"" + std::string(name) + "\" is not a list of " +
                                            std::to_string(tokens) +
                                            " numbers, one for each token of tokenizer.json");
  }
  return {};
}

Result<std::optional<Tensor>> find(const Safetensors& tensors, std::string_view name) {
  Result<std::optional<Tensor>> tensor = tensors.tensor(name);
  if (!tensor) {
    return std::unexpected(tensor.error().while_doing("tensor \"" + std::string(name) + "\""));
  }
  return tensor;
}

}  // namespace

Result<EmbeddingTable> EmbeddingTable::read(std::string_view file, std::size_t tokens) {
  QUIRE_TRY_ASSIGN(const Safetensors tensors, Safetensors::read(file));
  QUIRE_TRY_ASSIGN(const Tensor rows, matrix(tensors));
  QUIRE_TRY_ASSIGN(const std::optional<Tensor> mapping, find(tensors, "mapping"));
  QUIRE_TRY_ASSIGN(const std::optional<Tensor> weights, find(tensors, "weights"));
  EmbeddingTable table;
  QUIRE_TRY(table.read_matrix(rows));
  QUIRE_TRY(table.read_mapping(mapping, tokens));
  QUIRE_TRY(table.read_weights(weights, tokens));
  QUIRE_TRY(table.check_rows());
  return table;
}

Result<Tensor> EmbeddingTable::matrix(const Safetensors& tensors) {
  for (const std::string_view name : {"embeddings", "0", "embedding.weight"}) {
    QUIRE_TRY_ASSIGN(std::optional<Tensor> tensor, find(tensors, name));
    if (tensor.has_value()) {
      return *std::move(tensor);
    }
  }
  return fail(ErrorCode::incompatible,
              "no static embedding model: no tensor \"embeddings\", \"0\" or \"embedding.weight\", "
              "but " +
                  tensors.names());
}

Status EmbeddingTable::read_matrix(const Tensor& tensor) {
  if (tensor.type == "F64") {
    type_ = Type::f64;
  } else if (tensor.type == "F32") {
    type_ = Type::f32;
  } else if (tensor.type == "F16") {
    type_ = Type::f16;
  } else if (tensor.type == "I8") {
    type_ = Type::i8;
  } else {
    return unsupported("embeddings of the type \"" + tensor.type + "\"", "F64, F32, F16 and I8");
  }
  if (tensor.shape.size() != 2 || tensor.bytes.empty() || tensor.shape[0] > UINT32_MAX ||
      tensor.shape[1] > kMaxDimensions) {
    return fail(ErrorCode::store_serde, "embeddings are not a matrix of 1 to " +
                                            std::to_string(kMaxDimensions) + " columns");
  }
  rows_ = tensor.shape[0];
  dimensions_ = tensor.shape[1];
  bytes_ = tensor.bytes;
  return {};
}

Status EmbeddingTable::read_mapping(const std::optional<Tensor>& tensor, std::size_t tokens) {
  if (!tensor.has_value()) {
    return rows_ == tokens
               ? Status()
               : fail(ErrorCode::incompatible,
                      std::to_string(rows_) + " rows of embeddings for " + std::to_string(tokens) +
                          " tokens of tokenizer.json: the two files are not of one "
                          "model, or a tensor \"mapping\" is missing");
  }
  if (tensor->type != "I32" && tensor->type != "I64") {
    return unsupported("a mapping of the type \"" + tensor->type + "\"", "I32 and I64");
  }
  QUIRE_TRY(expect_tokens("mapping", *tensor, tokens));
  QUIRE_TRY_ASSIGN(mapping_, tensor->type == "I32" ? all_rows<std::int32_t>(tensor->bytes, rows_)
                                                   : all_rows<std::int64_t>(tensor->bytes, rows_));
  return {};
}

Status EmbeddingTable::read_weights(const std::optional<Tensor>& tensor, std::size_t tokens) {
  if (!tensor.has_value()) {
    return {};
  }
  QUIRE_TRY(expect_tokens("weights", *tensor, tokens));
  if (tensor->type == "F64") {
    weights_ = all_numbers<F64>(tensor->bytes);
  } else if (tensor->type == "F32") {
    weights_ = all_numbers<F32>(tensor->bytes);
  } else if (tensor->type == "F16") {
    weights_ = all_numbers<F16>(tensor->bytes);
  } else {
    return unsupported("weights of the type \"" + tensor->type + "\"", "F64, F32 and F16");
  }
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    if (!is_finite(weights_[i])) {
      return fail(ErrorCode::corrupt,
                  "the weight of token " + std::to_string(i) + " is no finite number");
    }
  }
  return {};
}

Status EmbeddingTable::check_rows() const {
  switch (type_) {
    case Type::f64:
      return check_rows_of<F64>();
    case Type::f32:
      return check_rows_of<F32>();
    case Type::f16:
      return check_rows_of<F16>();
    case Type::i8:
      return {};
  }
  return {};
}

template <class Item>
Status EmbeddingTable::check_rows_of() const {
  const std::size_t row_size = dimensions_ * sizeof(typename Item::Stored);
  for (std::size_t row = 0; row < rows_; ++row) {
    if (!all_finite<Item>(bytes_.data() + row * row_size, dimensions_)) {
      return fail(ErrorCode::corrupt,
                  "row " + std::to_string(row) + " of the embeddings holds no finite numbers");
    }
  }
  return {};
}

void EmbeddingTable::add(std::span<const TokenId> tokens, std::span<float> sum) const {
  switch (type_) {
    case Type::f64:
      return add_of<F64>(tokens, sum);
    case Type::f32:
      return add_of<F32>(tokens, sum);
    case Type::f16:
      return add_of<F16>(tokens, sum);
    case Type::i8:
      return add_of<I8>(tokens, sum);
  }
}

template <class Item>
void EmbeddingTable::add_of(std::span<const TokenId> tokens, std::span<float> sum) const {
  const std::size_t row_size = dimensions_ * sizeof(typename Item::Stored);
  for (const TokenId token : tokens) {
    const std::size_t row = mapping_.empty() ? token : mapping_[token];
    const float weight = weights_.empty() ? 1.0F : weights_[token];
    const char* const items = bytes_.data() + row * row_size;
    for (std::size_t i = 0; i < sum.size(); ++i) {
      sum[i] += weight * number_at<Item>(items, i);
    }
  }
}

}  // namespace quire::model2vec
