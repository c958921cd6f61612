#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/view.hpp"

namespace quire::store {

/// The rows whose symbol_name contains `pattern`, in the order of VectorStore::find_by_symbol().
std::vector<RowRef> find_symbols(const View& view,
                                 std::string_view pattern,
                                 const std::optional<std::string>& kind);

}  // namespace quire::store
