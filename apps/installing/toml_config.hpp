#pragma once

#include <string>

#include <quire/result.hpp>

#include "installing/file_text.hpp"
#include "installing/server_entry.hpp"

/// The entry of this program in a configuration in TOML, as a table of its own at the end; every
/// other byte of the file stays.
namespace quire::installing {

/// `before` with `entry` as the table [`servers`.quire]; the same if it is there. An older table of
/// this program gives way, where it stands.
/// Errors: `store_serde`, "`file`:LINE: ..." for what is no TOML or has no room for the table;
/// `invalid_argument` if somebody else's entry has the name.
Result<FileText> with_toml_server(const FileText& before,
                                  const std::string& servers,
                                  const ServerEntry& entry,
                                  const std::string& file);

/// `before` without that table; the same if there is none. Errors: as with_toml_server().
Result<FileText> without_toml_server(const FileText& before,
                                     const std::string& servers,
                                     const std::string& file);

}  // namespace quire::installing
