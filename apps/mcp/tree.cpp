#include "mcp/tree.hpp"

#include "base/try.hpp"

namespace quire::mcp {

Result<project::Place> Tree::place() const {
  QUIRE_TRY_ASSIGN(project::Place place, project::find_place(said));
  if (may_build(place)) {
    return project::to_write_at(std::move(place), said);
  }
  return place;
}

bool Tree::has_index() const {
  const Result<project::Place> found = place();
  return found && project::index_exists(found->db);
}

bool Tree::may_build(const project::Place& place) const {
  if (project::index_exists(place.db) || place.root.empty()) {
    return false;
  }
  return !said.root.empty() || (place.under_git && !project::is_whole_home(place.root));
}

}  // namespace quire::mcp
