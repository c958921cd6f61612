#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <quire/result.hpp>

#include "base/json.hpp"

namespace quire::model2vec {

/// Numbers as they lie in a file: little-endian, rows one after the other, at any address.
struct Tensor {
  std::string type;  ///< As the format spells it: "F32".
  std::vector<std::uint64_t> shape;
  std::string_view bytes;

  /// Of one number; 0 for a type that model2vec has no use for.
  std::size_t item_size() const;
};

/// A file of named tensors (https://huggingface.co/docs/safetensors): the length of a JSON header
/// in 8 bytes, the header, and the tensors' bytes.
class Safetensors {
 public:
  /// The bytes must stay. Errors: `store_serde`.
  static Result<Safetensors> read(std::string_view file);

  /// Its bytes are as many as its shape and type say, if item_size() knows its type. Errors:
  /// `store_serde`.
  Result<std::optional<Tensor>> tensor(std::string_view name) const;
  /// The first names, for messages: "a, b, c, ...".
  std::string names() const;

 private:
  base::JsonDocument header_;
  std::string_view data_;
};

}  // namespace quire::model2vec
