#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <quire/vector_store.hpp>

#include "store/generation.hpp"
#include "store/redo_record.hpp"

namespace quire::store {

/// A batch made ready: what the journal gets, and the memory that it refers to.
struct Draft {
  struct Memory {
    std::string vectors;
    std::vector<std::string> chunks;
    std::vector<std::string> updates;
  };
  RedoRecord record;
  std::shared_ptr<Memory> memory = std::make_shared<Memory>();
  Commit commit;  ///< But for its lsn.

  /// False where `view` shows already all that the batch asks for.
  bool changes(const ViewPoint& view) const {
    return !record.empty() || record.next_key > view.next_key;
  }
};

/// What `batch` changes in the rows of `view`. `dimensions`: of the first row of a store without
/// any, 0 where the row itself says it; `wanted_fields`: those that the store is to have too. All
/// that can be said of the batch is said here. Errors: `invalid_argument`, with the number of the
/// row; `not_found` for an update of a chunk that is not there; `corrupt`, where a filter met
/// damage.
Result<Draft> make_draft(const WriteBatch& batch,
                         std::uint32_t dimensions,
                         const Schema& wanted_fields,
                         Generation& generation,
                         const ViewPoint& view);

}  // namespace quire::store
