#include "base/bytes.hpp"

#include <string>

#include <gtest/gtest.h>

#include "base/checksum.hpp"
#include "base/uuid.hpp"

namespace quire::base {
namespace {

TEST(ByteWriter, NumbersAreLittleEndian) {
  std::string out;
  ByteWriter writer(out);
  writer.u8(0x01);
  writer.u16(0x0203);
  writer.u32(0x04050607);
  writer.u64(0x08090A0B0C0D0E0F);
  EXPECT_EQ(to_hex(out), "010302070605040f0e0d0c0b0a0908");
}

TEST(ByteReader, ReadsWhatTheWriterWrote) {
  std::string out;
  ByteWriter writer(out);
  writer.u8(7);
  writer.i64(-5);
  writer.string("text");
  writer.pad_to(8);
  writer.bytes("end");
  ByteReader reader(out);
  EXPECT_EQ(reader.u8(), 7);
  EXPECT_EQ(reader.i64(), -5);
  EXPECT_EQ(reader.string(), "text");
  EXPECT_EQ(reader.offset(), 17U);
  EXPECT_EQ(reader.bytes(7), std::string(7, '\0'));
  EXPECT_EQ(reader.remaining(), 3U);
  EXPECT_EQ(reader.bytes(3), "end");
  EXPECT_TRUE(reader.ok());
}

TEST(ByteReader, PastTheEndGivesZerosForGood) {
  ByteReader reader("ab");
  EXPECT_EQ(reader.u32(), 0U);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.u8(), 0U);
  EXPECT_EQ(reader.string(), "");
  EXPECT_FALSE(reader.ok());
}

TEST(ByteReader, LengthBeyondTheEndGivesNoString) {
  std::string out;
  ByteWriter(out).u32(0xFFFFFFFF);
  out += "abc";
  ByteReader reader(out);
  EXPECT_EQ(reader.string(), "");
  EXPECT_FALSE(reader.ok());
}

TEST(Checksum, IsXxh3) {
  // XXH3-64 of nothing, from the specification's test vectors.
  EXPECT_EQ(checksum(""), 0x2D06800538D394C2U);
  EXPECT_NE(checksum("a"), checksum("a", 1));
}

TEST(Checksum, PiecesHashAsTheWhole) {
  std::string whole;
  Checksum pieces;
  for (int i = 0; i < 300; ++i) {
    const std::string piece(static_cast<std::size_t>(i), static_cast<char>(i));
    whole += piece;
    pieces.update(piece);
  }
  EXPECT_EQ(pieces.value(), checksum(whole));
}

TEST(Hex, IsLowerCaseAndBigEndianForNumbers) {
  EXPECT_EQ(to_hex(std::uint64_t{0xAB}), "00000000000000ab");
  EXPECT_EQ(to_hex(std::string_view("\x00\xff", 2)), "00ff");
}

TEST(Uuid, TextGoesThereAndBack) {
  const Uuid uuid = uuid_from_bytes("0123456789abcdef");
  EXPECT_EQ(to_string(uuid), "30313233343536373839616263646566");
  EXPECT_EQ(parse_uuid(to_string(uuid)), uuid);
  EXPECT_EQ(to_string(Uuid{}), "");
}

TEST(Uuid, WhatIsNoUuidIsNil) {
  EXPECT_TRUE(parse_uuid("").is_nil());
  EXPECT_TRUE(parse_uuid("3031323334353637383961626364656").is_nil());
  EXPECT_TRUE(parse_uuid("3031323334353637383961626364656G").is_nil());
  EXPECT_TRUE(parse_uuid("3031323334353637383961626364656F").is_nil());
  EXPECT_TRUE(uuid_from_bytes("short").is_nil());
}

}  // namespace
}  // namespace quire::base
