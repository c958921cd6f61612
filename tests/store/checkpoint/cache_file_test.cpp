#include "store/checkpoint/cache_file.hpp"

#include <gtest/gtest.h>

#include "base/checksum.hpp"
#include "base/verified_bytes.hpp"

namespace quire::checkpoint {
namespace {

CacheFile a_cache(std::string_view columns) {
  CacheFile cache;
  cache.pair.uuid = base::parse_uuid("0123456789abcdef0123456789abcdef");
  cache.pair.lsn = 12;
  cache.pair.index_size = 2 * base::kBlockSize + 1;
  cache.pair.index_hash = 7;
  cache.pair.metadata_size = base::kBlockSize;
  cache.pair.metadata_hash = "00112233445566aa";
  cache.index_blocks = {1, 2, 3};
  cache.metadata_blocks = {4};
  cache.columns = columns;
  return cache;
}

/// With the hash that belongs to it, whatever it says.
std::string rehashed(std::string bytes) {
  const std::uint64_t hash = base::checksum(std::string_view(bytes).substr(0, bytes.size() - 8));
  return bytes.replace(bytes.size() - 8, 8, reinterpret_cast<const char*>(&hash), 8);
}

TEST(CacheFile, GivesBackWhatWasWritten) {
  const std::string bytes = encode_cache(a_cache("columns!"));
  const CacheFile cache = read_cache(bytes).value();
  EXPECT_EQ(cache.pair, a_cache("").pair);
  EXPECT_EQ(cache.index_blocks, (std::vector<std::uint64_t>{1, 2, 3}));
  EXPECT_EQ(cache.metadata_blocks, std::vector<std::uint64_t>{4});
  EXPECT_EQ(cache.columns, "columns!");
  EXPECT_EQ((cache.columns.data() - bytes.data()) % 8, 0);
}

TEST(CacheFile, EveryFlippedBitAndEveryCutIsAnError) {
  const std::string sound = encode_cache(a_cache("columns!"));
  for (std::size_t bit = 0; bit < sound.size() * 8; ++bit) {
    std::string bytes = sound;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(read_cache(bytes)) << bit;
  }
  for (std::size_t size = 0; size < sound.size(); ++size) {
    EXPECT_FALSE(read_cache(sound.substr(0, size))) << size;
  }
}

TEST(CacheFile, CountsAreNotBelieved) {
  const std::string sound = encode_cache(a_cache("columns!"));
  constexpr std::size_t kCounts = 16 + 16 + 5 * 8 + 8;
  for (const std::size_t at : {kCounts, kCounts + 8 + 3 * 8, kCounts + 8 + 3 * 8 + 16}) {
    for (const std::uint64_t count :
         {std::uint64_t{2}, std::uint64_t{99}, std::uint64_t{1} << 61, UINT64_MAX}) {
      std::string bytes = sound;
      bytes.replace(at, 8, reinterpret_cast<const char*>(&count), 8);
      EXPECT_FALSE(read_cache(rehashed(bytes)) && count != 2) << at << " " << count;
    }
  }
}

TEST(CacheFile, AnotherFormatIsSaidToBeSo) {
  std::string bytes = encode_cache(a_cache("columns!"));
  bytes[8] = 9;
  const auto cache = read_cache(rehashed(bytes));
  ASSERT_FALSE(cache);
  EXPECT_EQ(cache.error().code, ErrorCode::incompatible);
}

}  // namespace
}  // namespace quire::checkpoint
