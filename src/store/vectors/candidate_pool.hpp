#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace quire::vectors {

/// A row of a graph by its place there, and how far it is from what was asked; never NaN.
struct SlotDistance {
  std::uint32_t slot = 0;
  float distance = 0;

  bool operator==(const SlotDistance&) const = default;
};

/// The nearest slots that a walk has met, sorted by distance, then slot, and which of them it has
/// yet to expand. Slots are below 2^31.
class CandidatePool {
 public:
  /// Empties the pool; from now on it keeps `capacity` candidates.
  void reset(std::size_t capacity) {
    entries_.resize(std::max(entries_.size(), capacity));
    capacity_ = capacity;
    size_ = 0;
    next_ = 0;
  }

  /// Takes a slot that was not offered before, if it is among the nearest.
  void offer(SlotDistance candidate) {
    const std::uint64_t entry = pack(candidate);
    if (size_ == capacity_) {
      if (size_ == 0 || entry >= entries_[size_ - 1]) {
        return;
      }
      --size_;
    }
    insert(entry);
  }

  /// Marks the nearest candidate that was not expanded yet as expanded; false when there is none.
  bool expand_next(std::uint32_t& slot) {
    while (next_ < size_ && (entries_[next_] & kExpanded) != 0) {
      ++next_;
    }
    if (next_ == size_) {
      return false;
    }
    slot = slot_of(entries_[next_]);
    entries_[next_++] |= kExpanded;
    return true;
  }

  /// The slot that expand_next() would give now, or `otherwise`.
  std::uint32_t peek_next(std::uint32_t otherwise) const {
    return next_ < size_ ? slot_of(entries_[next_]) : otherwise;
  }

  std::size_t size() const { return size_; }
  SlotDistance operator[](std::size_t i) const {
    return {slot_of(entries_[i]), distance_of(entries_[i])};
  }

 private:
  // An entry compares as (distance, slot): the float's bits, made to rise with it, above the slot.
  static constexpr std::uint64_t kExpanded = 1;

  static std::uint64_t pack(SlotDistance candidate) {
    const auto bits = std::bit_cast<std::uint32_t>(candidate.distance);
    const std::uint32_t rising = (bits >> 31U) != 0 ? ~bits : bits | 0x80000000U;
    return (std::uint64_t{rising} << 32U) | (std::uint64_t{candidate.slot} << 1U);
  }
  static std::uint32_t slot_of(std::uint64_t entry) {
    return static_cast<std::uint32_t>(entry & 0xffffffffU) >> 1U;
  }
  static float distance_of(std::uint64_t entry) {
    const auto rising = static_cast<std::uint32_t>(entry >> 32U);
    return std::bit_cast<float>((rising >> 31U) != 0 ? rising & 0x7fffffffU : ~rising);
  }

  void insert(std::uint64_t entry) {
    const auto begin = entries_.begin();
    const auto end = begin + static_cast<std::ptrdiff_t>(size_);
    const auto place = std::lower_bound(begin, end, entry);
    std::move_backward(place, end, end + 1);
    *place = entry;
    next_ = std::min(next_, static_cast<std::size_t>(place - begin));
    ++size_;
  }

  std::vector<std::uint64_t> entries_;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
  std::size_t next_ = 0;  ///< Everything before it is expanded.
};

/// Slots that a walk has seen. Emptying it costs what was put in, not what it could hold.
class SlotSet {
 public:
  /// Empties the set and makes room for slots below `slots`.
  void reset(std::size_t slots) {
    for (const std::uint32_t slot : members_) {
      words_[slot / 64] = 0;
    }
    members_.clear();
    words_.resize(std::max(words_.size(), slots / 64 + 1));
  }

  /// False if `slot` was in already.
  bool insert(std::uint32_t slot) {
    std::uint64_t& word = words_[slot / 64];
    const std::uint64_t bit = std::uint64_t{1} << (slot % 64);
    if ((word & bit) != 0) {
      return false;
    }
    members_.push_back(slot);
    word |= bit;
    return true;
  }

 private:
  std::vector<std::uint64_t> words_;
  std::vector<std::uint32_t> members_;
};

}  // namespace quire::vectors
