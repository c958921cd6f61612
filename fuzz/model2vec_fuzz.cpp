#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/utf8.hpp"
#include "embedding/model2vec/model.hpp"
#include "embedding/model2vec/tokenizer.hpp"

namespace {

using namespace quire;

void expect(bool holds) {
  if (!holds) {
    std::abort();
  }
}

constexpr std::string_view kFourWords =
    R"({"model":{"type":"WordLevel","unk_token":"a","vocab":{"a":0,"b":1,"c":2,"d":3}},)"
    R"("pre_tokenizer":{"type":"WhitespaceSplit"}})";

/// Both parsers of JSON take the same texts.
void read_json(std::string_view text) {
  expect(base::JsonDocument::parse(text).has_value() == base::parse_json(text).has_value());
}

/// A tokenizer.json, and behind a zero byte a text for it.
void read_tokenizer(std::string_view input) {
  const std::size_t end = input.find('\0');
  const std::string_view json = input.substr(0, end);
  read_json(json);
  const auto tokenizer = model2vec::Tokenizer::read(json);
  if (!tokenizer) {
    return;
  }
  const std::string text =
      base::repair_utf8(end == std::string_view::npos ? json : input.substr(end + 1));
  model2vec::Tokenizer::Scratch scratch;
  for (const std::size_t limit : {std::size_t{3}, std::size_t{512}}) {
    tokenizer->encode(text, limit, scratch);
    expect(scratch.ids.size() <= limit);
    for (const model2vec::TokenId id : scratch.ids) {
      expect(id < tokenizer->size());
    }
  }
}

void read_embeddings(std::string_view file) {
  const auto model = model2vec::Model::read(file, kFourWords);
  if (!model) {
    return;
  }
  model2vec::Model::Scratch scratch;
  std::vector<float> vector(model->dimensions());
  for (const std::string_view text : {"", "a b c d", "b", "c d d d d \xFF", "x"}) {
    model->embed(text, scratch, vector);
    double square = 0;
    for (const float number : vector) {
      square += double{number} * double{number};
    }
    expect(std::abs(square - 1) < 1e-3);
  }
}

}  // namespace

/// 't' before a tokenizer.json; anything else before a model.safetensors.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::string input(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] == 't') {
    read_tokenizer(input);
  } else {
    read_embeddings(input);
  }
  return 0;
}
