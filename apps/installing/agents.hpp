#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <quire/result.hpp>

#include "installing/file_text.hpp"
#include "installing/server_entry.hpp"

/// The programs that this one can be installed into, and where each keeps its configuration.
namespace quire::installing {

enum class ConfigFormat : std::uint8_t {
  json,  ///< With comments and trailing commas.
  toml,
  lines,  ///< A block of lines for the agent to read: agents_md.hpp.
};

/// A folder of the user: what `variable` says, or `below_home`.
struct UserFolder {
  std::string_view variable;    ///< "": none does.
  std::string_view below_home;  ///< "": the home folder itself.
};

struct Agent {
  std::string_view name;   ///< As on the command line.
  std::string_view title;  ///< As its makers write it.
  ConfigFormat format = ConfigFormat::json;
  std::string_view servers;       ///< The member or table that holds the servers.
  std::string_view project_file;  ///< Below the root.
  UserFolder user_folder;
  std::string_view user_file;  ///< Below user_folder; "": not for us to change.
  std::string_view remark;     ///< What to know before it works; "": nothing.
};

/// All, in the order in which they are shown.
const std::vector<Agent>& agents();

/// The agent of that name, or null.
const Agent* find_agent(std::string_view name);

/// What `agent` calls with to start the server: `given` (--root, --db and what they say) is passed
/// on; without, an agent that starts servers anywhere is told to say where its folder is.
ServerEntry entry_for(const Agent& agent,
                      const std::string& command,
                      const std::vector<std::string>& given);

/// `before` with `entry` in it; the same if it is there. `file` is for messages.
/// Errors: `store_serde`, "`file`:LINE: ..."; `invalid_argument` for what somebody else wrote.
Result<FileText> installed(const Agent& agent,
                           const ServerEntry& entry,
                           const FileText& before,
                           const std::string& file);

/// `before` without what installed() adds, byte for byte what was there before if nothing else was
/// changed since; the same if there is none of it. Errors: as installed().
Result<FileText> uninstalled(const Agent& agent, const FileText& before, const std::string& file);

}  // namespace quire::installing
