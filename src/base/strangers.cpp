#include "base/strangers.hpp"

#include "base/try.hpp"

namespace quire::base {
namespace {

Status move_aside(FileSystem& files, const std::string& path) {
  QUIRE_TRY_ASSIGN(const std::string kept, free_name_beside(files, path));
  return files.rename(path, kept);
}

}  // namespace

Status make_room_for_file(FileSystem& files, const std::string& path) {
  QUIRE_TRY_ASSIGN(const FileStat found, files.stat(path));
  return found.exists && !found.is_file ? move_aside(files, path) : Status{};
}

Status make_room_for_folder(FileSystem& files, const std::string& path) {
  QUIRE_TRY_ASSIGN(const FileStat found, files.stat(path));
  return found.exists && !found.is_directory ? move_aside(files, path) : Status{};
}

Result<std::string> free_name_beside(FileSystem& files, const std::string& path) {
  std::string name = path + ".damaged";
  for (int number = 2;; ++number) {
    QUIRE_TRY_ASSIGN(const FileStat found, files.stat(name));
    if (!found.exists) {
      return name;
    }
    name = path + ".damaged." + std::to_string(number);
  }
}

Result<std::unique_ptr<File>> create_file(FileSystem& files, const std::string& path) {
  QUIRE_TRY(make_room_for_file(files, path));
  return files.open(path, OpenMode::create);
}

}  // namespace quire::base
