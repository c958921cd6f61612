#pragma once

#include <string>

#include <quire/result.hpp>

#include "project/place.hpp"

namespace quire::mcp {

/// Which tree is served, as far as it was said.
struct Tree {
  project::PlaceOptions said;
  std::string model;          ///< Of --model, or "".
  std::string identity = {};  ///< base::folder_identity() of its root at the start; "": any.

  /// Where it is now, with the index where it is read. Errors: `not_found`, with what to do;
  /// `unavailable` if the root is another folder than at the start.
  Result<project::Place> place() const;

  /// True if there is an index, open or not.
  bool has_index() const;

  /// True if an index that is not there may be built without being asked: of a tree that was named,
  /// or is under git, but never of a home folder or `/` that nobody named.
  bool may_build(const project::Place& place) const;
};

}  // namespace quire::mcp
