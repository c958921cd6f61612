#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace quire::vectors {

struct KeyDistance {
  std::uint64_t key = 0;
  float distance = 0;

  bool operator==(const KeyDistance&) const = default;
};

/// Whether `a` comes before `b` in an answer: by distance (which is never NaN), then key.
inline bool is_nearer(const KeyDistance& a, const KeyDistance& b) {
  return a.distance < b.distance || (a.distance == b.distance && a.key < b.key);
}

/// Keeps the `limit` nearest of what is offered: by distance, then key.
class Nearest {
 public:
  explicit Nearest(std::size_t limit) : limit_(limit) {}

  /// Takes `candidate` if it is among the nearest so far.
  void offer(KeyDistance candidate) {
    if (heap_.size() < limit_ || (limit_ > 0 && is_nearer(candidate, heap_.front()))) {
      keep(candidate);
    }
  }

  /// Everything kept, nearest first; empties this.
  std::vector<KeyDistance> take();

 private:
  void keep(KeyDistance candidate);

  std::size_t limit_;
  std::vector<KeyDistance> heap_;  ///< A heap whose front is the farthest.
};

}  // namespace quire::vectors
