#include <bit>
#include <cstdint>

#include "store/vectors/distance_kernels.hpp"

namespace quire::vectors {
namespace {

struct Bf16 {
  static constexpr std::size_t kBytes = 2;

  static void load(const char* from, float (&out)[kBlock]) {
    std::uint32_t pairs[kBlock / 2];
    std::memcpy(pairs, from, sizeof pairs);
    for (std::size_t i = 0; i < kBlock / 2; ++i) {
      out[i] = std::bit_cast<float>(pairs[i] << 16U);
      out[i + kBlock / 2] = std::bit_cast<float>(pairs[i] & 0xffff0000U);
    }
  }
};

struct F32 {
  static constexpr std::size_t kBytes = 4;

  static void load(const char* from, float (&out)[kBlock]) { std::memcpy(out, from, sizeof out); }
};

template <Term term>
float term_of(float x, float y) {
  if constexpr (term == Term::product) {
    return x * y;
  } else {
    const float difference = x - y;
    return difference * difference;
  }
}

float sum_of(float (&lanes)[kBlock]) {
  for (std::size_t half = kBlock / 2; half > 0; half /= 2) {
    for (std::size_t i = 0; i < half; ++i) {
      lanes[i] += lanes[i + half];
    }
  }
  return lanes[0];
}

template <class Format, Term term>
float float_distance(const char* a, const char* b, std::size_t dimensions) {
  constexpr std::size_t kStride = kBlock * Format::kBytes;
  char last_a[kStride];
  char last_b[kStride];
  float lanes[kBlock] = {};
  float x[kBlock];
  float y[kBlock];
  while (dimensions > 0) {
    if (dimensions < kBlock) {
      a = padded(a, dimensions * Format::kBytes, last_a);
      b = padded(b, dimensions * Format::kBytes, last_b);
      dimensions = kBlock;
    }
    Format::load(a, x);
    Format::load(b, y);
    for (std::size_t i = 0; i < kBlock; ++i) {
      lanes[i] += term_of<term>(x[i], y[i]);
    }
    a += kStride;
    b += kStride;
    dimensions -= kBlock;
  }
  return distance_of<term>(sum_of(lanes));
}

float i8_distance(const char* a, const char* b, std::size_t dimensions) {
  int dot = 0;
  for (std::size_t i = 0; i < dimensions; ++i) {
    dot += int{static_cast<std::int8_t>(a[i])} * int{static_cast<std::int8_t>(b[i])};
  }
  return distance_of_i8(dot);
}

}  // namespace

const Kernels* portable_kernels() {
  static constexpr Kernels kKernels = {
      &float_distance<Bf16, Term::product>, &float_distance<Bf16, Term::squared_difference>,
      &float_distance<F32, Term::product>, &float_distance<F32, Term::squared_difference>,
      &i8_distance};
  return &kKernels;
}

}  // namespace quire::vectors
