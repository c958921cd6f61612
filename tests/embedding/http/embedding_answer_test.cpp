#include "embedding/http/embedding_answer.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "support/expect.hpp"

namespace quire::embedding {
namespace {

std::string refusal_of(std::string_view json, std::size_t texts = 2, std::uint32_t dimensions = 2) {
  const Result<EmbeddingAnswer> answer = read_embedding_answer(json, texts, dimensions);
  EXPECT_FALSE(answer.has_value()) << json;
  if (answer.has_value()) {
    return "";
  }
  EXPECT_EQ(answer.error().code, ErrorCode::incompatible);
  return answer.error().message;
}

TEST(EmbeddingAnswer, GivesUnitRowsInTheOrderOfTheTexts) {
  const EmbeddingAnswer answer = support::expect(read_embedding_answer(
      R"({"model": "m", "data": [{"embedding": [0, 5], "index": 1},
                                 {"index": 0, "embedding": [3, 4.0]}]})",
      2, 0));
  EXPECT_EQ(answer.dimensions, 2U);
  EXPECT_EQ(answer.rows, (std::vector<float>{0.6F, 0.8F, 0, 1}));
}

TEST(EmbeddingAnswer, MayHoldWhatNobodyAskedFor) {
  const EmbeddingAnswer answer = support::expect(read_embedding_answer(
      R"({"usage": {"data": [{"index": 5, "embedding": [[1]]}], "embedding": null},
          "data": [{"object": {"embedding": [9]}, "embedding": [1, 0], "extra": [[1], "x"],
                    "index": 0, "embedding_2": "x"}], "index": [3]})",
      1, 2));
  EXPECT_EQ(answer.rows, (std::vector<float>{1, 0}));
}

TEST(EmbeddingAnswer, ThatIsWrongIsRefusedByName) {
  const auto expect_named = [](std::string_view json, std::string_view why) {
    EXPECT_NE(refusal_of(json).find(why), std::string::npos) << json << "\n" << refusal_of(json);
  };
  const std::string good = R"({"index": 0, "embedding": [1, 2]})";
  const auto with = [&good](const std::string& item) {
    return "{\"data\": [" + good + ", " + item + "]}";
  };
  expect_named("", "not JSON at byte 0");
  expect_named("{}", "0 embeddings for 2 texts");
  expect_named("[]", "0 embeddings for 2 texts");
  expect_named(R"({"error": {"data": [{}]}})", "0 embeddings for 2 texts");
  expect_named("{\"data\": [" + good + "]}", "1 embeddings for 2 texts");
  expect_named(with(good + "," + good), "more than 2 embeddings");
  expect_named(with(good), "index 0 twice");
  expect_named(with(R"({"embedding": [1, 2]})"), "embedding 1 without an index");
  expect_named(with(R"({"index": 2, "embedding": [1, 2]})"), "an index that is not one of");
  expect_named(with(R"({"index": -1, "embedding": [1, 2]})"), "an index that is not one of");
  expect_named(with(R"({"index": 0.5, "embedding": [1, 2]})"), "an index that is not one of");
  expect_named(with(R"({"index": 1e300, "embedding": [1, 2]})"), "an index that is not one of");
  expect_named(with(R"({"index": 1})"), "embedding 1 without numbers");
  expect_named(with(R"({"index": 1, "embedding": []})"), "embedding 1 without numbers");
  expect_named(with(R"({"index": 1, "embedding": [1]})"), "embedding 1 of 1 dimensions, where 2");
  expect_named(with(R"({"index": 1, "embedding": [1,2,3]})"), "embedding 1 of 3 dimensions");
  expect_named(with(R"({"index": 1, "embedding": [0, -0.0]})"), "embedding 1 of zeros alone");
  expect_named(with(R"({"index": 1, "embedding": [1, null]})"), "null as its number 1");
  expect_named(with(R"({"index": 1, "embedding": ["1", 2]})"), "text as its number 0");
  expect_named(with(R"({"index": 1, "embedding": [[1, 2]]})"), "an array as its number 0");
  expect_named(with(R"({"index": 1, "embedding": [1, 1e39]})"), "a number beyond a float");
  expect_named(with(R"({"index": 1, "embedding": [1, NaN]})"), "not JSON at byte");
  expect_named(with(R"({"index": 1, "embedding": [1, 1e999]})"), "not JSON at byte");
  expect_named(with(R"({"index": 1, "embedding": "AAAA"})"), "as text instead of");
  expect_named(with(R"({"index": 1, "embedding": {"a": 1}})"), "as an object instead of");
  expect_named(with(R"({"index": 1, "embedding": 1})"), "as a number instead of");
  expect_named(with(R"({"index": 1, "embedding": [1,2], "embedding": [1,2]})"), "1 twice");
}

TEST(EmbeddingAnswer, OfTooManyDimensionsIsRefused) {
  std::string json = R"({"data": [{"index": 0, "embedding": [1)";
  for (int i = 0; i < 65'536; ++i) {
    json += ",1";
  }
  EXPECT_NE(refusal_of(json + "]}]}", 1, 0).find("more than 65536 numbers"), std::string::npos);
}

TEST(MessageIn, FindsWhatServersSay) {
  EXPECT_EQ(message_in(R"({"error": {"message": "bad key", "code": 1}})"), "bad key");
  EXPECT_EQ(message_in(R"({"error": "model \"x\"\nnot found"})"), "model \"x\" not found");
  EXPECT_EQ(message_in(R"({"object": "error", "message": "too long"})"), "too long");
  EXPECT_EQ(message_in(R"({"detail": "Not Found"})"), "Not Found");
  EXPECT_EQ(message_in(R"({"detail": [{"loc": 1}]})"), R"({"detail": [{"loc": 1}]})");
  EXPECT_EQ(message_in("<h1>\x1b[31mBad\r\n</h1>"), "<h1> [31mBad  </h1>");
  EXPECT_EQ(message_in(""), "");
  EXPECT_EQ(message_in(std::string(100'000, 'x')).size(), 65'536U);
}

}  // namespace
}  // namespace quire::embedding
