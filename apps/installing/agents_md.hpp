#pragma once

#include <string>
#include <string_view>

#include <quire/result.hpp>

#include "installing/file_text.hpp"

/// A block of AGENTS.md that tells coding agents what this program is good for.
namespace quire::installing {

/// The block, from its first mark to its last, "\n" between lines.
std::string_view agents_md_block();

/// `before` with the block at the end, or in place of an older one between the same marks.
/// Errors: `store_serde`, "`file`:LINE: ...", for marks that are no pair and for
/// carriage returns without a line feed.
Result<FileText> with_agents_md(const FileText& before, const std::string& file);

/// `before` without the block; the same if there is none. Errors: as with_agents_md();
/// `invalid_argument` for a block that is not as it was written.
Result<FileText> without_agents_md(const FileText& before, const std::string& file);

}  // namespace quire::installing
