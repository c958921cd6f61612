#include "store/cache_folder.hpp"

#include <utility>
#include <vector>

#include "base/strangers.hpp"
#include "base/try.hpp"

namespace quire::store {
namespace {

constexpr std::string_view kPrefix = "checkpoint-";
constexpr std::string_view kWordsPrefix = "words-";
constexpr std::string_view kUnfinishedSuffix = ".tmp";

Status make_cache_folder(base::FileSystem& files, const std::string& folder) {
  const std::string path = base::join(folder, kCacheFolder);
  QUIRE_TRY(base::make_room_for_folder(files, path));
  return files.create_folder(path);
}

}  // namespace

Result<std::vector<std::string>> names_in_cache(base::FileSystem& files,
                                                const std::string& folder) {
  const std::string path = base::join(folder, kCacheFolder);
  QUIRE_TRY_ASSIGN(const base::FileStat found, files.stat(path));
  if (!found.is_directory) {
    return std::vector<std::string>();
  }
  auto names = files.list(path);
  return !names && names.error().code == ErrorCode::not_found ? std::vector<std::string>()
                                                              : std::move(names);
}

std::string cache_name(std::uint64_t lsn) {
  return base::join(kCacheFolder, std::string(kPrefix) + std::to_string(lsn));
}

std::unique_ptr<base::FileBytes> map_cache(base::FileSystem& files,
                                           const std::string& folder,
                                           std::uint64_t lsn) {
  auto mapped = base::map_file(files, base::join(folder, cache_name(lsn)));
  return mapped ? std::move(*mapped) : nullptr;
}

Status write_cache_file(base::FileSystem& files,
                        const std::string& folder,
                        const std::string& name,
                        std::string_view bytes) {
  QUIRE_TRY(make_cache_folder(files, folder));
  const std::string path = base::join(base::join(folder, kCacheFolder), name);
  const std::string unfinished = path + std::string(kUnfinishedSuffix);
  QUIRE_TRY_ASSIGN(const std::unique_ptr<base::File> file, base::create_file(files, unfinished));
  QUIRE_TRY(file->write_at(0, bytes));
  QUIRE_TRY(file->close());
  return files.rename(unfinished, path);
}

Status remove_cache_file(base::FileSystem& files,
                         const std::string& folder,
                         const std::string& name) {
  const Status removed = files.unlink(base::join(base::join(folder, kCacheFolder), name));
  return !removed && removed.error().code == ErrorCode::not_found ? Status() : removed;
}

Status write_cache(base::FileSystem& files,
                   const std::string& folder,
                   const CheckpointImage& image) {
  const std::string bytes = image.cache();
  return bytes.empty()
             ? Status()
             : write_cache_file(files, folder,
                                std::string(kPrefix) + std::to_string(image.metadata_lsn()), bytes);
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
  QUIRE_TRY_ASSIGN(const std::vector<std::string> names, names_in_cache(files, folder));
  for (const std::string& name : names) {
    if (name.starts_with(kPrefix) || name.starts_with(kWordsPrefix) || name == kMergeName) {
      QUIRE_TRY(remove_cache_file(files, folder, name));
    }
  }
  QUIRE_TRY_ASSIGN(const base::FileStat cache, files.stat(base::join(folder, kCacheFolder)));
  QUIRE_TRY_ASSIGN(const std::vector<std::string> foreign, names_in_cache(files, folder));
  return cache.exists && foreign.empty() ? files.remove_folder(base::join(folder, kCacheFolder))
                                         : Status{};
}

}  // namespace quire::store
