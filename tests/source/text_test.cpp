#include "source/text.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace quire::source {
namespace {

std::string utf16(std::u16string_view text, bool is_little) {
  std::string out = is_little ? "\xFF\xFE" : "\xFE\xFF";
  for (const char16_t unit : text) {
    const auto low = static_cast<char>(unit & 0xFFU);
    const auto high = static_cast<char>(unit >> 8U);
    out += is_little ? low : high;
    out += is_little ? high : low;
  }
  return out;
}

TEST(Text, OfUtf16BehindAMarkIsDecoded) {
  constexpr std::u16string_view kText = u"int \u00e9;\r\n// \U0001F600\n";
  for (const bool is_little : {true, false}) {
    const std::string bytes = utf16(kText, is_little);
    EXPECT_FALSE(looks_binary(bytes));
    EXPECT_FALSE(looks_binary(std::string_view(bytes).substr(0, bytes.size() - 5)));
    EXPECT_EQ(decoded_text(bytes), "int \u00e9;\r\n// \U0001F600\n");
  }
}

TEST(Text, HalvesOfPairsAreReplaced) {
  const std::u16string text = {u'a', char16_t{0xD83D}, u'b', char16_t{0xDE00}};
  EXPECT_EQ(decoded_text(utf16(text, true)), "a\uFFFDb\uFFFD");
  EXPECT_EQ(decoded_text(utf16(u"a", true) + "x"), "a");
}

TEST(Text, WhatHasZerosOtherwiseIsBinary) {
  using std::literals::operator""sv;
  EXPECT_TRUE(looks_binary("a\0b"sv));
  EXPECT_TRUE(looks_binary("\xFF\xFE\0\0a\0\0\0"sv));
  EXPECT_TRUE(looks_binary("\xFF\xFE\x00\xD8\x00\x01"sv));
  EXPECT_FALSE(looks_binary("\xFF\xFE plain"sv));
  EXPECT_FALSE(looks_binary("plain \xFF\xFE text"sv));
  EXPECT_FALSE(looks_binary(""sv));
  EXPECT_EQ(decoded_text("a\xFFz"), "a\uFFFDz");
}

}  // namespace
}  // namespace quire::source
