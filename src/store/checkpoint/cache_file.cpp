#include "store/checkpoint/cache_file.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "base/bytes.hpp"
#include "base/checksum.hpp"
#include "base/verified_bytes.hpp"

namespace quire::checkpoint {
namespace {

constexpr std::string_view kMagic = "QUIRECPT";
constexpr std::size_t kHashDigits = 16;
constexpr std::size_t kHash = sizeof(std::uint64_t);
constexpr std::size_t kAlignment = 8;

void put(base::ByteWriter& out, const std::vector<std::uint64_t>& hashes) {
  out.u64(hashes.size());
  for (const std::uint64_t hash : hashes) {
    out.u64(hash);
  }
}

std::vector<std::uint64_t> take_hashes(base::ByteReader& in) {
  const std::uint64_t count = in.u64();
  std::vector<std::uint64_t> hashes(count <= in.remaining() / kHash ? count : 0);
  for (std::uint64_t& hash : hashes) {
    hash = in.u64();
  }
  return hashes;
}

bool fits(const std::vector<std::uint64_t>& hashes, std::uint64_t size) {
  return hashes.size() == size / base::kBlockSize + (size % base::kBlockSize != 0 ? 1 : 0);
}

}  // namespace

std::string encode_cache(const CacheFile& cache) {
  QUIRE_ASSERT(cache.pair.metadata_hash.size() == kHashDigits);
  std::string bytes;
  base::ByteWriter out(bytes);
  out.bytes(kMagic);
  out.u32(kCacheFormat);
  out.u32(0);
  out.bytes(cache.pair.uuid.view());
  out.u64(cache.pair.lsn);
  out.u64(cache.pair.index_size);
  out.u64(cache.pair.index_hash);
  out.u64(cache.pair.metadata_size);
  out.bytes(cache.pair.metadata_hash);
  put(out, cache.index_blocks);
  put(out, cache.metadata_blocks);
  out.u64(cache.columns.size());
  out.bytes(cache.columns);
  out.pad_to(kAlignment);
  out.u64(base::checksum(bytes));
  return bytes;
}

Result<CacheFile> read_cache(std::string_view bytes) {
  base::ByteReader in(bytes);
  const bool is_ours = in.bytes(kMagic.size()) == kMagic;
  const std::uint32_t format = in.u32();
  in.u32();
  if (is_ours && format != kCacheFormat) {
    return fail(ErrorCode::incompatible, "a cache of format " + std::to_string(format) +
                                             "; this quire writes " + std::to_string(kCacheFormat));
  }
  base::ByteReader end(bytes.substr(bytes.size() - std::min(bytes.size(), kHash)));
  if (!is_ours || bytes.size() < kHash ||
      end.u64() != base::checksum(bytes.substr(0, bytes.size() - kHash))) {
    return fail(ErrorCode::corrupt,
                "a cache of " + std::to_string(bytes.size()) + " bytes that do not verify");
  }
  CacheFile cache;
  cache.pair.uuid = base::uuid_from_bytes(in.bytes(cache.pair.uuid.bytes.size()));
  cache.pair.lsn = in.u64();
  cache.pair.index_size = in.u64();
  cache.pair.index_hash = in.u64();
  cache.pair.metadata_size = in.u64();
  cache.pair.metadata_hash = in.bytes(kHashDigits);
  cache.index_blocks = take_hashes(in);
  cache.metadata_blocks = take_hashes(in);
  cache.columns = in.bytes(in.u64());
  if (!in.ok() || !fits(cache.index_blocks, cache.pair.index_size) ||
      !fits(cache.metadata_blocks, cache.pair.metadata_size)) {
    return fail(ErrorCode::corrupt, "a cache that declares what it does not hold");
  }
  return cache;
}

}  // namespace quire::checkpoint
