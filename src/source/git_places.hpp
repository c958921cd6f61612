#pragma once

#include <filesystem>
#include <optional>

namespace quire::source {

/// The nearest folder at or above `folder` that has a .git.
std::optional<std::filesystem::path> git_tree_around(const std::filesystem::path& folder);

/// Where the .git/info/exclude of the git tree is whose top is `top`, in a linked worktree or a
/// submodule too; it need not be there. A link of git's longer than 1 MiB is no link, as for git.
std::filesystem::path git_exclude_file(const std::filesystem::path& top);

/// The user's own ignore file: core.excludesFile, or git's default place for it; it need not be
/// there, and "" is no place.
std::filesystem::path user_git_exclude_file();

}  // namespace quire::source
