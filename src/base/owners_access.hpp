#pragma once

#include <string>

#include <quire/result.hpp>

namespace quire::base {

/// Takes from all but their owner what they may do with the folder at `path`, its files and its
/// folders, as if we had made them. No link is followed; what has another owner, or another name
/// too, and what is no file and no folder, stays as it is. Error: `store_io`.
Status keep_to_owner(const std::string& path);

}  // namespace quire::base
