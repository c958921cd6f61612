#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <quire/result.hpp>

#include "base/files.hpp"

/// What a write that was cut short leaves in a store's folder.
namespace quire::store {

/// The name under which the file `name` of an imported pair is kept until it is converted.
std::string original_name(const std::string& name);

/// True for the names of docs/format.md, and no other: a folder may hold other people's files. An
/// index that waits is none for as long as its metadata.json is there (waiting_index()).
bool is_leftover(std::string_view name);

/// Removes the files of `names` in `folder`, and those from `names` that are done. Folders of such
/// a name are somebody else's and stay; what is not there is no error.
Status remove_files(base::FileSystem& files,
                    const std::string& folder,
                    std::vector<std::string>& names);

}  // namespace quire::store
