#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace quire::source {

/// The nearest folder at or above `folder` that has a .git.
std::optional<std::filesystem::path> git_tree_around(const std::filesystem::path& folder);

/// The text of .git/info/exclude for the git tree whose top is `top`, in a linked worktree or a
/// submodule too; "" if there is none.
std::string git_excludes(const std::filesystem::path& top);

/// The text of the user's own ignore file: core.excludesFile, or git's default place for it; "" if
/// there is none.
std::string user_git_excludes();

}  // namespace quire::source
