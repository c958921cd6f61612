#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include <quire/vector_format.hpp>

/// One bit a dimension: whether a vector's number is above the middle of that dimension. The more
/// bits two vectors share, the smaller their angle, most likely (Charikar 2002, with axes for
/// hyperplanes): enough to leave out most vectors unread, not to answer with.
namespace quire::vectors {

class SketchMaker {
 public:
  /// The middle is the mean of sample(0) to sample(size - 1), vectors as stored; each is used
  /// before the next is asked for.
  SketchMaker(const VectorFormat& format,
              std::size_t size,
              const std::function<const char*(std::size_t)>& sample);

  std::size_t words() const { return words_; }
  std::vector<std::uint64_t> make(const char* stored) const;

 private:
  VectorFormat format_;
  std::size_t words_;
  std::vector<float> middle_;
};

/// Sketches of rows in the order in which they were added. One writer adds; readers may search the
/// rows that were there when it told them so. Rows never move.
class SketchList {
 public:
  explicit SketchList(std::size_t words) : words_(words) {}

  void add(std::span<const std::uint64_t> sketch);
  std::size_t size() const { return size_; }

  /// Rows of the first `rows` whose sketches are nearest to `query` and that keep(found, begin)
  /// leaves in `found`, of those from `begin` on: `wanted` and those as near as the last of them,
  /// or all there are. In no order.
  template <class Keep>
  std::vector<std::uint32_t> nearest(std::span<const std::uint64_t> query,
                                     std::size_t rows,
                                     std::size_t wanted,
                                     const Keep& keep) const {
    const std::vector<std::uint16_t> distances = this->distances(query, rows);
    std::vector<std::uint32_t> found;
    std::uint16_t low = 0;  // Distances from here on were not looked at yet.
    for (std::size_t most = wanted; found.size() < wanted && most < 2 * rows + wanted; most *= 2) {
      const std::uint16_t high = cutoff(distances, most);
      if (low <= high) {
        const std::size_t begin = found.size();
        collect(distances, low, high, found);
        keep(found, begin);
        low = static_cast<std::uint16_t>(high + 1);
      }
    }
    return found;
  }

 private:
  /// Segment s has kFirst << s rows, in blocks of kLanes whose words lie side by side.
  static constexpr std::size_t kLanes = 8;
  static constexpr std::size_t kFirst = 1024;

  std::vector<std::uint16_t> distances(std::span<const std::uint64_t> query,
                                       std::size_t rows) const;
  /// The smallest distance that `wanted` rows are within; or that all are.
  std::uint16_t cutoff(std::span<const std::uint16_t> distances, std::size_t wanted) const;

  /// Appends the rows whose distance is from `low` to `high`, which is no less.
  static void collect(std::span<const std::uint16_t> distances,
                      std::uint16_t low,
                      std::uint16_t high,
                      std::vector<std::uint32_t>& found);

  std::size_t words_;
  std::size_t size_ = 0;
  std::array<std::unique_ptr<std::uint64_t[]>, 32> segments_;
};

}  // namespace quire::vectors
