#include "store/vectors/sketch.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <numeric>

#include "base/assert.hpp"
#include "store/vectors/distance.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace quire::vectors {
namespace {

constexpr std::size_t kLanes = 8;
constexpr std::size_t kBitsPerWord = 64;

/// Distances of a run of blocks of kLanes sketches.
using BlockKernel = void (*)(const std::uint64_t* blocks,
                             std::size_t count,
                             std::span<const std::uint64_t> query,
                             std::uint16_t* out);

void portable_distances(const std::uint64_t* blocks,
                        std::size_t count,
                        std::span<const std::uint64_t> query,
                        std::uint16_t* out) {
  for (std::size_t block = 0; block < count; ++block, out += kLanes) {
    std::fill_n(out, kLanes, std::uint16_t{0});
    for (const std::uint64_t word : query) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        out[lane] = static_cast<std::uint16_t>(out[lane] + std::popcount(*blocks++ ^ word));
      }
    }
  }
}

#if defined(__x86_64__)

[[gnu::target("popcnt")]] void popcnt_distances(const std::uint64_t* blocks,
                                                std::size_t count,
                                                std::span<const std::uint64_t> query,
                                                std::uint16_t* out) {
  const std::uint64_t* const words = query.data();
  const std::size_t size = query.size();
  for (std::size_t block = 0; block < count; ++block, out += kLanes, blocks += kLanes * size) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      long long sum = 0;
      for (std::size_t word = 0; word < size; ++word) {
        sum += _mm_popcnt_u64(blocks[word * kLanes + lane] ^ words[word]);
      }
      out[lane] = static_cast<std::uint16_t>(sum);
    }
  }
}

[[gnu::target("avx512f,avx512vpopcntdq")]] void avx512_distances(
    const std::uint64_t* blocks,
    std::size_t count,
    std::span<const std::uint64_t> query,
    std::uint16_t* out) {
  for (std::size_t block = 0; block < count; ++block, out += kLanes) {
    __m512i sum = _mm512_setzero_si512();
    for (const std::uint64_t word : query) {
      const __m512i differing = _mm512_xor_si512(_mm512_loadu_si512(blocks),
                                                 _mm512_set1_epi64(static_cast<long long>(word)));
      sum = _mm512_add_epi64(sum, _mm512_popcnt_epi64(differing));
      blocks += kLanes;
    }
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm512_maskz_cvtepi64_epi16(0xff, sum));
  }
}

bool has_avx512_popcnt() {
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  std::uint32_t c = 0;
  std::uint32_t d = 0;
  constexpr std::uint32_t kVpopcntdq = 1U << 14U;
  return is_supported(InstructionSet::avx512) && __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 &&
         (c & kVpopcntdq) != 0;
}

/// Every processor with AVX2 has POPCNT.
BlockKernel best_kernel() {
  if (has_avx512_popcnt()) {
    return avx512_distances;
  }
  return is_supported(InstructionSet::avx2) ? popcnt_distances : portable_distances;
}

#else

BlockKernel best_kernel() {
  return portable_distances;
}

#endif

/// Distances are looked at so many at a time, which the compiler makes vectors of.
constexpr std::size_t kStep = 32;

/// In lanes of 16 bits.
std::size_t count_within(std::span<const std::uint16_t> distances, std::uint16_t most) {
  constexpr std::size_t kSteps = 65'535;  // A lane counts no further.
  std::size_t count = 0;
  while (!distances.empty()) {
    std::array<std::uint16_t, kStep> lanes{};
    const std::size_t steps = std::min(distances.size() / kStep, kSteps);
    for (std::size_t step = 0; step < steps; ++step) {
      const std::uint16_t* const from = distances.data() + step * kStep;
      for (std::size_t i = 0; i < kStep; ++i) {
        lanes[i] = static_cast<std::uint16_t>(lanes[i] + (from[i] <= most ? 1 : 0));
      }
    }
    count = std::accumulate(lanes.begin(), lanes.end(), count);
    distances = distances.subspan(steps * kStep);
    if (distances.size() < kStep) {
      return count + static_cast<std::size_t>(std::ranges::count_if(
                         distances, [most](std::uint16_t one) { return one <= most; }));
    }
  }
  return count;
}

}  // namespace

SketchMaker::SketchMaker(const VectorFormat& format,
                         std::size_t size,
                         const std::function<const char*(std::size_t)>& sample)
    : format_(format),
      words_((format.dimensions + kBitsPerWord - 1) / kBitsPerWord),
      middle_(format.dimensions) {
  std::vector<float> numbers(format.dimensions);
  for (std::size_t i = 0; i < size; ++i) {
    decode_vector(format_, sample(i), numbers);
    std::ranges::transform(middle_, numbers, middle_.begin(), std::plus());
  }
  for (float& sum : middle_) {
    sum /= static_cast<float>(std::max<std::size_t>(size, 1));
  }
}

std::vector<std::uint64_t> SketchMaker::make(const char* stored) const {
  std::vector<float> numbers(format_.dimensions);
  decode_vector(format_, stored, numbers);
  std::vector<std::uint64_t> sketch(words_);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::uint64_t bit = numbers[i] > middle_[i] ? 1 : 0;
    sketch[i / kBitsPerWord] |= bit << (i % kBitsPerWord);
  }
  return sketch;
}

void SketchList::add(std::span<const std::uint64_t> sketch) {
  QUIRE_ASSERT(sketch.size() == words_);
  const auto segment = static_cast<std::size_t>(std::bit_width(size_ / kFirst + 1)) - 1;
  const std::size_t at = size_ - (std::bit_floor(size_ + kFirst) - kFirst);
  if (segments_.at(segment) == nullptr) {
    segments_.at(segment) = std::make_unique<std::uint64_t[]>((kFirst << segment) * words_);
  }
  std::uint64_t* const block = segments_.at(segment).get() + at / kLanes * kLanes * words_;
  for (std::size_t word = 0; word < words_; ++word) {
    block[word * kLanes + at % kLanes] = sketch[word];
  }
  ++size_;
}

std::vector<std::uint16_t> SketchList::distances(std::span<const std::uint64_t> query,
                                                 std::size_t rows) const {
  static const BlockKernel kernel = best_kernel();
  std::vector<std::uint16_t> out((rows + kLanes - 1) / kLanes * kLanes);
  for (std::size_t segment = 0, done = 0; done < rows; ++segment) {
    const std::size_t here = std::min(kFirst << segment, rows - done);
    kernel(segments_.at(segment).get(), (here + kLanes - 1) / kLanes, query, out.data() + done);
    done += here;
  }
  out.resize(rows);
  return out;
}

std::uint16_t SketchList::cutoff(std::span<const std::uint16_t> distances,
                                 std::size_t wanted) const {
  std::uint16_t low = 0;
  auto high = static_cast<std::uint16_t>(words_ * kBitsPerWord);
  while (low < high) {
    const auto middle = static_cast<std::uint16_t>((low + high) / 2);
    if (count_within(distances, middle) < wanted) {
      low = static_cast<std::uint16_t>(middle + 1);
    } else {
      high = middle;
    }
  }
  return low;
}

/// Most steps hold none: one look at all of it.
void SketchList::collect(std::span<const std::uint16_t> distances,
                         std::uint16_t low,
                         std::uint16_t high,
                         std::vector<std::uint32_t>& found) {
  const auto most = static_cast<std::uint16_t>(high - low);
  const auto is_within = [low, most](std::uint16_t distance) {
    return static_cast<std::uint16_t>(distance - low) <= most;
  };
  const auto take = [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      if (is_within(distances[row])) {
        found.push_back(static_cast<std::uint32_t>(row));
      }
    }
  };
  const std::size_t stepped = distances.size() / kStep * kStep;
  for (std::size_t begin = 0; begin < stepped; begin += kStep) {
    std::uint16_t any = 0;
    for (std::size_t i = 0; i < kStep; ++i) {
      any |= static_cast<std::uint16_t>(is_within(distances[begin + i]) ? 1 : 0);
    }
    if (any != 0) {
      take(begin, begin + kStep);
    }
  }
  take(stepped, distances.size());
}

}  // namespace quire::vectors
