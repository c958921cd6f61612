#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <quire/indexer.hpp>
#include <quire/result.hpp>

#include "base/json.hpp"
#include "mcp/follower.hpp"
#include "mcp/keeper.hpp"
#include "mcp/tree.hpp"

namespace quire::mcp {

/// An index that is kept true while it is asked: each question has the tree swept beside it, and is
/// answered at once from what is there. Threads: any.
class LiveIndex {
 public:
  /// Begins to open the index, or to build it.
  explicit LiveIndex(Tree tree);

  /// The index to ask; null: none of it is there yet. It was brought up to date as far as that
  /// takes some tens of milliseconds; it goes on beside. Errors: why there is none.
  Result<std::shared_ptr<const OpenIndex>> now();

  /// Brings these paths up to date, all of the tree if there are none, and waits for that.
  Result<IndexReport> update(const KeepingOrder& order);

  /// How fresh answers of `index`, which may be null, are: `index` in each answer.
  base::Json freshness(const OpenIndex* index);

  /// Where the tree and its index are. Errors: `not_found`.
  Result<project::Place> place() const { return tree_.place(); }

  /// `path`, absolute or relative to the root, as the index names it. Errors: `invalid_argument` if
  /// it is, or leads, outside of the tree.
  Result<std::string> path_in_tree(const std::string& path) const;

  /// Gives back what an index that nobody asks need not hold; false if it is being changed.
  bool rest();

 private:
  const Tree tree_;
  Follower follower_;
  Keeper keeper_;
};

}  // namespace quire::mcp
