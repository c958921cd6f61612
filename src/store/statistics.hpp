#pragma once

#include <quire/vector_store.hpp>

#include "store/store_folder.hpp"
#include "store/view.hpp"

namespace quire::store {

/// What the view holds, and what the files in `folder` take now. Errors: `store_io`, `corrupt`.
Result<StoreStatistics> count_statistics(const StoreFolder& folder, const View& view);

}  // namespace quire::store
