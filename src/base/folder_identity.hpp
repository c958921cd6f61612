#pragma once

#include <string>

namespace quire::base {

/// What tells the folder at `path` of the real disk from every other one, also from one that had or
/// will have its name: its number on the file system and the nanosecond of its birth. Nobody can
/// choose either, and no copy, archive or checkout carries them along; a rename does. Where the
/// file system keeps no times of birth it is the number alone. A link is not followed. "" for what
/// is no folder.
std::string folder_identity(const std::string& path);

}  // namespace quire::base
