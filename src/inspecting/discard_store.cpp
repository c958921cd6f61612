#include <chrono>
#include <string>
#include <vector>

#include <quire/inspect.hpp>

#include "base/files.hpp"
#include "base/try.hpp"
#include "store/store_lock.hpp"

namespace quire {
namespace {

constexpr std::chrono::milliseconds kWriterPatience{5000};
constexpr std::chrono::milliseconds kReaderPatience{2000};

bool is_store_file(std::string_view name) {
  const bool journal = name.starts_with("journal-") || name == "journal.tmp";
  return name.starts_with("index.usearch") || name.starts_with("metadata.json") || journal;
}

Status remove_files(base::FileSystem& files, const std::string& folder) {
  QUIRE_TRY_ASSIGN(const std::vector<std::string> names, files.list(folder));
  for (const std::string& name : names) {
    if (is_store_file(name)) {
      QUIRE_TRY(files.unlink(base::join(folder, name)));
    }
  }
  return {};
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
  QUIRE_TRY(remove_files(*files, name));
  QUIRE_TRY(empty_cache(*files, name));
  return files->sync_folder(name);
}

}  // namespace quire
