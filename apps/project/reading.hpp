#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "project/place.hpp"

/// What a command about a tree reads; docs/security.md has the table.
namespace quire::project {

/// `model`: of --model, or "". Nothing if it can't be said beforehand: where only the index knows
/// its tree, and where curl is started.
std::optional<std::vector<std::filesystem::path>> places_to_read(const Place& place,
                                                                 const std::string& model);

/// forbid_reads_but_below() those, if they can be said.
void forbid_other_reads(const Place& place, const std::string& model);

}  // namespace quire::project
