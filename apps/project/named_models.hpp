#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <quire/result.hpp>

/// The folders of models that this user named, by --model or $QUIRE_MODEL of a `quire index`. An
/// index says which model it was made with, and may be anybody's: a folder that only an index names
/// is not read. They are kept in the user's state folder, $XDG_STATE_HOME/quire/models, else
/// ~/.local/state/quire/models: a file each, by the checksum of the folder's name.
namespace quire::project {

/// Whole paths without links, in no order; folders that are gone among them.
std::vector<std::filesystem::path> named_models();

/// True if `folder` is among them.
bool is_named_model(const std::filesystem::path& folder);

/// Adds `model` if it is a folder; nothing else is a file's matter. Errors: `store_io`; `not_found`
/// if there is no state folder.
Status note_named_model(const std::string& model);

}  // namespace quire::project
