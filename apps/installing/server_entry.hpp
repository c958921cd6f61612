#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"

/// How an agent starts the MCP server.
namespace quire::installing {

/// The server's name in every configuration.
inline constexpr std::string_view kServerName = "quire";

/// What an error says behind an entry that is not is_written_by_us().
inline constexpr const char* kNotOurs =
    " was not written by `quire install` or was changed since; rename it or take it out by hand";

struct ServerEntry {
  std::string command;  ///< A name to be found by PATH, or an absolute path.
  std::vector<std::string> args;
};

/// True if `entry` (the members of one server) may be one that this program wrote: it starts a
/// program named quire with `mcp`, and says nothing else.
bool is_written_by_us(const base::Json& entry);

}  // namespace quire::installing
