#include "mcp/tree.hpp"

#include "base/folder_identity.hpp"
#include "base/try.hpp"

namespace quire::mcp {
namespace {

/// Somebody may have put a link, or another tree, in its place, which nobody named.
Status check_same(const std::filesystem::path& root, const std::string& identity) {
  if (identity.empty() || base::folder_identity(root.string()) == identity) {
    return {};
  }
  return fail(ErrorCode::unavailable,
              root.string() +
                  " is another folder than the one that this server was started for; "
                  "start it again to serve that");
}

}  // namespace

Result<project::Place> Tree::place() const {
  QUIRE_TRY_ASSIGN(project::Place place, project::find_place(said));
  QUIRE_TRY(check_same(place.root, identity));
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
