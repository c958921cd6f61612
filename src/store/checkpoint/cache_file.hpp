#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <quire/result.hpp>

#include "base/uuid.hpp"

/// cache/checkpoint-LSN: what opening a pair would otherwise have to compute from all of it.
/// Derived from the pair alone; whatever is wrong with it, it is ignored.
///
///     "QUIRECPT" | u32 format | u32 zero | uuid (16) | u64 lsn
///     | u64 size of index.usearch | u64 its footer's content hash
///     | u64 size of metadata.json | its checksum's 16 digits
///     | u64 blocks of index.usearch | u64 XXH3-64 of each
///     | u64 blocks of metadata.json | u64 XXH3-64 of each
///     | u64 size of the columns | columns (records/table_columns.hpp)
///     | u64 XXH3-64 of the bytes before
///
/// A block is 64 KiB of the file, footer and closing line included; the last one may be shorter.
namespace quire::checkpoint {

inline constexpr std::uint32_t kCacheFormat = 1;

/// The two files that a cache was made of.
struct Pair {
  base::Uuid uuid;
  std::uint64_t lsn = 0;
  std::uint64_t index_size = 0;
  std::uint64_t index_hash = 0;
  std::uint64_t metadata_size = 0;
  std::string metadata_hash;  ///< 16 digits, as metadata.json spells it.

  bool operator==(const Pair&) const = default;
};

struct CacheFile {
  Pair pair;
  std::vector<std::uint64_t> index_blocks;
  std::vector<std::uint64_t> metadata_blocks;
  std::string_view columns;  ///< Begins at a multiple of 8.
};

std::string encode_cache(const CacheFile& cache);

/// Verifies all of `bytes`, to which the answer refers. Errors: `corrupt`, `incompatible` (another
/// format).
Result<CacheFile> read_cache(std::string_view bytes);

}  // namespace quire::checkpoint
