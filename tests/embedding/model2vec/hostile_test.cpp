// Folders that nobody made for us: each is refused with a reason, and none is believed.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "embedding/model2vec/model.hpp"
#include "embedding/model2vec/model_folder.hpp"
#include "embedding/model2vec/tokenizer.hpp"
#include "support/expect.hpp"

namespace quire::model2vec {
namespace {

using support::expect;

constexpr std::string_view kTwoWords =
    R"({"model":{"type":"WordLevel","unk_token":"a","vocab":{"a":0,"b":1}}})";

Error tokenizer_error(std::string_view json) {
  const auto read = Tokenizer::read(json);
  EXPECT_FALSE(read.has_value()) << json;
  return read ? Error{} : read.error();
}

Error embeddings_error(std::string_view file) {
  const auto read = Model::read(file, kTwoWords);
  EXPECT_FALSE(read.has_value());
  return read ? Error{} : read.error();
}

bool says(const Error& error, std::string_view words) {
  return error.message.find(words) != std::string::npos;
}

/// `json` with another value for what `from` says.
std::string changed(std::string json, std::string_view from, std::string_view to) {
  const std::size_t at = json.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return json.replace(at, from.size(), to);
}

std::string with_header(std::string_view header) {
  return TensorFile::with_header(header, std::string(64, '\0'));
}

std::string with_tensor(std::string_view type, std::string_view shape, std::string_view offsets) {
  return with_header(R"({"embeddings":{"dtype":)" + std::string(type) + R"(,"shape":)" +
                     std::string(shape) + R"(,"data_offsets":)" + std::string(offsets) + "}}");
}

TEST(HostileEmbeddings, AreRefusedTruncatedAtEveryLength) {
  const std::string file =
      TensorFile()
          .add("embeddings", "F16", "[2,3]", bytes_of<std::uint16_t>({1, 2, 3, 4, 5, 6}))
          .add("mapping", "I64", "[2]", bytes_of<std::int64_t>({0, 1}))
          .bytes();
  ASSERT_TRUE(Model::read(file, kTwoWords).has_value());
  for (std::size_t size = 0; size < file.size(); ++size) {
    const std::string part = file.substr(0, size);
    EXPECT_EQ(embeddings_error(part).code, ErrorCode::store_serde) << size;
  }
}

TEST(HostileEmbeddings, AreRefusedWithAnyHeaderLength) {
  for (const std::uint64_t length :
       {std::uint64_t{1}, std::uint64_t{4096}, std::uint64_t{1} << 32, std::uint64_t{1} << 63,
        std::numeric_limits<std::uint64_t>::max(), std::numeric_limits<std::uint64_t>::max() - 7}) {
    std::string file = some_matrix(2, 2);
    std::memcpy(file.data(), &length, sizeof length);
    EXPECT_EQ(embeddings_error(file).code, ErrorCode::store_serde) << length;
  }
}

TEST(HostileEmbeddings, AreRefusedWithOffsetsThatLie) {
  for (const std::string_view offsets :
       {"[0,65]", "[65,65]", "[16,0]", "[60,76]", "[0,9223372036854775808]",
        "[18446744073709551615,15]", "[18446744073709551600,18446744073709551615]", "[0,15]",
        "[0,17]", "[0,1e1]", "[-16,0]", "[0]", "[0,16,16]", "{}", "null", "\"\"", "[[0],16]"}) {
    EXPECT_EQ(embeddings_error(with_tensor("\"F32\"", "[2,2]", offsets)).code,
              ErrorCode::store_serde)
        << offsets;
  }
  ASSERT_TRUE(Model::read(with_tensor("\"F32\"", "[2,2]", "[0,16]"), kTwoWords).has_value());
}

TEST(HostileEmbeddings, AreRefusedWithShapesThatLie) {
  for (const std::string_view shape :
       {"[]", "[4]", "[2,1,2]", "[2,0]", "[0,2]", "[4611686018427387905,4]",
        "[9223372036854775808,2]", "[18446744073709551615,18446744073709551615]",
        "[4294967296,4294967296]", "[2,-2]", "[2,2.0]", "[2,\"2\"]", "[1,1,1,1,1,1,1,1,4]", "4",
        "null"}) {
    EXPECT_EQ(embeddings_error(with_tensor("\"F32\"", shape, "[0,16]")).code,
              ErrorCode::store_serde)
        << shape;
  }
  EXPECT_EQ(embeddings_error(with_tensor("\"F32\"", "[2,0]", "[0,0]")).code,
            ErrorCode::store_serde);
}

TEST(HostileEmbeddings, AreRefusedWithHeadersThatAreNoObject) {
  for (const std::string_view header :
       {"", "[]", "7", "null", "{", "{\"embeddings\":7}", "{\"embeddings\":[]}",
        "{\"embeddings\":{}}", "\xFF", "{\"\xFF\":1}"}) {
    EXPECT_EQ(embeddings_error(with_header(header)).code, ErrorCode::store_serde) << header;
  }
  for (const char open : {'[', '{'}) {
    const std::string deep =
        open == '[' ? std::string(1'000'000, '[') : "{\"a\":" + std::string(1'000'000, '[');
    EXPECT_EQ(embeddings_error(with_header(deep)).code, ErrorCode::store_serde);
  }
  std::string closed(1'000'000, '[');
  closed.append(1'000'000, ']');
  EXPECT_EQ(embeddings_error(with_header("{\"a\":" + closed + "}")).code, ErrorCode::incompatible);
}

TEST(HostileEmbeddings, OfOtherTypesAreRefusedByName) {
  EXPECT_TRUE(says(embeddings_error(with_tensor("\"BF16\"", "[2,2]", "[0,8]")), "\"BF16\""));
  EXPECT_TRUE(says(embeddings_error(with_tensor("\"I64\"", "[2,2]", "[0,32]")), "\"I64\""));
  EXPECT_EQ(embeddings_error(with_tensor("7", "[2,2]", "[0,16]")).code, ErrorCode::store_serde);
}

TEST(HostileEmbeddings, OfAnotherKindOfModelAreRefusedWithTheirNames) {
  const Error error = embeddings_error(some_matrix(2, 2, "encoder.layer.0.weight"));
  EXPECT_EQ(error.code, ErrorCode::incompatible);
  EXPECT_TRUE(says(error, "encoder.layer.0.weight")) << error.message;
}

TEST(HostileEmbeddings, OfAnotherTokenizerAreRefused) {
  EXPECT_EQ(embeddings_error(some_matrix(3, 2)).code, ErrorCode::incompatible);
  EXPECT_EQ(embeddings_error(some_matrix(1, 2)).code, ErrorCode::incompatible);
}

TEST(HostileEmbeddings, AreRefusedWithNumbersThatAreNone) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const float wrong : {kNan, -kNan, kInfinity, -kInfinity}) {
    const Error error = embeddings_error(
        TensorFile().add("0", "F32", "[2,2]", bytes_of<float>({1, 2, 3, wrong})).bytes());
    EXPECT_EQ(error.code, ErrorCode::corrupt);
    EXPECT_TRUE(says(error, "row 1")) << error.message;
  }
  EXPECT_EQ(
      embeddings_error(TensorFile().add("0", "F64", "[2,1]", bytes_of<double>({1, 1e300})).bytes())
          .code,
      ErrorCode::corrupt);
  for (const std::uint16_t wrong : std::to_array<std::uint16_t>({0x7C00, 0xFC00, 0x7E00, 0x7C01})) {
    EXPECT_EQ(
        embeddings_error(
            TensorFile().add("0", "F16", "[2,1]", bytes_of<std::uint16_t>({1, wrong})).bytes())
            .code,
        ErrorCode::corrupt);
  }
}

TEST(HostileEmbeddings, AreRefusedWithMappingsAndWeightsThatLie) {
  const auto with = [](std::string_view name, std::string_view type, std::string_view shape,
                       const std::string& bytes) {
    return TensorFile()
        .add("embeddings", "F32", "[2,2]", bytes_of<float>({1, 2, 3, 4}))
        .add(name, type, shape, bytes)
        .bytes();
  };
  const auto mapping = [&](std::int64_t row) {
    return with("mapping", "I64", "[2]", bytes_of<std::int64_t>({0, row}));
  };
  ASSERT_TRUE(Model::read(mapping(1), kTwoWords).has_value());
  for (const std::int64_t row : {std::int64_t{2}, std::int64_t{-1}, std::int64_t{1} << 32,
                                 std::numeric_limits<std::int64_t>::min()}) {
    EXPECT_EQ(embeddings_error(mapping(row)).code, ErrorCode::store_serde) << row;
  }
  const std::string one = bytes_of<std::int32_t>({0});
  EXPECT_EQ(embeddings_error(with("mapping", "I32", "[1]", one)).code, ErrorCode::store_serde);
  EXPECT_EQ(embeddings_error(with("mapping", "I32", "[]", one)).code, ErrorCode::store_serde);
  EXPECT_EQ(embeddings_error(with("mapping", "F32", "[1]", one)).code, ErrorCode::incompatible);
  EXPECT_EQ(embeddings_error(with("weights", "F32", "[1]", one)).code, ErrorCode::store_serde);
  EXPECT_EQ(embeddings_error(with("weights", "I8", "[2]", "ab")).code, ErrorCode::incompatible);
  const std::string none = bytes_of<double>({1, std::numeric_limits<double>::quiet_NaN()});
  EXPECT_EQ(embeddings_error(with("weights", "F64", "[2]", none)).code, ErrorCode::corrupt);
}

TEST(HostileTokenizer, IsRefusedTruncatedAtEveryLength) {
  const std::string json = sample_tokenizer("word_level");
  const std::size_t end = json.rfind('}');
  for (std::size_t size = 0; size <= end; ++size) {
    EXPECT_EQ(tokenizer_error(json.substr(0, size)).code, ErrorCode::store_serde) << size;
  }
}

TEST(HostileTokenizer, IsRefusedTooDeep) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) {
    deep += R"({"type":"Sequence","normalizers":[)";
  }
  for (int i = 0; i < 100'000; ++i) {
    deep += "]}";
  }
  EXPECT_EQ(tokenizer_error(R"({"normalizer":)" + deep + "}").code, ErrorCode::store_serde);
  EXPECT_EQ(tokenizer_error(std::string(1'000'000, '[')).code, ErrorCode::store_serde);
}

TEST(HostileTokenizer, UnsupportedPartsAreNamed) {
  const std::string piece = sample_tokenizer("word_piece");
  const std::string unigram = sample_tokenizer("unigram");
  struct Case {
    std::string json;
    std::string_view name;
  };
  const std::vector<Case> cases = {
      {changed(piece, "\"BertNormalizer\"", "\"NFKC\""), "normalizer \"NFKC\""},
      {changed(unigram, "\"BertNormalizer\"", "\"Precompiled\""), "normalizer \"Precompiled\""},
      {changed(unigram, R"("Regex": "\\s+")", R"("Regex": " {2,}")"), "\" {2,}\""},
      {changed(piece, "\"BertPreTokenizer\"", "\"ByteLevel\""), "pre_tokenizer \"ByteLevel\""},
      {changed(piece, "\"BertPreTokenizer\"", "7"), "pre_tokenizer \"\""},
      {changed(unigram, "\"always\"", "\"first\""), "prepend_scheme \"first\""},
      {changed(piece, "\"WordPiece\", \"unk", "\"BPE\", \"unk"), "model \"BPE\""},
      {changed(unigram, "\"byte_fallback\": false", "\"byte_fallback\": true"), "byte_fallback"},
      {"{}", "model \"\""},
  };
  for (const Case& each : cases) {
    const Error error = tokenizer_error(each.json);
    EXPECT_EQ(error.code, ErrorCode::incompatible) << error.message;
    EXPECT_TRUE(says(error, each.name)) << error.message;
    EXPECT_TRUE(says(error, "supported are")) << error.message;
  }
}

TEST(HostileTokenizer, IsRefusedWithMembersOfOtherTypes) {
  const std::string piece = sample_tokenizer("word_piece");
  const std::string unigram = sample_tokenizer("unigram");
  const std::string level = sample_tokenizer("word_level");
  for (const std::string& json : {
           std::string("7"),
           std::string("[]"),
           changed(piece, "\"vocab\": {", "\"vocabulary\": {"),
           changed(piece, "\"[PAD]\": 0", "\"[PAD]\": -1"),
           changed(piece, "\"[PAD]\": 0", "\"[PAD]\": 0.5"),
           changed(piece, "\"[PAD]\": 0", "\"[PAD]\": \"0\""),
           changed(piece, "\"unk_token\": \"[UNK]\"", "\"unk_token\": \"[NONE]\""),
           changed(piece, "\"unk_token\": \"[UNK]\"", "\"unk_token\": 1"),
           changed(piece, "\"lowercase\": true", "\"lowercase\": 1"),
           changed(piece, "\"max_input_chars_per_word\": 100", "\"max_input_chars_per_word\": -1"),
           changed(piece, "\"id\": 1, \"content\": \"[UNK]\"", "\"id\": 2, \"content\": \"[UNK]\""),
           changed(unigram, "[\"[PAD]\", 0.0]", "[\"[PAD]\"]"),
           changed(unigram, "[\"[PAD]\", 0.0]", "[0.0, \"[PAD]\"]"),
           changed(unigram, "[\"[PAD]\", 0.0]", "[\"[PAD]\", null]"),
           changed(unigram, "[\"[PAD]\", 0.0]", "{\"[PAD]\": 0.0, \"a\": 1}"),
           changed(unigram, "[\"[PAD]\", 0.0]", "[\"[PAD]\", 1e999]"),
           changed(unigram, "\"unk_id\": 1", "\"unk_id\": 40"),
           changed(unigram, "\"unk_id\": 1", "\"unk_id\": -1"),
           changed(unigram, "\"replacement\": \"▁\"", "\"replacement\": \"▁▁\""),
           changed(level, "\"content\": \"machine\"", "\"content\": \"\""),
           changed(level, "\"content\": \"machine\"", "\"text\": \"machine\""),
           changed(level, "\"single_word\": false", "\"single_word\": 0"),
           changed(level, "\"added_tokens\": [", "\"added_tokens\": {\"a\": ["),
       }) {
    const auto read = Tokenizer::read(json);
    EXPECT_FALSE(read.has_value()) << json;
  }
}

TEST(HostileTokenizer, TokensAreBounded) {
  const auto with_token = [](std::size_t size, std::string_view id) {
    return R"({"model":{"type":"WordLevel","unk_token":"a","vocab":{"a":0,")" +
           std::string(size, 'x') + "\":" + std::string(id) + "}}}";
  };
  EXPECT_TRUE(Tokenizer::read(with_token(1024, "1")).has_value());
  EXPECT_EQ(tokenizer_error(with_token(1025, "1")).code, ErrorCode::incompatible);
  EXPECT_EQ(tokenizer_error(with_token(1, "4294967295")).code, ErrorCode::incompatible);
  EXPECT_EQ(tokenizer_error(with_token(1, "18446744073709551615")).code, ErrorCode::incompatible);
}

TEST(HostileTokenizer, AddedTokensAreBoundedAfterTheyAreNormalized) {
  const auto with_content = [](std::size_t size) {
    return R"({"model":{"type":"WordLevel","unk_token":"a","vocab":{"a":0}},"normalizer":)"
           R"({"type":"Replace","pattern":{"String":"x"},"content":"yy"},"added_tokens":[)"
           R"({"id":1,"normalized":true,"content":")" +
           std::string(size, 'x') + "\"}]}";
  };
  EXPECT_TRUE(Tokenizer::read(with_content(512)).has_value());
  EXPECT_EQ(tokenizer_error(with_content(513)).code, ErrorCode::incompatible);
  EXPECT_EQ(tokenizer_error(with_content(0)).code, ErrorCode::incompatible);
}

/// Each of them takes the spaces around it: work that must not be done for each space again.
TEST(HostileTokenizer, SpacesAroundAddedSpacesAreLookedAtOnce) {
  const Tokenizer tokenizer = expect(Tokenizer::read(
      R"({"model":{"type":"WordLevel","unk_token":"a","vocab":{"a":0}},"added_tokens":[)"
      R"({"id":1,"normalized":false,"content":" ","lstrip":true,"rstrip":true}]})"));
  Tokenizer::Scratch scratch;
  const std::string spaces(1'000'000, ' ');
  tokenizer.encode(spaces, 2'000'000, scratch);
  EXPECT_EQ(scratch.ids.size(), spaces.size());
}

TEST(HostileTokenizer, ReplacementsDoNotGrowWithoutBound) {
  std::string steps;
  for (int i = 0; i < 100; ++i) {
    steps += std::string(i == 0 ? "" : ",") +
             R"({"type":"Replace","pattern":{"String":"a"},"content":"aaaaaaaa"})";
  }
  const Tokenizer tokenizer =
      expect(Tokenizer::read(R"({"model":{"type":"WordLevel","unk_token":"a","vocab":{"a":0}},)"
                             R"("normalizer":{"type":"Sequence","normalizers":[)" +
                             steps + "]}}"));
  Tokenizer::Scratch scratch;
  tokenizer.encode("a", 512, scratch);
  EXPECT_LT(scratch.text.size(), 4096U);
}

TEST(HostileTokenizer, StepsAreCounted) {
  std::string steps = R"({"type":"Lowercase"})";
  for (int i = 0; i < 300; ++i) {
    steps += R"(,{"type":"Lowercase"})";
  }
  EXPECT_EQ(
      tokenizer_error(R"({"normalizer":{"type":"Sequence","normalizers":[)" + steps + "]}}").code,
      ErrorCode::store_serde);
}

}  // namespace
}  // namespace quire::model2vec
