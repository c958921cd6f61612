#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

/// Where things lie in a usearch file; usearch_file.cpp draws it.
namespace quire::vectors {

inline constexpr std::size_t kVectorsOffset = 2 * sizeof(std::uint32_t);
inline constexpr std::size_t kHeadSize = 64;
inline constexpr std::size_t kGraphHeaderSize = 5 * sizeof(std::uint64_t);
inline constexpr std::size_t kNodeHeadSize = sizeof(std::uint64_t) + sizeof(std::int16_t);
inline constexpr std::uint64_t kRemovedKey = std::numeric_limits<std::uint64_t>::max();

/// The version whose files we write.
inline constexpr std::uint16_t kVersion[3] = {2, 26, 2};

/// usearch's numbers for its types, since 2.10.
enum class TypeCode : std::uint8_t {
  bf16 = 4,
  f64 = 10,
  f32 = 11,
  f16 = 12,
  u64 = 14,
  u32 = 15,
  i8 = 23
};

/// The bytes of a list that has room for `capacity` neighbours.
constexpr std::size_t list_size(std::size_t capacity) {
  return sizeof(std::uint32_t) * (1 + capacity);
}

}  // namespace quire::vectors
