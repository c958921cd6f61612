#pragma once

#include <memory>

#include "store/generation.hpp"

namespace quire::store {

/// A commit's view of the rows; stays good for as long as it is held.
struct View {
  std::shared_ptr<const Generation> generation;
  ViewPoint at;
};

}  // namespace quire::store
