#include "store/cache_folder.hpp"

#include <utility>
#include <vector>

#include "base/try.hpp"

namespace quire::store {
namespace {

constexpr std::string_view kPrefix = "checkpoint-";
constexpr std::string_view kUnfinishedSuffix = ".tmp";

/// Sorted; none where there is no such folder.
Result<std::vector<std::string>> names_in_cache(base::FileSystem& files,
                                                const std::string& folder) {
  auto names = files.list(base::join(folder, kCacheFolder));
  return !names && names.error().code == ErrorCode::not_found ? std::vector<std::string>()
                                                              : std::move(names);
}

}  // namespace

std::string cache_name(std::uint64_t lsn) {
  return base::join(kCacheFolder, std::string(kPrefix) + std::to_string(lsn));
}

std::unique_ptr<base::FileBytes> map_cache(base::FileSystem& files,
                                           const std::string& folder,
                                           std::uint64_t lsn) {
  auto mapped = base::map_file(files, base::join(folder, cache_name(lsn)));
  return mapped ? std::move(*mapped) : nullptr;
}

Status write_cache(base::FileSystem& files,
                   const std::string& folder,
                   const CheckpointImage& image) {
  const std::string bytes = image.cache();
  if (bytes.empty()) {
    return {};
  }
  QUIRE_TRY(files.create_folder(base::join(folder, kCacheFolder)));
  const std::string path = base::join(folder, cache_name(image.metadata_lsn()));
  const std::string unfinished = path + std::string(kUnfinishedSuffix);
  QUIRE_TRY_ASSIGN(const std::unique_ptr<base::File> file,
                   files.open(unfinished, base::OpenMode::create));
  QUIRE_TRY(file->write_at(0, bytes));
  QUIRE_TRY(file->close());
  // Others may have a file of that name mapped: it is replaced, never changed.
  return files.rename(unfinished, path);
}

Status remove_other_caches(base::FileSystem& files, const std::string& folder, std::uint64_t lsn) {
  QUIRE_TRY_ASSIGN(const std::vector<std::string> names, names_in_cache(files, folder));
  for (const std::string& name : names) {
    const std::string path = base::join(kCacheFolder, name);
    if (name.starts_with(kPrefix) && path != cache_name(lsn)) {
      QUIRE_TRY(files.unlink(base::join(folder, path)));
    }
  }
  return {};
}

Status remove_caches(base::FileSystem& files, const std::string& folder) {
  QUIRE_TRY(remove_other_caches(files, folder, UINT64_MAX));
  QUIRE_TRY_ASSIGN(const base::FileStat cache, files.stat(base::join(folder, kCacheFolder)));
  QUIRE_TRY_ASSIGN(const std::vector<std::string> foreign, names_in_cache(files, folder));
  return cache.exists && foreign.empty() ? files.remove_folder(base::join(folder, kCacheFolder))
                                         : Status{};
}

}  // namespace quire::store
