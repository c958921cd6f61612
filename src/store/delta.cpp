#include "store/delta.hpp"

namespace quire::store {

std::optional<std::size_t> Delta::find(std::uint64_t key, std::size_t size) const {
  std::size_t low = 0;
  std::size_t high = size;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (row(middle).key < key) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < size && row(low).key == key ? std::optional(low) : std::nullopt;
}

}  // namespace quire::store
