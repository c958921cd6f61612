#include "store/records/chunk_codec.hpp"

#include <string>

#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "store/records/metadata_text.hpp"
#include "store/records/record_table.hpp"
#include "support/random_chunks.hpp"

namespace quire::records {
namespace {

std::string encoded(const ChunkMeta& meta) {
  std::string bytes;
  encode_chunk(meta, bytes);
  return bytes;
}

TEST(ChunkCodec, GivesBackWhatWasEncoded) {
  support::RandomChunks random(1);
  for (int i = 0; i < 2000; ++i) {
    const ChunkMeta meta = random.next();
    const Result<ChunkMeta> decoded = decode_chunk(encoded(meta));
    ASSERT_TRUE(decoded.has_value()) << decoded.error().message;
    EXPECT_EQ(*decoded, meta);
  }
}

TEST(ChunkCodec, GivesOfEachChunkWhatIsWanted) {
  support::RandomChunks random(4);
  for (std::size_t bits = 0; bits < kMemberSets; ++bits) {
    const ChunkMeta meta = random.next();
    const MemberSet wanted = member_set(bits);
    const Result<ChunkMeta> decoded = decode_chunk(encoded(meta), wanted);
    ASSERT_TRUE(decoded.has_value()) << decoded.error().message;
    EXPECT_EQ(*decoded, only(wanted, meta)) << bits;
  }
}

TEST(ChunkCodec, AppendsToWhatIsThere) {
  std::string bytes = "before";
  encode_chunk(a_chunk(), bytes);
  EXPECT_EQ(bytes, "before" + encoded(a_chunk()));
}

TEST(ChunkCodec, EveryTruncationIsCorrupt) {
  support::RandomChunks random(2);
  for (int i = 0; i < 20; ++i) {
    const std::string bytes = encoded(random.next());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const Result<ChunkMeta> decoded = decode_chunk(std::string_view(bytes).substr(0, size));
      ASSERT_FALSE(decoded.has_value()) << size;
      EXPECT_EQ(decoded.error().code, ErrorCode::corrupt);
    }
    EXPECT_FALSE(decode_chunk(bytes + '\0').has_value());
  }
}

TEST(ChunkCodec, EveryFlippedBitIsCorruptOrAnotherChunk) {
  support::RandomChunks random(3);
  const ChunkMeta meta = random.next();
  std::string bytes = encoded(meta);
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    const char flipped = static_cast<char>(1 << bit % 8);
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ flipped);
    if (const Result<ChunkMeta> decoded = decode_chunk(bytes)) {
      EXPECT_NE(*decoded, meta) << bit;
      EXPECT_EQ(encoded(*decoded), bytes) << bit;
    } else {
      EXPECT_EQ(decoded.error().code, ErrorCode::corrupt);
    }
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ flipped);
  }
}

TEST(ChunkCodec, BelievesNoDeclaredCount) {
  std::string bytes = encoded(a_chunk());
  bytes.resize(bytes.size() - 4);
  base::ByteWriter(bytes).u32(UINT32_MAX);
  EXPECT_FALSE(decode_chunk(bytes).has_value());
}

void expect_invalid(const ChunkMeta& meta, std::string_view part_of_message) {
  const Status valid = validate(meta);
  ASSERT_FALSE(valid.has_value()) << part_of_message;
  EXPECT_EQ(valid.error().code, ErrorCode::invalid_argument);
  EXPECT_NE(valid.error().message.find(part_of_message), std::string::npos)
      << valid.error().message;
  const Result<ChunkMeta> decoded = decode_chunk(encoded(meta));
  ASSERT_FALSE(decoded.has_value());
  EXPECT_EQ(decoded.error().code, ErrorCode::corrupt);
}

TEST(Validate, NamesTheMemberAndByteOfInvalidUtf8) {
  const std::string bad = "ab\xff";
  ChunkMeta meta = a_chunk(bad);
  expect_invalid(meta, "file_path: invalid UTF-8 at byte 2");
  meta = a_chunk();
  meta.content = bad;
  expect_invalid(meta, "content: invalid UTF-8 at byte 2");
  meta = a_chunk();
  meta.language = bad;
  expect_invalid(meta, "language: invalid UTF-8 at byte 2");
  meta = a_chunk();
  meta.symbol_name = bad;
  expect_invalid(meta, "symbol_name: invalid UTF-8 at byte 2");
  meta = a_chunk();
  meta.symbol_kind = bad;
  expect_invalid(meta, "symbol_kind: invalid UTF-8 at byte 2");
  meta = a_chunk();
  meta.package_name = bad;
  expect_invalid(meta, "package_name: invalid UTF-8 at byte 2");
  meta = a_chunk();
  meta.extra = {{"note", bad}};
  expect_invalid(meta, "note: invalid UTF-8 at byte 2");
  meta.extra = {{bad, "note"}};
  expect_invalid(meta, "name: invalid UTF-8 at byte 2");
}

TEST(Validate, RefusesExtraNamesThatHaveNoPlaceInTheFile) {
  ChunkMeta meta = a_chunk();
  meta.extra = {{"", "x"}};
  expect_invalid(meta, "without a name");
  meta.extra = {{"a", "x"}, {"b", "x"}, {"a", "y"}};
  expect_invalid(meta, "\"a\" is there twice");
  for (std::size_t i = 0; i < kMemberCount; ++i) {
    const std::string name(to_string(static_cast<Member>(i)));
    meta.extra = {{name, "x"}};
    expect_invalid(meta, "\"" + name + "\": a member has that name");
  }
  meta.extra = {{"Language", "x"}, {"key", ""}, {"a b", ""}};
  EXPECT_TRUE(validate(meta).has_value());
}

TEST(Validate, LimitsTheStringsOfAChunk) {
  ChunkMeta meta = a_chunk();
  meta.content = std::string(kMaxChunkBytes, 'x');
  const Status valid = validate(meta);
  ASSERT_FALSE(valid.has_value());
  EXPECT_NE(valid.error().message.find("at most 67108864"), std::string::npos);
  meta.content.resize(kMaxChunkBytes - meta.file_path.size() - meta.language.size());
  EXPECT_TRUE(validate(meta).has_value());
}

TEST(Member, NamesGoBothWays) {
  for (std::size_t i = 0; i < kMemberCount; ++i) {
    EXPECT_EQ(member_of(to_string(static_cast<Member>(i))), static_cast<Member>(i));
  }
  EXPECT_EQ(member_of("extra"), std::nullopt);
  EXPECT_EQ(member_of(""), std::nullopt);
}

}  // namespace
}  // namespace quire::records
