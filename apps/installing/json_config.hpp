#pragma once

#include <string>
#include <string_view>

#include <quire/result.hpp>

#include "base/json.hpp"
#include "installing/file_text.hpp"

/// The entry of this program in a configuration in JSON with comments; every other byte of the file
/// stays. What was there before is told by how it is laid out, so that taking it out again gives
/// the same bytes: in an empty object the entry stands on one line, in an object that was made for
/// it on several, in a file that was made for it its arguments do too.
namespace quire::installing {

/// `before` with `entry` as the member kServerName of the member `servers` of the root; the same
/// if it is there. An older entry of this program gives way.
/// Errors: `store_serde`, "`file`:LINE: ..." for what is no JSON object of that kind;
/// `invalid_argument` if somebody else's entry has the name.
Result<FileText> with_json_server(const FileText& before,
                                  const std::string& servers,
                                  const base::Json& entry,
                                  const std::string& file);

/// `before` without that entry, and without what was only made for it; the same if there is none.
/// Errors: as with_json_server().
Result<FileText> without_json_server(const FileText& before,
                                     const std::string& servers,
                                     const std::string& file);

}  // namespace quire::installing
