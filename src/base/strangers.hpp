#pragma once

#include <string>

#include <quire/result.hpp>

#include "base/files.hpp"

/// What stands in the place of a file or folder of ours and is of another kind: a link, a pipe, a
/// folder where a file belongs. It can't be used and is not ours to delete, so it is renamed to
/// NAME.damaged (NAME.damaged.2, ... where that is taken) and kept.
namespace quire::base {

/// Clears `path` for a file: what is there and no regular file is moved aside.
Status make_room_for_file(FileSystem& files, const std::string& path);

/// Clears `path` for a folder.
Status make_room_for_folder(FileSystem& files, const std::string& path);

/// The first of NAME.damaged, NAME.damaged.2, ... that is not taken.
Result<std::string> free_name_beside(FileSystem& files, const std::string& path);

/// Opens an empty file at `path` for writing, after make_room_for_file().
Result<std::unique_ptr<File>> create_file(FileSystem& files, const std::string& path);

}  // namespace quire::base
