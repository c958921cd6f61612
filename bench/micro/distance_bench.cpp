#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "store/vectors/distance.hpp"

namespace quire::vectors {
namespace {

constexpr std::uint32_t kDimensions = 256;

std::string stored_rows(const VectorFormat& format, std::size_t rows) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  std::string stored;
  std::vector<float> vector(format.dimensions);
  for (std::size_t row = 0; row < rows; ++row) {
    for (float& number : vector) {
      number = normal(random);
    }
    if (!encode_vector(format, vector, stored).has_value()) {
      std::abort();
    }
  }
  return stored;
}

/// One pair of 256 dimensions an iteration: `rows` vectors against the first of them.
void distances(benchmark::State& state, Scalar scalar, Metric metric, InstructionSet set) {
  const VectorFormat format{kDimensions, metric, scalar};
  if (!is_supported(set)) {
    state.SkipWithError("this processor lacks the instructions");
    return;
  }
  const auto rows = static_cast<std::size_t>(state.range(0));
  const std::string stored = stored_rows(format, rows);
  const DistanceFunction distance = distance_function(format, set);
  const std::size_t stride = format.bytes_per_vector();
  std::size_t row = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(distance(stored.data(), stored.data() + row * stride, kDimensions));
    row = row + 1 == rows ? 0 : row + 1;
  }
}

void register_all() {
  constexpr std::int64_t kInCache = 512;
  constexpr std::int64_t kStreamed = 100'000;
  for (const InstructionSet set : {InstructionSet::portable, InstructionSet::avx2,
                                   InstructionSet::avx512, InstructionSet::neon}) {
    for (const Scalar scalar : {Scalar::bf16, Scalar::f32, Scalar::i8}) {
      for (const Metric metric : {Metric::cosine, Metric::squared_l2}) {
        if (!is_supported(set) || (scalar == Scalar::i8 && metric == Metric::squared_l2)) {
          continue;
        }
        const std::string name = std::string(to_string(scalar)) + "/" +
                                 std::string(to_string(metric)) + "/" + std::string(to_string(set));
        benchmark::RegisterBenchmark(name.c_str(), distances, scalar, metric, set)
            ->Arg(kInCache)
            ->Arg(kStreamed);
      }
    }
  }
}

const bool kRegistered = (register_all(), true);

}  // namespace
}  // namespace quire::vectors
