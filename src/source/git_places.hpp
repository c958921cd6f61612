#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <quire/result.hpp>

namespace quire::source {

/// The nearest folder at or above `folder` that has a .git.
std::optional<std::filesystem::path> git_tree_around(const std::filesystem::path& folder);

/// Where the .git/info/exclude of the git tree is whose top is `top`, in a linked worktree or a
/// submodule too; it need not be there. A link of git's longer than 1 MiB is no link, as for git.
std::filesystem::path git_exclude_file(const std::filesystem::path& top);

/// True if `folder` is a linked worktree of the same repository as the git tree whose top is `top`:
/// the same code once more. A submodule is none. Of `folder` its .git is read, no link followed.
bool is_linked_worktree(const std::filesystem::path& folder, const std::filesystem::path& top);

/// The user's own ignore file: core.excludesFile, or git's default place for it; it need not be
/// there, and "" is no place.
std::filesystem::path user_git_exclude_file();

/// Where, outside of `root`, a walk of it reads what says which files count, of what is there:
/// git's links and folders of information, the ignore files of folders above it, the user's own
/// files of git's. A folder that only claims to be git's is none of them.
std::vector<std::filesystem::path> ignore_places_outside(const std::filesystem::path& root);

/// `text`, read of a file outside of the tree that is there; if it could not be read, what it was
/// when it could. A program that gave up reading elsewhere can't read what took a file's place.
std::string kept_text(const std::filesystem::path& file, Result<std::string> text);

}  // namespace quire::source
