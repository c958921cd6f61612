#include <quire/indexer.hpp>

#include "source/git_places.hpp"

namespace quire {

std::vector<std::filesystem::path> ignore_places_outside(const std::filesystem::path& root) {
  return source::ignore_places_outside(root);
}

}  // namespace quire
