#include "store/vectors/distance_kernels.hpp"

#if defined(__aarch64__)

#include <cstdint>

#include <arm_neon.h>

namespace quire::vectors {
namespace {

template <Term term>
inline float32x4_t term_of(float32x4_t x, float32x4_t y) {
  if constexpr (term == Term::product) {
    return vmulq_f32(x, y);
  } else {
    const float32x4_t difference = vsubq_f32(x, y);
    return vmulq_f32(difference, difference);
  }
}

inline float sum_of(const float32x4_t (&sums)[8]) {
  float32x4_t eight[4];
  for (std::size_t i = 0; i < 4; ++i) {
    eight[i] = vaddq_f32(sums[i], sums[i + 4]);
  }
  const float32x4_t four = vaddq_f32(vaddq_f32(eight[0], eight[2]), vaddq_f32(eight[1], eight[3]));
  const float32x2_t two = vadd_f32(vget_low_f32(four), vget_high_f32(four));
  return vget_lane_f32(two, 0) + vget_lane_f32(two, 1);
}

inline uint32x4_t load(const char* from) {
  return vreinterpretq_u32_u8(vld1q_u8(reinterpret_cast<const std::uint8_t*>(from)));
}

inline float32x4_t even(uint32x4_t pairs) {
  return vreinterpretq_f32_u32(vshlq_n_u32(pairs, 16));
}

inline float32x4_t odd(uint32x4_t pairs) {
  return vreinterpretq_f32_u32(vandq_u32(pairs, vdupq_n_u32(0xffff0000U)));
}

template <Term term>
float bf16_distance(const char* a, const char* b, std::size_t dimensions) {
  char last_a[64];
  char last_b[64];
  float32x4_t sums[8] = {};
  while (dimensions > 0) {
    if (dimensions < kBlock) {
      a = padded(a, dimensions * 2, last_a);
      b = padded(b, dimensions * 2, last_b);
      dimensions = kBlock;
    }
    for (std::size_t i = 0; i < 4; ++i) {
      const uint32x4_t x = load(a + 16 * i);
      const uint32x4_t y = load(b + 16 * i);
      sums[i] = vaddq_f32(sums[i], term_of<term>(even(x), even(y)));
      sums[i + 4] = vaddq_f32(sums[i + 4], term_of<term>(odd(x), odd(y)));
    }
    a += 64;
    b += 64;
    dimensions -= kBlock;
  }
  return distance_of<term>(sum_of(sums));
}

inline float32x4_t load_f32(const char* from) {
  return vreinterpretq_f32_u32(load(from));
}

template <Term term>
float f32_distance(const char* a, const char* b, std::size_t dimensions) {
  char last_a[128];
  char last_b[128];
  float32x4_t sums[8] = {};
  while (dimensions > 0) {
    if (dimensions < kBlock) {
      a = padded(a, dimensions * 4, last_a);
      b = padded(b, dimensions * 4, last_b);
      dimensions = kBlock;
    }
    for (std::size_t i = 0; i < 8; ++i) {
      sums[i] = vaddq_f32(sums[i], term_of<term>(load_f32(a + 16 * i), load_f32(b + 16 * i)));
    }
    a += 128;
    b += 128;
    dimensions -= kBlock;
  }
  return distance_of<term>(sum_of(sums));
}

inline int8x16_t load_i8(const char* from) {
  return vld1q_s8(reinterpret_cast<const std::int8_t*>(from));
}

float i8_distance(const char* a, const char* b, std::size_t dimensions) {
  char last_a[kBlock];
  char last_b[kBlock];
  int32x4_t sums[2] = {};
  while (dimensions > 0) {
    if (dimensions < kBlock) {
      a = padded(a, dimensions, last_a);
      b = padded(b, dimensions, last_b);
      dimensions = kBlock;
    }
    for (std::size_t i = 0; i < 2; ++i) {
      const int8x16_t x = load_i8(a + 16 * i);
      const int8x16_t y = load_i8(b + 16 * i);
      sums[i] = vpadalq_s16(sums[i], vmull_s8(vget_low_s8(x), vget_low_s8(y)));
      sums[i] = vpadalq_s16(sums[i], vmull_high_s8(x, y));
    }
    a += kBlock;
    b += kBlock;
    dimensions -= kBlock;
  }
  return distance_of_i8(vaddvq_s32(vaddq_s32(sums[0], sums[1])));
}

}  // namespace

const Kernels* neon_kernels() {
  static constexpr Kernels kKernels = {
      &bf16_distance<Term::product>, &bf16_distance<Term::squared_difference>,
      &f32_distance<Term::product>, &f32_distance<Term::squared_difference>, &i8_distance};
  return &kKernels;
}

}  // namespace quire::vectors

#else

namespace quire::vectors {

const Kernels* neon_kernels() {
  return nullptr;
}

}  // namespace quire::vectors

#endif
