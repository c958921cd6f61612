#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <quire/result.hpp>

#include "base/files.hpp"
#include "store/checkpoint_image.hpp"

/// The store's derived files, in cache/ beside it. Any may be missing or of no use at any time.
namespace quire::store {

inline constexpr const char* kCacheFolder = "cache";

/// "cache/checkpoint-12".
std::string cache_name(std::uint64_t lsn);

/// Null if there is none that can be had.
std::unique_ptr<base::FileBytes> map_cache(base::FileSystem& files,
                                           const std::string& folder,
                                           std::uint64_t lsn);

/// Writes the cache of `image`, whole or not at all for whoever looks; nothing if it can have none.
/// Not synced: what a crash leaves does not verify.
Status write_cache(base::FileSystem& files,
                   const std::string& folder,
                   const CheckpointImage& image);

/// Removes the caches of other lsns.
Status remove_other_caches(base::FileSystem& files, const std::string& folder, std::uint64_t lsn);

/// Removes them all, and cache/ if nothing else is in it.
Status remove_caches(base::FileSystem& files, const std::string& folder);

}  // namespace quire::store
