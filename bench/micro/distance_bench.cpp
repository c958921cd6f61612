#include <cstdint>
#include <cstdlib>
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

/// One pair of 256 dimensions an iteration: `rows` vectors, in cache or not, against the first of
/// them.
void distance(benchmark::State& state) {
  const auto scalar = static_cast<Scalar>(state.range(0));
  const auto metric = static_cast<Metric>(state.range(1));
  const auto set = static_cast<InstructionSet>(state.range(2));
  const auto rows = static_cast<std::size_t>(state.range(3));
  const VectorFormat format{kDimensions, metric, scalar};
  if (!is_supported(set) || (scalar == Scalar::i8 && metric == Metric::squared_l2)) {
    state.SkipWithError("not on this processor, or no such kernel");
    return;
  }
  state.SetLabel(std::string(to_string(scalar)) + " " + std::string(to_string(metric)) + " " +
                 std::string(to_string(set)));
  const std::string stored = stored_rows(format, rows);
  const DistanceFunction function = distance_function(format, set);
  const std::size_t stride = format.bytes_per_vector();
  std::size_t row = 0;
  while (state.KeepRunning()) {
    benchmark::DoNotOptimize(function(stored.data(), stored.data() + row * stride, kDimensions));
    row = row + 1 == rows ? 0 : row + 1;
  }
}

template <class... Values>
std::vector<std::int64_t> numbers(Values... values) {
  return {static_cast<std::int64_t>(values)...};
}

BENCHMARK(distance)
    ->ArgNames({"scalar", "metric", "set", "rows"})
    ->ArgsProduct({numbers(Scalar::bf16, Scalar::f32, Scalar::i8),
                   numbers(Metric::cosine, Metric::squared_l2),
                   numbers(InstructionSet::portable,
                           InstructionSet::avx2,
                           InstructionSet::avx512,
                           InstructionSet::neon),
                   numbers(512, 100'000)});

}  // namespace
}  // namespace quire::vectors
