#include "source/known_file.hpp"

#include <string_view>

#include <gtest/gtest.h>

namespace quire::source {
namespace {

TEST(KnownFile, ReadsWhatItWrites) {
  KnownFile file;
  file.size = 12;
  file.mtime_ns = -5;
  file.inode = ~std::uint64_t{0};
  file.content_hash = 0xAB;
  file.chunker_version = 1001;
  file.path = "a b/\xFF\n c";
  for (const bool binary : {false, true}) {
    file.binary = binary;
    EXPECT_EQ(decode_known_file(encode(file)), file);
  }
  EXPECT_EQ(encode(file), "12 -5 18446744073709551615 00000000000000ab 1001 1 a b/\xFF\n c");
}

TEST(KnownFile, AnythingElseIsNothing) {
  for (const std::string_view text :
       {"", "1", "1 2 3 4 5 0 ", "1 2 3 4 5 2 a", "1 2 3 xyz 5 0 a", "1 2 3 4 5 a",
        "-1 2 3 4 5 0 a", " 1 2 3 4 5 0 a", "99999999999999999999 2 3 4 5 0 a"}) {
    EXPECT_FALSE(decode_known_file(text).has_value()) << text;
  }
}

TEST(KnownFile, AttributesAreNamedByDisplayablePath) {
  EXPECT_EQ(attribute_name("a/b.c"), "file:a/b.c");
  EXPECT_EQ(attribute_name("a\xFF"), "file:a%FF");
}

}  // namespace
}  // namespace quire::source
