#include <filesystem>

#include <quire/indexer.hpp>

#include "base/files.hpp"
#include "indexing/attributes.hpp"

namespace quire {
namespace {

/// So many files say enough of a tree.
constexpr std::size_t kMostFiles = 1000;

}  // namespace

bool was_made_at(const VectorStore& store, const std::filesystem::path& root) {
  // Paths come out of the store, which may be anybody's: none leads out of the tree, by a link
  // neither, and nothing but a regular file counts.
  const std::string folder = base::real_path(root.string());
  const auto files = base::folder_file_system(folder);
  std::size_t there = 0;
  std::size_t same = 0;
  for (const source::KnownFile& known : indexing::known_files(store)) {
    const auto found = files->stat(base::join(folder, known.path));
    if (found && found->is_file && there < kMostFiles) {
      ++there;
      same += found->inode == known.inode ? 1 : 0;
    }
  }
  return same * 2 > there;
}

}  // namespace quire
