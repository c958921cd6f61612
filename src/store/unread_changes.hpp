#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include <quire/vector_store.hpp>

#include "store/generation.hpp"

namespace quire::store {

/// What others changed, as far as a handle followed it and refresh() has not told it yet: a first
/// write follows too. Not thread-safe.
class UnreadChanges {
 public:
  /// Adds what commits after `before_lsn` inserted, removed and updated.
  void remember(std::uint64_t before_lsn,
                const std::vector<ChunkKey>& inserted,
                const std::vector<ChunkKey>& removed,
                const std::vector<ChunkKey>& updated);

  /// What takes their place where anything may have changed after `before_lsn`.
  UnreadChanges replaced_after(std::uint64_t before_lsn) const;

  /// Tells them, and forgets them. `now`: what the handle sees.
  Changes take(const Generation& generation, const ViewPoint& now);

 private:
  struct Unread {
    std::uint64_t from_lsn = 0;
    bool replaced = false;  ///< Then anything may have changed, and the sets are empty.
    std::set<ChunkKey> inserted;
    std::set<ChunkKey> removed{};
    std::set<ChunkKey> updated{};
  };

  std::optional<Unread> unread_;
};

}  // namespace quire::store
