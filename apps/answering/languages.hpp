#pragma once

#include <optional>
#include <string>
#include <vector>

#include <quire/chunk.hpp>
#include <quire/store_snapshot.hpp>

namespace quire::answering {

/// Those of `files`, "c, go, python", where none of them is in `language`.
std::optional<std::string> languages_instead_of(const std::string& language,
                                                const std::vector<FileSummary>& files);

}  // namespace quire::answering
