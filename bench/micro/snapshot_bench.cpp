#include <cstddef>
#include <random>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include <quire/store_snapshot.hpp>

#include "expect.hpp"
#include "sample_store.hpp"
#include "scratch_folder.hpp"

namespace quire {
namespace {

using bench::expect;

/// 300 keys of 100,000, other ones each time.
void get_300(benchmark::State& state, const std::vector<std::string>& select) {
  constexpr std::size_t kLists = 64;
  const bench::ScratchFolder folder;
  const VectorStore store = bench::sample_store(folder.path(), false);
  const StoreSnapshot snapshot = expect(store.snapshot());
  std::mt19937 random(2);
  std::vector<std::vector<ChunkKey>> lists(kLists, std::vector<ChunkKey>(300));
  for (std::vector<ChunkKey>& keys : lists) {
    for (ChunkKey& key : keys) {
      key.value = random() % bench::kRows;
    }
  }
  std::size_t next = 0;
  while (state.KeepRunning()) {
    benchmark::DoNotOptimize(expect(snapshot.get(lists[next++ % kLists], select)));
  }
}

void matching(benchmark::State& state, const std::string& filter, bool changed) {
  const bench::ScratchFolder folder;
  const VectorStore store = bench::sample_store(folder.path(), changed);
  const StoreSnapshot snapshot = expect(store.snapshot());
  const Filter parsed = expect(Filter::parse(filter));
  std::size_t matches = 0;
  while (state.KeepRunning()) {
    matches = expect(snapshot.matching(parsed)).size();
  }
  state.SetLabel(std::to_string(matches) + " match");
}

BENCHMARK_CAPTURE(get_300,
                  columns,
                  {"file_path", "symbol_name", "symbol_kind", "start_line", "end_line"})
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(get_300, whole, {})->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(matching, language, "language = 'go'", false)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(matching, language_changed, "language = 'go'", true)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(matching, one_file, "file_path = 'services/part_0/file_0.x'", false)
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace quire
