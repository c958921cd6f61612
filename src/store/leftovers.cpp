#include "store/leftovers.hpp"

#include "base/try.hpp"
#include "store/checkpoint_image.hpp"
#include "store/journal/journal.hpp"
#include "store/merge.hpp"
#include "store/waiting_index.hpp"

namespace quire::store {

std::string original_name(const std::string& name) {
  return name + ".orig";
}

bool is_leftover(std::string_view name) {
  for (const char* file : {kIndexName, kMetadataName}) {
    if (name == temporary_name(file) || name == original_name(file)) {
      return true;
    }
  }
  return name == journal::kUnfinishedName || is_waiting_index(name);
}

Status remove_files(base::FileSystem& files,
                    const std::string& folder,
                    std::vector<std::string>& names) {
  while (!names.empty()) {
    const std::string path = base::join(folder, names.back());
    QUIRE_TRY_ASSIGN(const base::FileStat found, files.stat(path));
    if (found.exists && !found.is_directory) {
      QUIRE_TRY(files.unlink(path));
    }
    names.pop_back();
  }
  return {};
}

}  // namespace quire::store
