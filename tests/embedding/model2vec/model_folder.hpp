#pragma once

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "support/temp_dir.hpp"

namespace quire::model2vec {

/// One of tests/embedding/model2vec/tokenizers.
inline std::string sample_tokenizer(std::string_view name) {
  std::ifstream file(std::string(QUIRE_SOURCE_DIR "/tests/embedding/model2vec/tokenizers/")
                         .append(name)
                         .append(".json"));
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Numbers as they lie in a file.
template <class Number>
std::string bytes_of(const std::vector<Number>& numbers) {
  std::string out(numbers.size() * sizeof(Number), '\0');
  std::memcpy(out.data(), numbers.data(), out.size());
  return out;
}

/// A safetensors file in the making.
class TensorFile {
 public:
  TensorFile& add(std::string_view name,
                  std::string_view type,
                  std::string_view shape,
                  std::string_view bytes) {
    header_ += (header_.empty() ? "\"" : ",\"") + std::string(name) + R"(":{"dtype":")";
    header_ += std::string(type) + R"(","shape":)" + std::string(shape) + R"(,"data_offsets":[)";
    header_ += std::to_string(data_.size()) + "," + std::to_string(data_.size() + bytes.size());
    header_ += "]}";
    data_ += bytes;
    return *this;
  }
  std::string bytes() const { return with_header("{" + header_ + "}", data_); }

  static std::string with_header(std::string_view header, std::string_view data) {
    std::string out;
    base::ByteWriter writer(out);
    writer.u64(header.size());
    writer.bytes(header);
    writer.bytes(data);
    return out;
  }

 private:
  std::string header_;
  std::string data_;
};

/// Numbers in [-1, 1), the same ones on each run.
inline std::vector<float> some_numbers(std::size_t count, std::uint32_t seed = 1) {
  std::vector<float> out(count);
  for (float& number : out) {
    seed = seed * 1664525 + 1013904223;
    number = static_cast<float>(seed >> 8) / 8388608.0F - 1.0F;
  }
  return out;
}

inline std::string matrix_shape(std::size_t rows, std::size_t columns) {
  return "[" + std::to_string(rows) + "," + std::to_string(columns) + "]";
}

/// A whole safetensors file: `rows` vectors of `columns` numbers.
inline std::string some_matrix(std::size_t rows,
                               std::size_t columns,
                               std::string_view name = "embeddings") {
  return TensorFile()
      .add(name, "F32", matrix_shape(rows, columns), bytes_of(some_numbers(rows * columns)))
      .bytes();
}

/// A folder with a model whose tokenizer has `rows` tokens.
inline void write_model(const support::TempDir& folder,
                        std::string_view tokenizer,
                        std::string_view embeddings,
                        std::string_view below = "") {
  const std::string prefix(below);
  folder.write(prefix + "config.json", R"({"normalize": true})");
  folder.write(prefix + "tokenizer.json", tokenizer);
  folder.write(prefix + "model.safetensors", embeddings);
}

}  // namespace quire::model2vec
