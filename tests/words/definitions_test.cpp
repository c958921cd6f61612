#include "words/definitions.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace quire::words {
namespace {

ChunkMeta chunk_with(std::string text) {
  ChunkMeta meta;
  meta.extra.push_back({std::string(kDefinitions), std::move(text)});
  return meta;
}

TEST(Definitions, ComeBackAsTheyWere) {
  const std::vector<Definition> definitions = {{"net::Server::start", "function", 12, 10, 30},
                                               {"net::Num::value", "field", 30, 30, 30, true},
                                               {"Num::operator bool", "method", 31, 31, 31}};
  EXPECT_EQ(definitions_text(definitions),
            "function 12 10-30 net::Server::start\n.field 30 30-30 net::Num::value\nmethod 31 "
            "31-31 Num::operator bool");
  EXPECT_EQ(definitions_of(chunk_with(definitions_text(definitions))), definitions);
}

TEST(Definitions, OfAChunkWithoutTheFieldAreNone) {
  EXPECT_TRUE(definitions_of(ChunkMeta{}).empty());
}

TEST(Definitions, LinesThatAreNoneAreLeftOut) {
  const auto found = definitions_of(
      chunk_with("one two\n\nfunction x 1-2 f\nfunction 1 1 f\nfunction 1 1-2\nfunction 1 1-2 \n"
                 "function 99999999999999999999 1-2 f\nfunction 3 2-4 good"));
  EXPECT_EQ(found, (std::vector<Definition>{{"good", "function", 3, 2, 4}}));
}

}  // namespace
}  // namespace quire::words
