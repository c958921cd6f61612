#include "indexing/attributes.hpp"

#include <string_view>

#include <gtest/gtest.h>

namespace quire::indexing {
namespace {

TEST(EmbedderAttribute, ReadsWhatItWrites) {
  for (const EmbedderIdentity& identity :
       {EmbedderIdentity{"hash", 1, "", 256},
        EmbedderIdentity{"process:/opt/model", 7, "ab12", 768}}) {
    EXPECT_EQ(decode_embedder(encode(identity)), identity);
  }
  EXPECT_EQ(encode({"hash", 1, "", 256}), "hash/1//256");
}

TEST(EmbedderAttribute, AnythingElseIsNothing) {
  for (const std::string_view text :
       {"", "hash", "hash/1/256", "hash/x//256", "hash/1//", "hash/1//2x"}) {
    EXPECT_FALSE(decode_embedder(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace quire::indexing
