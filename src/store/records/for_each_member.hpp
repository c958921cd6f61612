#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include "store/records/member.hpp"

namespace quire::records {

/// Calls visit(index) for each member, `index` being a constant: places are then known when it is
/// compiled. Chunks are decoded one by one wherever a filter looks at the journal.
template <class Visit>
void for_each_member(Visit visit) {
  [&]<std::size_t... kIndex>(std::index_sequence<kIndex...> /*all*/) {
    (visit(std::integral_constant<std::size_t, kIndex>()), ...);
  }(std::make_index_sequence<kMemberCount>());
}

}  // namespace quire::records
