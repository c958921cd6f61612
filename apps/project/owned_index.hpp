#pragma once

#include <filesystem>
#include <string>

#include <quire/result.hpp>

#include "project/place.hpp"

/// Whether the index that lies in a tree was made there by this user. A tree comes from anywhere,
/// and may bring a `.quire` along: with links to the user's files, with text that sounds like the
/// user's own. So the file OWNER in it names what nobody else can write into a tree: the folder's
/// identity on this disk, or a number that the user's state folder has too ($XDG_STATE_HOME/quire,
/// else ~/.local/state/quire). The one holds where the home folder is another one (a container),
/// the other where the disk is (a home folder that was copied). docs/decisions/0015 has the
/// reasons.
namespace quire::project {

/// Nothing if the place's index is not inside its tree, or not there yet (whoever began to make
/// one may have been killed), or ours. Error:
/// `unavailable`, which says what lies there and the two ways on. Nothing in it is opened but
/// OWNER; an index of 0.1.0, which has none, is opened to be read alone: it is ours if it knows
/// the tree's files by the numbers that they have on this disk.
Status check_owned(const Place& place);

/// OWNER, or what becomes it.
bool is_owner_file(const std::filesystem::path& file);

/// Where the user's state folder keeps what it knows of indexes; empty if there is no home.
std::filesystem::path known_indexes();

/// Makes the folder of the place's index known as ours, and keeps it to its owner: 0.1.0 made what
/// the umask left. Whoever opens it to others afterwards is not contradicted. Error: `store_io`,
/// also for what is no folder.
Status mark_owned(const Place& place);

/// Renames what lies at the place's index to `.quire.foreign` (`.quire.foreign.2`, ...), which
/// indexing leaves out, and says to what.
Result<std::string> set_aside(const Place& place);

}  // namespace quire::project
