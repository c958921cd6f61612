#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include <quire/inspect.hpp>

#include "base/files.hpp"

/// check, repair and dump on any file system.
namespace quire::inspecting {

Result<CheckReport> check(base::FileSystem& files, const std::string& folder);

bool is_store_file(const std::string& name);

/// Names of a store's files in `folder` under which something else stands: a folder, a link, a
/// pipe.
Result<std::vector<std::string>> not_files(base::FileSystem& files, const std::string& folder);

using Amend = std::function<Status(VectorStore&)>;

Result<RepairReport> repair(const std::shared_ptr<base::FileSystem>& files,
                            const std::string& folder,
                            const Amend& amend = {});

/// Replaces the store by an empty one whose next key is at or beyond every key that the old one is
/// known to have used. A crash leaves the old store, the new one, or files that do not open and
/// that the next discard() or repair() replaces.
Status discard(const std::shared_ptr<base::FileSystem>& files, const std::string& folder);

Status dump(base::FileSystem& files, const std::string& path, std::ostream& out);

}  // namespace quire::inspecting
