#include "store/vectors/distance_kernels.hpp"

#if defined(__x86_64__)

// GCC 12's own headers start registers that are about to be overwritten as `__Y = __Y` (bug
// 105593).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include <cstdint>

#include <immintrin.h>

namespace quire::vectors {
namespace {

template <Term term>
[[gnu::target("avx512f,avx512bw")]] inline __m512 term_of(__m512 x, __m512 y) {
  if constexpr (term == Term::product) {
    return _mm512_mul_ps(x, y);
  } else {
    const __m512 difference = _mm512_sub_ps(x, y);
    return _mm512_mul_ps(difference, difference);
  }
}

[[gnu::target("avx512f,avx512bw")]] inline float sum_of(__m512 sum0, __m512 sum1) {
  const __m512d sixteen = _mm512_castps_pd(_mm512_add_ps(sum0, sum1));
  const __m256 eight = _mm256_add_ps(_mm256_castpd_ps(_mm512_castpd512_pd256(sixteen)),
                                     _mm256_castpd_ps(_mm512_extractf64x4_pd(sixteen, 1)));
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

[[gnu::target("avx512f,avx512bw")]] inline __m512 even(__m512i pairs) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(pairs, 16));
}

[[gnu::target("avx512f,avx512bw")]] inline __m512 odd(__m512i pairs) {
  return _mm512_castsi512_ps(_mm512_and_si512(pairs, _mm512_set1_epi32(-0x10000)));
}

template <Term term>
[[gnu::target("avx512f,avx512bw")]] float bf16_distance(const char* a,
                                                        const char* b,
                                                        std::size_t dimensions) {
  __m512 sum0 = _mm512_setzero_ps();
  __m512 sum1 = _mm512_setzero_ps();
  for (; dimensions >= kBlock; dimensions -= kBlock) {
    const __m512i x = _mm512_loadu_si512(a);
    const __m512i y = _mm512_loadu_si512(b);
    sum0 = _mm512_add_ps(sum0, term_of<term>(even(x), even(y)));
    sum1 = _mm512_add_ps(sum1, term_of<term>(odd(x), odd(y)));
    a += 64;
    b += 64;
  }
  if (dimensions > 0) {
    const __mmask32 rest = (1U << dimensions) - 1;
    const __m512i x = _mm512_maskz_loadu_epi16(rest, a);
    const __m512i y = _mm512_maskz_loadu_epi16(rest, b);
    sum0 = _mm512_add_ps(sum0, term_of<term>(even(x), even(y)));
    sum1 = _mm512_add_ps(sum1, term_of<term>(odd(x), odd(y)));
  }
  return distance_of<term>(sum_of(sum0, sum1));
}

template <Term term>
[[gnu::target("avx512f,avx512bw")]] float f32_distance(const char* a,
                                                       const char* b,
                                                       std::size_t dimensions) {
  __m512 sum0 = _mm512_setzero_ps();
  __m512 sum1 = _mm512_setzero_ps();
  for (; dimensions >= kBlock; dimensions -= kBlock) {
    sum0 = _mm512_add_ps(sum0, term_of<term>(_mm512_loadu_ps(a), _mm512_loadu_ps(b)));
    sum1 = _mm512_add_ps(sum1, term_of<term>(_mm512_loadu_ps(a + 64), _mm512_loadu_ps(b + 64)));
    a += 128;
    b += 128;
  }
  if (dimensions > 0) {
    const std::uint32_t rest = (1U << dimensions) - 1;
    const auto low = static_cast<__mmask16>(rest & 0xffffU);
    const auto high = static_cast<__mmask16>(rest >> 16U);
    sum0 = _mm512_add_ps(
        sum0, term_of<term>(_mm512_maskz_loadu_ps(low, a), _mm512_maskz_loadu_ps(low, b)));
    sum1 = _mm512_add_ps(sum1, term_of<term>(_mm512_maskz_loadu_ps(high, a + 64),
                                             _mm512_maskz_loadu_ps(high, b + 64)));
  }
  return distance_of<term>(sum_of(sum0, sum1));
}

[[gnu::target("avx512f,avx512bw")]] inline __m512i load_i8(const char* from) {
  return _mm512_cvtepi8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
}

[[gnu::target("avx512f,avx512bw")]] float i8_distance(const char* a,
                                                      const char* b,
                                                      std::size_t dimensions) {
  char last_a[kBlock];
  char last_b[kBlock];
  __m512i sum = _mm512_setzero_si512();
  while (dimensions > 0) {
    if (dimensions < kBlock) {
      a = padded(a, dimensions, last_a);
      b = padded(b, dimensions, last_b);
      dimensions = kBlock;
    }
    sum = _mm512_add_epi32(sum, _mm512_madd_epi16(load_i8(a), load_i8(b)));
    a += kBlock;
    b += kBlock;
    dimensions -= kBlock;
  }
  return distance_of_i8(_mm512_reduce_add_epi32(sum));
}

}  // namespace

const Kernels* avx512_kernels() {
  static constexpr Kernels kKernels = {
      &bf16_distance<Term::product>, &bf16_distance<Term::squared_difference>,
      &f32_distance<Term::product>, &f32_distance<Term::squared_difference>, &i8_distance};
  return &kKernels;
}

}  // namespace quire::vectors

#else

namespace quire::vectors {

const Kernels* avx512_kernels() {
  return nullptr;
}

}  // namespace quire::vectors

#endif
