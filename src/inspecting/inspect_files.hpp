#pragma once

#include <memory>
#include <ostream>
#include <string>

#include <quire/inspect.hpp>

#include "base/files.hpp"

/// check, repair and dump on any file system.
namespace quire::inspecting {

Result<CheckReport> check(base::FileSystem& files, const std::string& folder);

Result<RepairReport> repair(const std::shared_ptr<base::FileSystem>& files,
                            const std::string& folder);

Status dump(base::FileSystem& files, const std::string& path, std::ostream& out);

}  // namespace quire::inspecting
