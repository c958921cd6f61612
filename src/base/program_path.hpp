#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <quire/result.hpp>

/// Where other programs come from. A PATH with `.`, an empty or a relative folder in it names
/// whatever tree one stands in, and that tree may be anybody's.
namespace quire::base {

/// From now on this process starts no program that lies below `folder`, a real_path().
void start_nothing_below(const std::string& folder);

/// Of `folders`, a list with colons between as PATH is, those with absolute names that lie below
/// nothing given to start_nothing_below(), where their links lead; in their order.
std::string safe_folders(std::string_view folders);

/// `environment` ("NAME=value") with the safe folders alone in PATH and LD_LIBRARY_PATH, for what a
/// program starts and loads itself. One that has none of them left is left out.
std::vector<std::string> safe_environment(std::vector<std::string> environment);

/// The file that `name` starts: itself if it has a `/`, else the first of that name in the safe
/// folders of this process's PATH (without one: of /usr/local/bin:/usr/bin:/bin) that may be
/// executed and leads to nothing below what start_nothing_below() was given. Error: `not_found`.
Result<std::string> find_program(const std::string& name);

}  // namespace quire::base
