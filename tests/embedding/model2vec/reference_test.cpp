// Against reference.py, which reads the same folders by the same rules with other code. The sample
// tokenizers and texts gave the same tokens in the library `tokenizers` itself, where Unicode 14 is
// as its older one.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "embedding/model2vec/model2vec.hpp"
#include "embedding/model2vec/model_folder.hpp"
#include "embedding/model2vec/tokenizer.hpp"
#include "support/expect.hpp"
#include "support/temp_dir.hpp"

namespace quire::model2vec {
namespace {

using support::expect;
using support::expect_ok;

constexpr std::size_t kColumns = 8;

bool has_python() {
  return std::system("python3 --version > /dev/null 2>&1") == 0;
}

std::string output_of(const std::string& command) {
  std::string out;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(command.c_str(), "r"),
                                                             ::pclose);
  std::vector<char> buffer(1 << 16);
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe.get())) {
    out.append(buffer.data(), count);
  }
  return out;
}

std::vector<std::string> sample_texts() {
  const base::Json json = expect(base::parse_json(sample_tokenizer("../texts")));
  std::vector<std::string> texts = json.get<std::vector<std::string>>();
  // Longer than the 512 tokens that count, and than the characters that count.
  for (const std::string_view part : {"the ", "connection!", "日本 ", "zzzz ", "get_addr(info) "}) {
    std::string text;
    for (int i = 0; i < 700; ++i) {
      text += part;
    }
    texts.push_back(text);
  }
  return texts;
}

base::Json reference(const support::TempDir& folder, const std::vector<std::string>& texts) {
  folder.write("texts", base::dump_json(base::Json(texts)));
  const std::string answer =
      output_of("python3 '" QUIRE_SOURCE_DIR "/tests/embedding/model2vec/reference.py' '" +
                folder.path().string() + "' '" + (folder.path() / "texts").string() + "'");
  return expect(base::parse_json(answer));
}

/// Both say the same of the folder's model: each text's tokens, and its vector.
void expect_as_reference(const support::TempDir& folder, std::string_view tokenizer_json) {
  const std::vector<std::string> texts = sample_texts();
  const base::Json expected = reference(folder, texts);
  const Tokenizer tokenizer = expect(Tokenizer::read(tokenizer_json));
  const auto embedder = expect(open_model2vec(folder.path()));
  ASSERT_EQ(expected.size(), texts.size());
  Tokenizer::Scratch scratch;
  std::vector<float> vector(embedder->identity().dimensions);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].size() < 1000) {
      tokenizer.encode(texts[i], 512, scratch);
      EXPECT_EQ(scratch.ids, expected[i]["ids"].get<std::vector<TokenId>>()) << texts[i];
    }
    expect_ok(embedder->embed_query(texts[i], vector));
    const auto wanted = expected[i]["vector"].get<std::vector<double>>();
    ASSERT_EQ(wanted.size(), vector.size());
    for (std::size_t d = 0; d < vector.size(); ++d) {
      EXPECT_NEAR(vector[d], wanted[d], 1e-5) << texts[i].substr(0, 80);
    }
  }
}

class Reference : public testing::TestWithParam<std::string_view> {
 protected:
  void SetUp() override {
    if (!has_python()) {
      GTEST_SKIP() << "no python3";
    }
  }
  const std::string tokenizer_ = sample_tokenizer(GetParam());
  const std::size_t tokens_ = expect(Tokenizer::read(tokenizer_)).size();
  const std::vector<float> numbers_ = some_numbers(tokens_ * kColumns);
  const support::TempDir folder_;
};

TEST_P(Reference, GivesTheSameVectorsOfFloats) {
  write_model(folder_, tokenizer_, some_matrix(tokens_, kColumns));
  expect_as_reference(folder_, tokenizer_);
}

/// At an odd address, in another layout, with a name of its own.
TEST_P(Reference, GivesTheSameVectorsOfDoubles) {
  const std::vector<double> numbers(numbers_.begin(), numbers_.end());
  folder_.write("config_sentence_transformers.json", "{}");
  folder_.write("0_StaticEmbedding/tokenizer.json", tokenizer_);
  folder_.write(
      "0_StaticEmbedding/model.safetensors",
      TensorFile()
          .add("pad", "U8", "[3]", "abc")
          .add("embedding.weight", "F64", matrix_shape(tokens_, kColumns), bytes_of(numbers))
          .bytes());
  expect_as_reference(folder_, tokenizer_);
}

/// All of them that are finite, in turn.
TEST_P(Reference, GivesTheSameVectorsOfHalfFloats) {
  std::vector<std::uint16_t> numbers(tokens_ * kColumns);
  std::uint16_t bits = 0;
  for (std::uint16_t& number : numbers) {
    do {
      bits = static_cast<std::uint16_t>(bits + 40503);
    } while ((bits & 0x7C00) == 0x7C00);
    number = bits;
  }
  write_model(
      folder_, tokenizer_,
      TensorFile().add("0", "F16", matrix_shape(tokens_, kColumns), bytes_of(numbers)).bytes());
  expect_as_reference(folder_, tokenizer_);
}

/// As models with a quantized vocabulary are kept: fewer rows than tokens, and weights.
TEST_P(Reference, GivesTheSameVectorsOfMappedAndWeightedBytes) {
  constexpr std::size_t kRows = 7;
  std::vector<std::int8_t> numbers(kRows * kColumns);
  std::vector<std::int32_t> mapping(tokens_);
  std::vector<double> weights(tokens_);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = static_cast<std::int8_t>(i * 37);
  }
  for (std::size_t i = 0; i < tokens_; ++i) {
    mapping[i] = static_cast<std::int32_t>(i * 5 % kRows);
    weights[i] = 0.001 + static_cast<double>(i % 11) / 10;
  }
  write_model(folder_, tokenizer_,
              TensorFile()
                  .add("embeddings", "I8", matrix_shape(kRows, kColumns), bytes_of(numbers))
                  .add("mapping", "I32", "[" + std::to_string(tokens_) + "]", bytes_of(mapping))
                  .add("weights", "F64", "[" + std::to_string(tokens_) + "]", bytes_of(weights))
                  .bytes());
  expect_as_reference(folder_, tokenizer_);
}

INSTANTIATE_TEST_SUITE_P(
    Tokenizers,
    Reference,
    testing::Values("word_piece", "word_piece_cased", "unigram", "unigram_split", "word_level"),
    [](const auto& instance) { return std::string(instance.param); });

TEST(UnicodeTables, AreWhatTheirProgramWrites) {
  const int status =
      std::system("python3 '" QUIRE_SOURCE_DIR "/tools/make_unicode_tables.py' --check");
  if (!has_python() || WEXITSTATUS(status) == 77) {
    GTEST_SKIP() << "no python3 with this version of Unicode";
  }
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace quire::model2vec
