#include "store/vectors/nearest.hpp"

#include <algorithm>
#include <utility>

namespace quire::vectors {

void Nearest::keep(KeyDistance candidate) {
  if (heap_.size() == limit_) {
    std::pop_heap(heap_.begin(), heap_.end(), is_nearer);
    heap_.back() = candidate;
  } else {
    heap_.push_back(candidate);
  }
  std::push_heap(heap_.begin(), heap_.end(), is_nearer);
}

std::vector<KeyDistance> Nearest::take() {
  std::sort_heap(heap_.begin(), heap_.end(), is_nearer);
  return std::exchange(heap_, {});
}

}  // namespace quire::vectors
