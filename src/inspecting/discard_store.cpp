#include <string>
#include <vector>

#include <quire/inspect.hpp>

#include "base/files.hpp"
#include "base/try.hpp"
#include "inspecting/inspect_files.hpp"
#include "store/cache_folder.hpp"

namespace quire {
namespace {

/// Everything in cache/ is derived from what is gone.
Status empty_cache(base::FileSystem& files, const std::string& folder) {
  QUIRE_TRY_ASSIGN(const std::vector<std::string> names, store::names_in_cache(files, folder));
  for (const std::string& name : names) {
    QUIRE_TRY(store::remove_cache_file(files, folder, name));
  }
  return {};
}

}  // namespace

Status discard_store(const std::filesystem::path& folder) {
  const std::string name = base::real_path(folder.string());
  const auto files = base::folder_file_system(name);
  QUIRE_TRY(inspecting::discard(files, name));
  QUIRE_TRY(empty_cache(*files, name));
  return {};
}

}  // namespace quire
