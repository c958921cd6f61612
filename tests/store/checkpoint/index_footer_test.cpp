#include "store/checkpoint/index_footer.hpp"

#include <string>

#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "base/checksum.hpp"

namespace quire::checkpoint {
namespace {

std::string content() {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    bytes.push_back(static_cast<char>(i * 7));
  }
  return bytes;
}

IndexFooter footer_of(const std::string& bytes) {
  return {.uuid = base::uuid_from_bytes("0123456789abcdef"),
          .lsn = 77,
          .usearch_major = 2,
          .content_length = bytes.size(),
          .content_hash = base::checksum(bytes)};
}

std::string whole_file() {
  return content() + encode_footer(footer_of(content()));
}

ErrorCode code_of(const Result<IndexFile>& result) {
  return result.has_value() ? ErrorCode::internal : result.error().code;
}

TEST(IndexFooter, BytesAreThoseOfFormatOne) {
  const std::string footer = encode_footer(footer_of(content()));
  EXPECT_EQ(footer.size(), kFooterSize);
  EXPECT_EQ(base::to_hex(std::string_view(footer).substr(0, 48)),
            "5155495245465452"
            "01000000"
            "0200"
            "0000"
            "4d00000000000000"
            "30313233343536373839616263646566"
            "2c01000000000000");
}

TEST(IndexFooter, ComesBackWithTheContent) {
  const std::string bytes = whole_file();
  const IndexFile file = read_index_file(bytes).value();
  EXPECT_EQ(file.content, content());
  ASSERT_TRUE(file.footer.has_value());
  EXPECT_EQ(file.footer->uuid, base::uuid_from_bytes("0123456789abcdef"));
  EXPECT_EQ(file.footer->lsn, 77U);
  EXPECT_EQ(file.footer->usearch_major, 2U);
  EXPECT_EQ(file.footer->content_length, 300U);
  EXPECT_EQ(file.footer->content_hash, base::checksum(content()));
}

TEST(IndexFooter, EmptyContentIsFine) {
  EXPECT_EQ(read_index_file(encode_footer(footer_of(""))).value().content, "");
}

TEST(IndexFooter, EveryFlippedBitIsCorrupt) {
  const std::string bytes = whole_file();
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_EQ(code_of(read_index_file(damaged)), ErrorCode::corrupt) << bit;
  }
}

TEST(IndexFooter, FooterCutShortIsCorruptAndNoFooterIsBare) {
  const std::string bytes = whole_file();
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const auto file = read_index_file(std::string_view(bytes).substr(0, length));
    if (length < content().size() + 8) {
      // Nothing, or too little, of the footer's magic is left.
      ASSERT_TRUE(file.has_value()) << length;
      EXPECT_FALSE(file->footer.has_value());
      EXPECT_EQ(file->content.size(), length);
    } else {
      EXPECT_EQ(code_of(file), ErrorCode::corrupt) << length;
    }
  }
}

TEST(IndexFooter, ContentOfAnotherLengthIsCorrupt) {
  const std::string footer = encode_footer(footer_of(content()));
  EXPECT_EQ(code_of(read_index_file(content().substr(1) + footer)), ErrorCode::corrupt);
  EXPECT_EQ(code_of(read_index_file("x" + content() + footer)), ErrorCode::corrupt);
}

TEST(IndexFooter, NewerFormatIsIncompatible) {
  std::string footer = encode_footer(footer_of(content()));
  footer[8] = 2;
  footer.resize(kFooterSize - 8);
  base::ByteWriter(footer).u64(base::checksum(footer));
  const auto file = read_index_file(content() + footer);
  EXPECT_EQ(code_of(file), ErrorCode::incompatible);
  EXPECT_NE(file.error().message.find("found format 2"), std::string::npos);
}

TEST(IndexFooter, ForeignFilesAreBare) {
  EXPECT_FALSE(read_index_file("").value().footer.has_value());
  EXPECT_FALSE(read_index_file(std::string(5000, '\0')).value().footer.has_value());
}

}  // namespace
}  // namespace quire::checkpoint
