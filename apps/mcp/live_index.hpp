#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <quire/indexer.hpp>
#include <quire/result.hpp>

#include "base/json.hpp"
#include "mcp/follower.hpp"
#include "mcp/keeper.hpp"
#include "mcp/tree.hpp"

namespace quire::mcp {

/// How much of the tree is in the index that an answer is from.
enum class Coverage : std::uint8_t {
  none,     ///< Nothing yet: there is no index, or the first run has not put anything into it.
  opening,  ///< Unknown: there is an index, which is not open yet.
  part,     ///< The first run has not seen the whole tree yet.
  whole,    ///< All of it, as it was when it was swept last; or an index that was imported.
};

std::string_view to_string(Coverage coverage);

/// An index for one question.
struct Opened {
  std::shared_ptr<const OpenIndex> index;
  /// `index` of the answer: how fresh and how complete it is. What came in later may be missing.
  base::Json freshness;
};

/// An index that is kept true while it is asked: each question has the tree swept beside it, and is
/// answered at once from what is there. Threads: any.
class LiveIndex {
 public:
  using Clock = Keeper::Clock;

  /// Begins to open the index, or to build it.
  explicit LiveIndex(Tree tree);

  /// The index to ask. An index that is there is opened and waited for, whatever else is done to
  /// it; null: there is none yet, or it could not be opened within half a minute. It was brought up
  /// to date as far as that takes some tens of milliseconds; it goes on beside. Errors: why there
  /// is none.
  Result<Opened> now();

  /// now(), without a look at the tree, for a question that came at `asked`.
  Result<Opened> opened(Clock::time_point asked);

  /// Brings these paths up to date, all of the tree if there are none, and waits for that.
  Result<IndexReport> update(const KeepingOrder& order);

  /// How fresh and how complete answers of `index`, which may be null, are to a question that came
  /// at `asked`.
  base::Json freshness(const OpenIndex* index, Clock::time_point asked);

  /// Where the tree and its index are. Errors: `not_found`.
  Result<project::Place> place() const { return tree_.place(); }

  /// `path`, absolute or relative to the root, as the index names it. Errors: `invalid_argument` if
  /// it is, or leads, outside of the tree.
  Result<std::string> path_in_tree(const std::string& path) const;

  /// Gives back what an index that nobody asks need not hold; false if it is being changed.
  bool rest();

 private:
  Result<std::shared_ptr<const OpenIndex>> open();
  Coverage coverage_of(const OpenIndex* index) const;

  const Tree tree_;
  Follower follower_;
  Keeper keeper_;
};

}  // namespace quire::mcp
