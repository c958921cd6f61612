#include "embedding/http/model_prompts.hpp"

#include <string_view>

#include <gtest/gtest.h>

namespace quire::embedding {
namespace {

TEST(ModelPrompts, OfWellKnownModelsAreTheirOwn) {
  const ModelPrompts nomic{"search_query: ", "search_document: "};
  EXPECT_EQ(prompts_of("nomic-embed-text"), nomic);
  EXPECT_EQ(prompts_of("nomic-ai/Nomic-Embed-Text-v1.5-GGUF"), nomic);
  const ModelPrompts e5{"query: ", "passage: "};
  EXPECT_EQ(prompts_of("intfloat/e5-base-v2"), e5);
  EXPECT_EQ(prompts_of("multilingual-e5-small"), e5);
  EXPECT_TRUE(prompts_of("multilingual-e5-large-instruct").query.starts_with("Instruct: "));
  EXPECT_EQ(prompts_of("nomic-ai/CodeRankEmbed").query,
            "Represent this query for searching relevant code: ");
  EXPECT_EQ(prompts_of("BAAI/bge-small-en-v1.5").query,
            "Represent this sentence for searching relevant passages: ");
  EXPECT_EQ(prompts_of("BAAI/bge-small-en-v1.5").document, "");
  EXPECT_EQ(prompts_of("snowflake-arctic-embed2").query, "query: ");
}

TEST(ModelPrompts, OfOthersAreEmpty) {
  for (const std::string_view model : {"", "text-embedding-3-small", "bge-m3", "all-minilm",
                                       "granite5-base", "jina-embeddings-v2-base-code"}) {
    EXPECT_EQ(prompts_of(model), ModelPrompts()) << model;
  }
}

}  // namespace
}  // namespace quire::embedding
