#pragma once

#include <cstddef>
#include <cstdint>

namespace quire::vectors {

/// Rows with their links, by slot, in the order of their keys: those of a finished graph, or of one
/// whose linking was ended. Any thread may ask.
class LinkedRows {
 public:
  virtual ~LinkedRows() = default;

  virtual std::size_t slots() const = 0;
  virtual std::uint64_t key(std::uint32_t slot) const = 0;
  virtual int level(std::uint32_t slot) const = 0;
  /// Stays where it is for as long as the builder needs it. Null for a row that is not taken over,
  /// if it is not at hand.
  virtual const char* vector(std::uint32_t slot) const = 0;
  /// What the builder noted of the row (hnsw_reach.cpp); infinity for nothing.
  virtual float note(std::uint32_t slot) const = 0;

  /// The most that neighbours() gives.
  virtual std::size_t max_neighbours() const = 0;
  /// Writes a row's neighbours at `level`, which is 0 or more, to `out`. Returns how many they are:
  /// none at the base level for a row that was not linked yet, and none above the row's own level.
  virtual std::size_t neighbours(std::uint32_t slot, int level, std::uint32_t* out) const = 0;

 protected:
  LinkedRows() = default;
  LinkedRows(LinkedRows&&) = default;
  LinkedRows(const LinkedRows&) = default;
  LinkedRows& operator=(LinkedRows&&) = default;
  LinkedRows& operator=(const LinkedRows&) = default;
};

}  // namespace quire::vectors
