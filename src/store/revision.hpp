#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace quire::store {

/// The lsn of "never".
inline constexpr std::uint64_t kNever = UINT64_MAX;

/// Names a live row: in the checkpoint image, or beside it.
struct RowRef {
  bool in_delta = false;
  std::size_t index = 0;

  bool operator==(const RowRef&) const = default;
};

/// What an update put in the place of a row's chunk; its vector stays the row's.
struct Revision {
  RowRef row;
  std::uint64_t lsn = 0;
  std::string_view chunk;  ///< records::encode_chunk, in memory that the row's Delta keeps.
  const Revision* older = nullptr;
};

/// The revisions of one row, the newest first. One writer adds; readers take the one that their
/// view sees.
class RevisionChain {
 public:
  void add(Revision& newest) {
    newest.older = newest_.load(std::memory_order_relaxed);
    newest_.store(&newest, std::memory_order_release);
  }
  /// Null: the row's own chunk is seen.
  const Revision* at(std::uint64_t lsn) const {
    const Revision* one = newest_.load(std::memory_order_acquire);
    while (one != nullptr && one->lsn > lsn) {
      one = one->older;
    }
    return one;
  }

 private:
  std::atomic<const Revision*> newest_ = nullptr;
};

}  // namespace quire::store
