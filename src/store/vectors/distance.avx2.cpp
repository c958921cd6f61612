#include "store/vectors/distance_kernels.hpp"

#if defined(__x86_64__)

#include <immintrin.h>

namespace quire::vectors {
namespace {

// The attribute, not a compiler flag for the file: with a flag, inline functions of the standard
// library would be compiled for AVX2 and might be linked into code for every processor.

template <Term term>
[[gnu::target("avx2")]] inline __m256 term_of(__m256 x, __m256 y) {
  if constexpr (term == Term::product) {
    return _mm256_mul_ps(x, y);
  } else {
    const __m256 difference = _mm256_sub_ps(x, y);
    return _mm256_mul_ps(difference, difference);
  }
}

[[gnu::target("avx2")]] inline float sum_of(__m256 sum0, __m256 sum1, __m256 sum2, __m256 sum3) {
  const __m256 eight = _mm256_add_ps(_mm256_add_ps(sum0, sum2), _mm256_add_ps(sum1, sum3));
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

[[gnu::target("avx2")]] inline __m256i load(const char* from) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}

[[gnu::target("avx2")]] inline __m256 even(__m256i pairs) {
  return _mm256_castsi256_ps(_mm256_slli_epi32(pairs, 16));
}

[[gnu::target("avx2")]] inline __m256 odd(__m256i pairs) {
  return _mm256_castsi256_ps(_mm256_and_si256(pairs, _mm256_set1_epi32(-0x10000)));
}

template <Term term>
[[gnu::target("avx2")]] float bf16_distance(const char* a, const char* b, std::size_t dimensions) {
  char last_a[64];
  char last_b[64];
  __m256 sum0 = _mm256_setzero_ps();
  __m256 sum1 = _mm256_setzero_ps();
  __m256 sum2 = _mm256_setzero_ps();
  __m256 sum3 = _mm256_setzero_ps();
  while (dimensions > 0) {
    if (dimensions < kBlock) {
      a = padded(a, dimensions * 2, last_a);
      b = padded(b, dimensions * 2, last_b);
      dimensions = kBlock;
    }
    const __m256i a0 = load(a);
    const __m256i b0 = load(b);
    const __m256i a1 = load(a + 32);
    const __m256i b1 = load(b + 32);
    sum0 = _mm256_add_ps(sum0, term_of<term>(even(a0), even(b0)));
    sum1 = _mm256_add_ps(sum1, term_of<term>(even(a1), even(b1)));
    sum2 = _mm256_add_ps(sum2, term_of<term>(odd(a0), odd(b0)));
    sum3 = _mm256_add_ps(sum3, term_of<term>(odd(a1), odd(b1)));
    a += 64;
    b += 64;
    dimensions -= kBlock;
  }
  return distance_of<term>(sum_of(sum0, sum1, sum2, sum3));
}

[[gnu::target("avx2")]] inline __m256 load_f32(const char* from) {
  return _mm256_castsi256_ps(load(from));
}

template <Term term>
[[gnu::target("avx2")]] float f32_distance(const char* a, const char* b, std::size_t dimensions) {
  char last_a[128];
  char last_b[128];
  __m256 sum0 = _mm256_setzero_ps();
  __m256 sum1 = _mm256_setzero_ps();
  __m256 sum2 = _mm256_setzero_ps();
  __m256 sum3 = _mm256_setzero_ps();
  while (dimensions > 0) {
    if (dimensions < kBlock) {
      a = padded(a, dimensions * 4, last_a);
      b = padded(b, dimensions * 4, last_b);
      dimensions = kBlock;
    }
    sum0 = _mm256_add_ps(sum0, term_of<term>(load_f32(a), load_f32(b)));
    sum1 = _mm256_add_ps(sum1, term_of<term>(load_f32(a + 32), load_f32(b + 32)));
    sum2 = _mm256_add_ps(sum2, term_of<term>(load_f32(a + 64), load_f32(b + 64)));
    sum3 = _mm256_add_ps(sum3, term_of<term>(load_f32(a + 96), load_f32(b + 96)));
    a += 128;
    b += 128;
    dimensions -= kBlock;
  }
  return distance_of<term>(sum_of(sum0, sum1, sum2, sum3));
}

[[gnu::target("avx2")]] inline __m256i load_i8(const char* from) {
  return _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
}

[[gnu::target("avx2")]] float i8_distance(const char* a, const char* b, std::size_t dimensions) {
  char last_a[kBlock];
  char last_b[kBlock];
  __m256i sum0 = _mm256_setzero_si256();
  __m256i sum1 = _mm256_setzero_si256();
  while (dimensions > 0) {
    if (dimensions < kBlock) {
      a = padded(a, dimensions, last_a);
      b = padded(b, dimensions, last_b);
      dimensions = kBlock;
    }
    sum0 = _mm256_add_epi32(sum0, _mm256_madd_epi16(load_i8(a), load_i8(b)));
    sum1 = _mm256_add_epi32(sum1, _mm256_madd_epi16(load_i8(a + 16), load_i8(b + 16)));
    a += kBlock;
    b += kBlock;
    dimensions -= kBlock;
  }
  const __m256i eight = _mm256_add_epi32(sum0, sum1);
  const __m128i four =
      _mm_add_epi32(_mm256_castsi256_si128(eight), _mm256_extracti128_si256(eight, 1));
  const __m128i two = _mm_add_epi32(four, _mm_unpackhi_epi64(four, four));
  return distance_of_i8(_mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32(two, 1))));
}

}  // namespace

const Kernels* avx2_kernels() {
  static constexpr Kernels kKernels = {
      &bf16_distance<Term::product>, &bf16_distance<Term::squared_difference>,
      &f32_distance<Term::product>, &f32_distance<Term::squared_difference>, &i8_distance};
  return &kKernels;
}

}  // namespace quire::vectors

#else

namespace quire::vectors {

const Kernels* avx2_kernels() {
  return nullptr;
}

}  // namespace quire::vectors

#endif
