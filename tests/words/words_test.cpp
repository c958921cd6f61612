#include "words/words.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace quire::words {
namespace {

template <class Reader>
std::vector<std::string> all(std::string_view text) {
  Reader reader(text);
  std::vector<std::string> out;
  for (std::string_view word = reader.next(); !word.empty(); word = reader.next()) {
    out.emplace_back(word);
  }
  return out;
}

using Words = std::vector<std::string>;

TEST(IdentifierReader, TakesRunsOfLettersDigitsAndUnderscores) {
  EXPECT_EQ(all<IdentifierReader>("int x_1 = foo->bar(2);"),
            (Words{"int", "x_1", "foo", "bar", "2"}));
  EXPECT_EQ(all<IdentifierReader>("gr\xC3\xB6\xC3\x9F"
                                  "e+1"),
            (Words{"gr\xC3\xB6\xC3\x9F"
                   "e",
                   "1"}));
  EXPECT_EQ(all<IdentifierReader>(""), Words{});
  EXPECT_EQ(all<IdentifierReader>(" \t\n.;"), Words{});
}

TEST(PartReader, SplitsEveryCaseStyle) {
  EXPECT_EQ(all<PartReader>("readFileHeader"), (Words{"read", "File", "Header"}));
  EXPECT_EQ(all<PartReader>("read_file_header"), (Words{"read", "file", "header"}));
  EXPECT_EQ(all<PartReader>("READ_FILE"), (Words{"READ", "FILE"}));
  EXPECT_EQ(all<PartReader>("HTTPServerError"), (Words{"HTTP", "Server", "Error"}));
  EXPECT_EQ(all<PartReader>("__init__"), (Words{"init"}));
  EXPECT_EQ(all<PartReader>("A"), (Words{"A"}));
  EXPECT_EQ(all<PartReader>("___"), Words{});
}

TEST(PartReader, ThreeDigitsStayWithTheirWord) {
  EXPECT_EQ(all<PartReader>("utf8Decode"), (Words{"utf8", "Decode"}));
  EXPECT_EQ(all<PartReader>("sha256_sum"), (Words{"sha256", "sum"}));
  EXPECT_EQ(all<PartReader>("i32x4"), (Words{"i32", "x4"}));
  EXPECT_EQ(all<PartReader>("year2024"), (Words{"year", "2024"}));
  EXPECT_EQ(all<PartReader>("2fa"), (Words{"2", "fa"}));
}

TEST(StemLength, TakesOneEndingOff) {
  const auto stem = [](std::string_view word) {
    return std::string(word.substr(0, stem_length(word)));
  };
  for (const std::string_view word : {"parse", "parses", "parsed", "parser", "parsing"}) {
    EXPECT_EQ(stem(word), "pars");
  }
  EXPECT_EQ(stem("running"), stem("runs"));
  EXPECT_EQ(stem("serialization"), stem("serializer"));
  EXPECT_EQ(stem("queries"), stem("query"));
  EXPECT_EQ(stem("is"), "is");
  EXPECT_EQ(stem("her"), "her");
  EXPECT_EQ(stem(""), "");
  EXPECT_EQ(stem("a\u1000ed"), "a\u1000");  // Ends in two bytes 0x80.
}

}  // namespace
}  // namespace quire::words
