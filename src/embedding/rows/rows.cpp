#include "embedding/rows/rows.hpp"

#include <algorithm>
#include <string>

namespace quire::embedding {

Status check_room(std::size_t texts, std::size_t dimensions, std::size_t numbers) {
  if (numbers == texts * dimensions) {
    return {};
  }
  return fail(ErrorCode::invalid_argument, "embed " + std::to_string(texts) + " texts: room for " +
                                               std::to_string(numbers) + " numbers, needed " +
                                               std::to_string(texts * dimensions));
}

void write_first_axis(std::span<float> out) {
  std::ranges::fill(out, 0.0F);
  out[0] = 1;
}

}  // namespace quire::embedding
