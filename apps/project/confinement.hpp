#pragma once

#include <filesystem>
#include <string>
#include <vector>

/// What the program gives up for good before it reads what others wrote, so that a mistake in a
/// parser of foreign bytes is worth little. docs/security.md has the table. Linux alone; where the
/// kernel or a container doesn't have it, the program goes on without.
namespace quire::project {

/// From now on no thread of this process, and no child, opens a socket or starts a program, and
/// nothing gains privileges by a program's mode. Such calls fail with EACCES.
void forbid_sockets_and_programs();

/// From now on this thread, and those that it starts, change files and folders below `folders`
/// alone, and /dev/null; what is open already stays so. Of a folder that is not there, the nearest
/// above it that is; "" is none. Kernels before 5.19 can't say so without forbidding
/// renames.
void forbid_writes_but_below(const std::vector<std::filesystem::path>& folders);

/// From now on this thread, and those that it starts, read files and list folders that are among
/// `places` or below them alone, and what the system says of this process; what is open already
/// stays so. Places that are not there are none. That a file is there, and of which size, can still
/// be asked.
void forbid_reads_but_below(const std::vector<std::filesystem::path>& places);

/// `folder`, else the nearest above it that is there.
std::filesystem::path nearest_there(std::filesystem::path folder);

/// What holds of all: "no sockets, no other programs, writes below /a/.quire alone, reads below /a
/// alone".
std::string confinement_in_words();

}  // namespace quire::project
