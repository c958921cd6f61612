#include <chrono>
#include <string>
#include <vector>

#include <quire/inspect.hpp>

#include "base/files.hpp"
#include "base/try.hpp"
#include "store/checkpoint_image.hpp"
#include "store/journal/journal.hpp"
#include "store/leftovers.hpp"
#include "store/store_lock.hpp"

namespace quire {
namespace {

constexpr std::chrono::milliseconds kWriterPatience{5000};
constexpr std::chrono::milliseconds kReaderPatience{2000};

bool is_store_file(const std::string& name) {
  return name == store::kIndexName || name == store::kMetadataName ||
         journal::generation_of(name) != 0 || store::is_leftover(name);
}

Status remove_store_files(base::FileSystem& files, const std::string& folder) {
  QUIRE_TRY_ASSIGN(std::vector<std::string> names, files.list(folder));
  std::erase_if(names, [](const std::string& name) { return !is_store_file(name); });
  return store::remove_files(files, folder, names);
}

/// Everything in cache/ is derived from what is gone.
Status empty_cache(base::FileSystem& files, const std::string& folder) {
  const std::string cache = base::join(folder, "cache");
  QUIRE_TRY_ASSIGN(const base::FileStat stat, files.stat(cache));
  if (!stat.is_directory) {
    return {};
  }
  QUIRE_TRY_ASSIGN(const std::vector<std::string> names, files.list(cache));
  for (const std::string& name : names) {
    QUIRE_TRY(files.unlink(base::join(cache, name)));
  }
  return {};
}

}  // namespace

Status discard_store(const std::filesystem::path& folder) {
  const auto files = base::posix_file_system();
  const std::string name = folder.string();
  QUIRE_TRY_ASSIGN(store::WriterLock lock,
                   store::WriterLock::acquire(*files, name, kWriterPatience));
  QUIRE_TRY_ASSIGN(const bool swapping, lock.lock_swap(*files, kReaderPatience));
  if (!swapping) {
    return fail(ErrorCode::locked,
                "remove the store " + name + ": a reader is opening it; try again");
  }
  QUIRE_TRY(remove_store_files(*files, name));
  QUIRE_TRY(empty_cache(*files, name));
  return files->sync_folder(name);
}

}  // namespace quire
