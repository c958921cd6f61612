#include "base/files.hpp"

#include "base/try.hpp"

namespace quire::base {

Result<std::size_t> File::read_into(std::uint64_t offset, std::span<char> to) const {
  QUIRE_TRY_ASSIGN(const std::string bytes, read_at(offset, to.size()));
  return bytes.copy(to.data(), to.size());
}

Result<std::unique_ptr<FileBytes>> map_file(FileSystem& files, const std::string& path) {
  QUIRE_TRY_ASSIGN(const auto file, files.open(path, OpenMode::read));
  return file->map();
}

Result<std::string> read_file(FileSystem& files, const std::string& path) {
  QUIRE_TRY_ASSIGN(const auto file, files.open(path, OpenMode::read));
  // Not size() bytes: files of /proc say that they have none.
  return file->read_at(0, SIZE_MAX);
}

std::string join(std::string_view folder, std::string_view name) {
  std::string path(folder);
  if (!path.empty() && path.back() != '/') {
    path.push_back('/');
  }
  return path.append(name);
}

}  // namespace quire::base
