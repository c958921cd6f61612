#include "embedding/model2vec/model2vec.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <quire/embedder.hpp>

#include "embedding/model2vec/model_folder.hpp"
#include "support/expect.hpp"
#include "support/temp_dir.hpp"

namespace quire::model2vec {
namespace {

using support::expect;
using support::expect_ok;

using Vector = std::vector<float>;

constexpr std::string_view kThreeWords =
    R"({"model": {"type": "WordLevel", "unk_token": "?", "vocab": {"?": 0, "left": 1, "up": 2}},
        "pre_tokenizer": {"type": "WhitespaceSplit"}})";

/// Rows: a big one, (3, 0), (0, 4).
std::string three_rows() {
  return TensorFile()
      .add("embeddings", "F32", "[3,2]", bytes_of<float>({1e30F, 1e30F, 3, 0, 0, 4}))
      .bytes();
}

Vector embed(const Embedder& embedder, std::string_view text) {
  Vector out(embedder.identity().dimensions);
  expect_ok(embedder.embed_query(text, out));
  return out;
}

ErrorCode code_of(const std::filesystem::path& folder) {
  const auto opened = open_model2vec(folder);
  EXPECT_FALSE(opened.has_value());
  return opened ? ErrorCode::internal : opened.error().code;
}

std::string message_of(const std::filesystem::path& folder) {
  const auto opened = open_model2vec(folder);
  return opened ? "no error" : opened.error().message;
}

class Model2vec : public testing::Test {
 protected:
  Model2vec() { write_model(folder_, kThreeWords, three_rows()); }
  const support::TempDir folder_;
};

TEST_F(Model2vec, SumsTokensToUnitLength) {
  const auto embedder = expect(open_model2vec(folder_.path()));
  EXPECT_EQ(embed(*embedder, "left"), (Vector{1, 0}));
  EXPECT_EQ(embed(*embedder, "up up"), (Vector{0, 1}));
  EXPECT_EQ(embed(*embedder, "left up"), (Vector{0.6F, 0.8F}));
  EXPECT_EQ(embed(*embedder, "left nowhere up"), (Vector{0.6F, 0.8F})) << "unknown ones count not";
}

TEST_F(Model2vec, ATextWithoutTokensHasUnitLengthToo) {
  const auto embedder = expect(open_model2vec(folder_.path()));
  for (const std::string_view text : {"", "  ", "nowhere", "\xFF\xFE", "?"}) {
    EXPECT_EQ(embed(*embedder, text), (Vector{1, 0})) << text;
  }
}

TEST_F(Model2vec, ASumThatOverflowsHasUnitLengthToo) {
  folder_.write(
      "model.safetensors",
      TensorFile().add("0", "F32", "[3,2]", bytes_of<float>({0, 0, 3e38F, 1, -3e38F, 1})).bytes());
  const auto embedder = expect(open_model2vec(folder_.path()));
  EXPECT_EQ(embed(*embedder, "left left"), (Vector{1, 0}));
  EXPECT_EQ(embed(*embedder, "left left up up"), (Vector{1, 0}));
}

TEST_F(Model2vec, NamesItselfByFolderAndContent) {
  const EmbedderIdentity identity = expect(open_model2vec(folder_.path()))->identity();
  EXPECT_EQ(identity.name, "model2vec:" + folder_.path().filename().string());
  EXPECT_EQ(identity.version, 1U);
  EXPECT_EQ(identity.hash.size(), 16U);
  EXPECT_EQ(identity.dimensions, 2U);
  EXPECT_EQ(expect(open_model2vec(folder_.path() / "sub" / ".." / ""))->identity(), identity);
}

TEST_F(Model2vec, AnyOfItsFilesChangesTheHash) {
  const EmbedderIdentity identity = expect(open_model2vec(folder_.path()))->identity();
  const auto changed = [&](std::string_view name, std::string_view content) {
    folder_.write(name, content);
    const std::string hash = expect(open_model2vec(folder_.path()))->identity().hash;
    write_model(folder_, kThreeWords, three_rows());
    return hash != identity.hash;
  };
  EXPECT_TRUE(changed("config.json", "{}"));
  EXPECT_TRUE(changed("tokenizer.json", std::string(kThreeWords) + "\n"));
  EXPECT_TRUE(changed("model.safetensors", three_rows() + "x"));
  EXPECT_FALSE(changed("README.md", "words"));
}

TEST_F(Model2vec, IsFoundInEachLayout) {
  const Vector wanted = embed(*expect(open_model2vec(folder_.path())), "left up");
  for (const std::string_view config : {"config.json", "config_sentence_transformers.json"}) {
    const support::TempDir flat;
    flat.write(config, "{}");
    flat.write("tokenizer.json", kThreeWords);
    flat.write("model.safetensors", three_rows());
    EXPECT_EQ(embed(*expect(open_model2vec(flat.path())), "left up"), wanted) << config;
  }
  const support::TempDir nested;
  nested.write("config_sentence_transformers.json", "{}");
  nested.write("0_StaticEmbedding/tokenizer.json", kThreeWords);
  nested.write("0_StaticEmbedding/model.safetensors", three_rows());
  const auto outer = expect(open_model2vec(nested.path()));
  const auto inner = expect(open_model2vec(nested.path() / "0_StaticEmbedding"));
  EXPECT_EQ(embed(*outer, "left up"), wanted);
  EXPECT_EQ(outer->identity(), inner->identity());
}

TEST_F(Model2vec, WhatIsMissingIsNamed) {
  EXPECT_EQ(code_of(folder_.path() / "nowhere"), ErrorCode::not_found);
  for (const std::string name : {"config.json", "tokenizer.json", "model.safetensors"}) {
    const support::TempDir folder;
    write_model(folder, kThreeWords, three_rows());
    folder.write(name, "");
    EXPECT_EQ(code_of(folder.path()), ErrorCode::not_found);
    EXPECT_NE(message_of(folder.path()).find(name + " is missing or empty"), std::string::npos)
        << message_of(folder.path());
  }
}

TEST_F(Model2vec, RefusesRoomOfAnotherSize) {
  const auto embedder = expect(open_model2vec(folder_.path()));
  Vector out(3);
  const auto embedded = embedder->embed_query("left", out);
  ASSERT_FALSE(embedded.has_value());
  EXPECT_EQ(embedded.error().code, ErrorCode::invalid_argument);
}

TEST_F(Model2vec, MayBeUsedByManyThreads) {
  write_model(folder_, sample_tokenizer("unigram"), some_matrix(40, 8));
  const auto embedder = expect(open_model2vec(folder_.path()));
  const std::vector<std::string_view> texts = {"the connection!", "retry", "日本 café", ""};
  Vector wanted(texts.size() * 8);
  expect_ok(embedder->embed_documents(texts, wanted));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 50; ++round) {
        Vector got(wanted.size());
        expect_ok(embedder->embed_documents(texts, got));
        EXPECT_EQ(got, wanted);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

}  // namespace
}  // namespace quire::model2vec
