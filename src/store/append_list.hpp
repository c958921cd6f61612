#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <memory>

namespace quire::store {

/// A list whose elements never move: one writer appends, readers read the elements that existed
/// when they were told of its size.
template <class T>
class AppendList {
 public:
  AppendList() = default;
  ~AppendList() = default;
  AppendList(const AppendList&) = delete;
  AppendList& operator=(const AppendList&) = delete;

  /// For the writer alone. Publishing the new size is the caller's.
  T& append() {
    const std::size_t segment = segment_of(size_);
    if (segments_[segment] == nullptr) {
      segments_[segment] = std::make_unique<T[]>(kFirst << segment);
    }
    return *locate(size_++);
  }
  std::size_t size() const { return size_; }  ///< For the writer alone.

  T& operator[](std::size_t index) { return *locate(index); }
  const T& operator[](std::size_t index) const { return *locate(index); }

 private:
  // Segment s holds kFirst << s elements, so the table of segments is never copied.
  static constexpr std::size_t kFirst = 64;
  static constexpr std::size_t kSegments = 40;

  static std::size_t segment_of(std::size_t index) {
    return static_cast<std::size_t>(std::bit_width(index / kFirst + 1)) - 1;
  }
  T* locate(std::size_t index) const {
    const std::size_t segment = segment_of(index);
    const std::size_t before = std::bit_floor(index + kFirst) - kFirst;
    return segments_[segment].get() + (index - before);
  }

  std::array<std::unique_ptr<T[]>, kSegments> segments_;
  std::size_t size_ = 0;
};

}  // namespace quire::store
