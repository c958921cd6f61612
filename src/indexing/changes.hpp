#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <quire/indexer.hpp>

#include "source/known_file.hpp"
#include "source/walk.hpp"

namespace quire::indexing {

/// A file that has to be read to say whether it changed.
struct Candidate {
  source::SourceFile file;
  std::optional<source::KnownFile> known;  ///< What the index knows of it; nothing if it is new.
};

/// How a tree differs from what an index knows of it, as far as listing it can say.
struct Changes {
  std::vector<Candidate> candidates;    ///< By path.
  std::vector<source::KnownFile> gone;  ///< No longer there, too large now, or ignored; by path.
  std::vector<std::string> strays;      ///< Likewise, of files that were not known.
  std::vector<SkippedFile> skipped;     ///< By path.
  std::uint64_t unchanged = 0;          ///< Text files that agree in size, time and inode.
};

/// Compares by size, time and inode. `rebuild`: trust none.
///
/// `strays`: displayable paths that chunks name and `known` does not.
///
/// What could not be asked for, or lies under a folder that could not be listed, is neither gone
/// nor unchanged: nothing is known of it.
Changes find_changes(source::WalkResult walked,
                     std::vector<source::KnownFile> known,
                     std::vector<std::string> strays,
                     bool rebuild);

}  // namespace quire::indexing
