#pragma once

#include <cstddef>
#include <cstring>
#include <limits>

#include "store/vectors/distance.hpp"

/// What the kernels of all instruction sets have in common.
///
/// A float kernel adds up in 32 lanes: of each block of 32 numbers, number i of an f32 vector goes
/// to lane i; of a bf16 vector, number 2i goes to lane i and number 2i+1 to lane 16+i, because a
/// pair is split by a shift and a mask where consecutive numbers would need shuffles. The last
/// block is filled up with zeros. Then lane i + (i+16), + (i+8), + (i+4), + (i+2), + (i+1). Every
/// instruction set does exactly these additions in this order and rounds after every one of them:
/// no kernel may fuse a multiplication with an addition.
namespace quire::vectors {

inline constexpr std::size_t kBlock = 32;

/// What is added up for a pair of numbers.
enum class Term { product, squared_difference };

/// The nearest finite number; of what is no number the largest. Two instructions.
inline float finite(float distance) {
  constexpr float kLargest = std::numeric_limits<float>::max();
  const float at_most = distance < kLargest ? distance : kLargest;
  return at_most > -kLargest ? at_most : -kLargest;
}

/// The distance that a sum of terms means.
template <Term term>
inline float distance_of(float sum) {
  return finite(term == Term::product ? 1.0F - sum : sum);
}

/// The distance of two i8 vectors whose integer product is `dot`.
inline float distance_of_i8(int dot) {
  return static_cast<float>(1.0 - static_cast<double>(dot) / (127.0 * 127.0));
}

/// The `bytes` last bytes of a vector with zeros behind them.
template <std::size_t kSize>
inline const char* padded(const char* from, std::size_t bytes, char (&buffer)[kSize]) {
  std::memset(buffer, 0, kSize);
  std::memcpy(buffer, from, bytes);
  return buffer;
}

struct Kernels {
  DistanceFunction bf16_product;
  DistanceFunction bf16_squared_difference;
  DistanceFunction f32_product;
  DistanceFunction f32_squared_difference;
  DistanceFunction i8_product;
};

// Null where this is compiled for another processor.
const Kernels* portable_kernels();
const Kernels* avx2_kernels();
const Kernels* avx512_kernels();
const Kernels* neon_kernels();

}  // namespace quire::vectors
