#include "store/signature.hpp"

#include <algorithm>

#include "base/try.hpp"
#include "store/journal/journal.hpp"
#include "store/merge.hpp"

namespace quire::store {

Result<Signature> read_signature(base::FileSystem& files, const std::string& folder) {
  Signature signature;
  QUIRE_TRY_ASSIGN(const base::FileStat stat, files.stat(folder));
  if (!stat.is_directory) {
    return signature;
  }
  QUIRE_TRY_ASSIGN(const std::vector<std::string> names, files.list(folder));
  for (const std::string& name : names) {
    if (name == kIndexName || name == kMetadataName || journal::generation_of(name) != 0) {
      signature.names.push_back(name);
    }
  }
  QUIRE_TRY_ASSIGN(const base::FileStat index, files.stat(base::join(folder, kIndexName)));
  QUIRE_TRY_ASSIGN(const base::FileStat metadata, files.stat(base::join(folder, kMetadataName)));
  signature.index_inode = index.inode;
  signature.metadata_inode = metadata.inode;
  const auto newest = std::ranges::max_element(
      signature.names, {}, [](const std::string& name) { return journal::generation_of(name); });
  if (newest != signature.names.end() && journal::generation_of(*newest) != 0) {
    const auto file = files.open(base::join(folder, *newest), base::OpenMode::read);
    if (file) {
      QUIRE_TRY_ASSIGN(signature.journal_header, (*file)->read_at(0, journal::kHeaderSize));
    } else if (file.error().code !=
               ErrorCode::not_found) {  // A checkpoint may just have removed it.
      return std::unexpected(file.error());
    }
  }
  return signature;
}

}  // namespace quire::store
