#include "embedding/model2vec/model.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/try.hpp"
#include "base/utf8.hpp"
#include "embedding/model2vec/code_points.hpp"
#include "embedding/rows/rows.hpp"

namespace quire::model2vec {
namespace {

constexpr std::size_t kMostTokens = 512;

/// The first `count` code points of valid UTF-8.
std::string_view first_code_points(std::string_view text, std::size_t count) {
  if (text.size() <= count) {
    return text;
  }
  std::size_t at = 0;
  for (; count > 0 && at < text.size(); --count) {
    at += sequence_length(text[at]);
  }
  return text.substr(0, at);
}

void write_unit(std::span<const float> sum, std::span<float> out) {
  double square = 0;
  for (const float number : sum) {
    square += double{number} * double{number};
  }
  const double norm = std::sqrt(square);
  if (!std::isfinite(norm) || norm == 0) {
    embedding::write_first_axis(out);
    return;
  }
  for (std::size_t i = 0; i < sum.size(); ++i) {
    out[i] = static_cast<float>(double{sum[i]} / norm);
  }
}

}  // namespace

Model::Model(Tokenizer tokenizer, EmbeddingTable table)
    : tokenizer_(std::move(tokenizer)), table_(std::move(table)) {}

Result<Model> Model::read(std::string_view embeddings, std::string_view tokenizer_json) {
  Result<Tokenizer> tokenizer = Tokenizer::read(tokenizer_json);
  if (!tokenizer) {
    return std::unexpected(tokenizer.error().while_doing("tokenizer.json"));
  }
  Result<EmbeddingTable> table = EmbeddingTable::read(embeddings, tokenizer->size());
  if (!table) {
    return std::unexpected(table.error().while_doing("model.safetensors"));
  }
  return Model(*std::move(tokenizer), *std::move(table));
}

void Model::embed(std::string_view text, Scratch& scratch, std::span<float> out) const {
  if (base::invalid_utf8_offset(text).has_value()) {
    scratch.repaired = base::repair_utf8(text);
    text = scratch.repaired;
  }
  text = first_code_points(text, kMostTokens * tokenizer_.median_length());
  tokenizer_.encode(text, kMostTokens, scratch.tokenizer);
  scratch.sum.assign(dimensions(), 0.0F);
  table_.add(scratch.tokenizer.ids, scratch.sum);
  write_unit(scratch.sum, out);
}

}  // namespace quire::model2vec
