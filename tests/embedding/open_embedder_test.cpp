#include <memory>
#include <string>

#include <gtest/gtest.h>

#include <quire/embedder.hpp>

#include "embedding/model2vec/model_folder.hpp"
#include "support/temp_dir.hpp"

namespace quire {
namespace {

TEST(OpenEmbedder, HashHasAsManyDimensionsAsItIsTold) {
  EXPECT_EQ(open_embedder("hash").value()->identity(), make_hashing_embedder()->identity());
  EXPECT_EQ(open_embedder("hash:128").value()->identity(), make_hashing_embedder(128)->identity());
}

TEST(OpenEmbedder, WhatIsNoModelIsNamedInTheError) {
  for (const std::string name :
       {"", "hash:", "hash:0", "hash:65537", "hash:-1", "hash:12x", "hash:99999999999", "fancy"}) {
    const auto opened = open_embedder(name);
    ASSERT_FALSE(opened.has_value()) << name;
    EXPECT_EQ(opened.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(opened.error().message.find(name), std::string::npos) << opened.error().message;
  }
}

TEST(OpenEmbedder, AddressesAreRemoteInAnyLetters) {
  EXPECT_TRUE(is_remote_model("http://localhost:8080/v1"));
  EXPECT_TRUE(is_remote_model("HTTPS://example.org"));
  EXPECT_FALSE(is_remote_model("hash"));
  EXPECT_FALSE(is_remote_model("http:/"));
  EXPECT_FALSE(is_remote_model("/models/http://"));
}

TEST(OpenEmbedder, ADirectoryIsAModel2vecModel) {
  const support::TempDir folder;
  const auto none = open_embedder(folder.path().string());
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().code, ErrorCode::not_found);
  model2vec::write_model(
      folder, R"({"model": {"type": "WordLevel", "unk_token": "?", "vocab": {"?": 0, "a": 1}}})",
      model2vec::some_matrix(2, 4));
  const auto opened = open_embedder(folder.path().string());
  ASSERT_TRUE(opened.has_value()) << opened.error().message;
  EXPECT_EQ((*opened)->identity().name, "model2vec:" + folder.path().filename().string());
  EXPECT_EQ((*opened)->identity().dimensions, 4U);
}

}  // namespace
}  // namespace quire
