#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace quire {

/// How far apart two vectors are; smaller is nearer.
enum class Metric : std::uint8_t {
  cosine,         ///< 1 - cosine. Vectors are scaled to unit length when they are stored.
  inner_product,  ///< 1 - inner product.
  squared_l2,     ///< The squared Euclidean distance.
};

/// How each number of a vector is stored.
enum class Scalar : std::uint8_t {
  bf16,  ///< 2 bytes: the upper half of a float.
  f32,   ///< 4 bytes.
  i8,    ///< 1 byte: the unit vector times 127. Not for squared_l2.
};

/// The shape of every vector in one store; fixed when its first vector is inserted.
struct VectorFormat {
  std::uint32_t dimensions = 0;
  Metric metric = Metric::cosine;
  Scalar scalar = Scalar::bf16;

  bool operator==(const VectorFormat&) const = default;
  std::size_t bytes_per_vector() const;
};

/// The largest number of dimensions that a store takes.
inline constexpr std::uint32_t kMaxDimensions = 65'536;

/// The longest vector (Euclidean) that a store or a search with inner_product or squared_l2 takes:
/// of two such no distance is above the largest float. Just below 2 to the power of 63. For cosine
/// any length does.
inline constexpr double kMaxVectorLength = 9e18;

std::string_view to_string(Metric metric);
std::string_view to_string(Scalar scalar);

}  // namespace quire
