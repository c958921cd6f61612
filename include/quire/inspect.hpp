#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include <quire/result.hpp>
#include <quire/vector_store.hpp>

namespace quire {

/// One thing wrong with a store.
struct Finding {
  std::string file;
  std::uint64_t offset = 0;  ///< The first byte it concerns.
  std::string problem;
};

struct CheckReport {
  bool exists = false;             ///< There is a store at all.
  std::vector<Finding> findings;   ///< Empty: sound.
  std::vector<std::string> notes;  ///< Harmless: a torn tail, leftover files.
  std::uint64_t lsn = 0;
  std::uint64_t chunks = 0;
};

/// Verifies everything in the store's folder: checksums, structure, and that vectors and metadata
/// agree. Writes nothing. What can't be judged is an error, not a finding: `incompatible` (a newer
/// format), `locked` (files are being swapped), `store_io`.
Result<CheckReport> check_store(const std::filesystem::path& folder);

/// What repair_store() kept and dropped.
struct RepairReport {
  std::vector<std::string> actions;
  std::uint64_t chunks_kept = 0;
  std::uint64_t chunks_lost = 0;  ///< Known to have been there.
};

/// Makes a damaged store usable with all that verifies, and says what it dropped. What it replaces
/// is kept beside it as NAME.damaged, NAME.damaged.2, ... A sound store stays as it is. Files of
/// another store than metadata.json's are dropped. Cut short, it is finished by the next one.
///
/// Attributes are kept even if the chunks that they speak of are not. Who gives them a meaning sets
/// them right in `amend`: it is called with the repaired store before that takes the damaged one's
/// place, so that no crash comes between. Errors, before anything is touched: `locked`,
/// `incompatible` (a file of a newer format, which an older quire would drop); then `store_io`, and
/// amend's own.
Result<RepairReport> repair_store(const std::filesystem::path& folder,
                                  const std::function<Status(VectorStore&)>& amend = {});

/// Removes what a store has in `folder`, damaged or not, so that the next open finds an empty
/// store; other files stay. Keys that the old store is known to have used are not used again.
/// Errors: `locked`, `store_io`.
Status discard_store(const std::filesystem::path& folder);

/// Prints any file that a store writes in a form that people can read, damaged ones as far as they
/// go. Errors: `not_found`, `store_io`, `invalid_argument` (not one of ours).
Status dump_file(const std::filesystem::path& file, std::ostream& out);

}  // namespace quire
