#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <quire/result.hpp>

#include "base/files.hpp"
#include "store/checkpoint_image.hpp"

/// The store's derived files, in cache/ beside it. Any may be missing or of no use at any time.
namespace quire::store {

inline constexpr const char* kCacheFolder = "cache";
/// In it, how far a merge came that was ended (merge_progress.hpp).
inline constexpr const char* kMergeName = "merge";

/// Sorted; none where there is no such folder.
Result<std::vector<std::string>> names_in_cache(base::FileSystem& files, const std::string& folder);

/// "cache/checkpoint-12".
std::string cache_name(std::uint64_t lsn);

/// Null if there is none that can be had.
std::unique_ptr<base::FileBytes> map_cache(base::FileSystem& files,
                                           const std::string& folder,
                                           std::uint64_t lsn);

/// Writes cache/NAME, whole or not at all for whoever looks; those who have the old one mapped keep
/// it. Not synced.
Status write_cache_file(base::FileSystem& files,
                        const std::string& folder,
                        const std::string& name,
                        std::string_view bytes);

/// Removes cache/NAME; nothing if it is not there.
Status remove_cache_file(base::FileSystem& files,
                         const std::string& folder,
                         const std::string& name);

/// Writes the cache of `image`, whole or not at all for whoever looks; nothing if it can have none.
/// Not synced: what a crash leaves does not verify.
Status write_cache(base::FileSystem& files,
                   const std::string& folder,
                   const CheckpointImage& image);

/// Removes the caches of other lsns.
Status remove_other_caches(base::FileSystem& files, const std::string& folder, std::uint64_t lsn);

/// Removes them all, those of layers above too, and cache/ if nothing else is in it.
Status remove_caches(base::FileSystem& files, const std::string& folder);

}  // namespace quire::store
