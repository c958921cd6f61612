#include "embedding/static_model/row_sum.hpp"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace quire::embedding {
namespace {

void add_two(WeightedRow a, WeightedRow b, std::size_t from, std::span<std::int32_t> sums) {
  for (std::size_t i = from; i < sums.size(); ++i) {
    sums[i] += a.factor * a.row[i] + b.factor * b.row[i];
  }
}

#ifdef __SSE2__

constexpr std::size_t kLanes = 16;

/// The lower or upper eight numbers of `bytes` as 16 bits.
__m128i low_half(__m128i bytes) {
  return _mm_srai_epi16(_mm_unpacklo_epi8(bytes, bytes), 8);
}
__m128i high_half(__m128i bytes) {
  return _mm_srai_epi16(_mm_unpackhi_epi8(bytes, bytes), 8);
}

__m128i load(const void* from) {
  return _mm_loadu_si128(static_cast<const __m128i*>(from));
}

/// Sixteen sums of all rows, in registers: the numbers of two rows stand in turn, so that one
/// instruction multiplies both and adds.
void add_block(std::span<const WeightedRow> rows, std::size_t at, std::int32_t* sums) {
  __m128i first = load(sums);
  __m128i second = load(sums + 4);
  __m128i third = load(sums + 8);
  __m128i fourth = load(sums + 12);
  for (std::size_t i = 0; i + 1 < rows.size(); i += 2) {
    const __m128i a = load(rows[i].row + at);
    const __m128i b = load(rows[i + 1].row + at);
    const __m128i factors = _mm_set1_epi32(
        static_cast<std::int32_t>(static_cast<std::uint16_t>(rows[i].factor)) |
        static_cast<std::int32_t>(static_cast<std::uint32_t>(rows[i + 1].factor) << 16));
    const __m128i low = _mm_unpacklo_epi8(a, b);
    const __m128i high = _mm_unpackhi_epi8(a, b);
    first = _mm_add_epi32(first, _mm_madd_epi16(low_half(low), factors));
    second = _mm_add_epi32(second, _mm_madd_epi16(high_half(low), factors));
    third = _mm_add_epi32(third, _mm_madd_epi16(low_half(high), factors));
    fourth = _mm_add_epi32(fourth, _mm_madd_epi16(high_half(high), factors));
  }
  auto* const out = reinterpret_cast<__m128i*>(sums);
  _mm_storeu_si128(out, first);
  _mm_storeu_si128(out + 1, second);
  _mm_storeu_si128(out + 2, third);
  _mm_storeu_si128(out + 3, fourth);
}

/// How many of the first sums are done.
std::size_t add_blocks(std::span<const WeightedRow> rows, std::span<std::int32_t> sums) {
  std::size_t at = 0;
  for (; at + kLanes <= sums.size(); at += kLanes) {
    add_block(rows, at, &sums[at]);
  }
  return at;
}

#else

std::size_t add_blocks(std::span<const WeightedRow>, std::span<std::int32_t>) {
  return 0;
}

#endif

}  // namespace

void add_rows(std::span<const WeightedRow> rows, std::span<std::int32_t> sums) {
  const std::size_t done = add_blocks(rows, sums);
  for (std::size_t i = 0; i + 1 < rows.size(); i += 2) {
    add_two(rows[i], rows[i + 1], done, sums);
  }
  if (rows.size() % 2 == 1) {
    add_two(rows.back(), {rows.back().row, 0}, 0, sums);
  }
}

}  // namespace quire::embedding
