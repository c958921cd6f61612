#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <benchmark/benchmark.h>

#include <quire/vector_store.hpp>

#include "expect.hpp"
#include "sample_store.hpp"
#include "scratch_folder.hpp"

namespace quire {
namespace {

using bench::expect;

/// Finding the candidates of a filter among 100,000 rows, and the plan.
void plan(benchmark::State& state, const std::string& text, bool changed) {
  const bench::ScratchFolder folder;
  const VectorStore store = bench::sample_store(folder.path(), changed);
  const Filter filter = expect(Filter::parse(text));
  SearchPlan last;
  while (state.KeepRunning()) {
    last = expect(store.explain(filter));
  }
  state.SetLabel(std::to_string(last.matches) + " match, " + std::string(to_string(last.path)));
}

void plan_unchanged(benchmark::State& state, const std::string& filter) {
  plan(state, filter, false);
}

void plan_changed(benchmark::State& state, const std::string& filter) {
  plan(state, filter, true);
}

/// "symbol_name IN ('value_0', 'value_1562', ...)"
std::string list_of_names(std::int64_t count) {
  std::string text = "symbol_name IN (";
  for (std::int64_t i = 0; i < count; ++i) {
    text += (i == 0 ? "'value_" : ", 'value_") + std::to_string(i * bench::kRows / count) + "'";
  }
  return text + ")";
}

#define QUIRE_BENCHMARK_FILTER(name, filter)                                      \
  BENCHMARK_CAPTURE(plan_unchanged, name, filter)->Unit(benchmark::kMicrosecond); \
  BENCHMARK_CAPTURE(plan_changed, name, filter)->Unit(benchmark::kMicrosecond)

QUIRE_BENCHMARK_FILTER(none, "");
QUIRE_BENCHMARK_FILTER(language, "language = 'go'");
QUIRE_BENCHMARK_FILTER(prefix, "file_path LIKE 'services/%'");
QUIRE_BENCHMARK_FILTER(one_file, "file_path = 'services/part_0/file_0.x'");
QUIRE_BENCHMARK_FILTER(symbol, "symbol_name = 'value_4711'");
QUIRE_BENCHMARK_FILTER(lines, "start_line BETWEEN 21 AND 60");
QUIRE_BENCHMARK_FILTER(three,
                       "language = 'bash' AND symbol_kind = 'function' AND start_line < 100");
QUIRE_BENCHMARK_FILTER(content, "content LIKE '%4711%'");
QUIRE_BENCHMARK_FILTER(patterns,
                       "file_path LIKE 'services/part_1%' OR file_path LIKE '%/file_2_.x' OR "
                       "symbol_name LIKE 'value\\_47%' ESCAPE '\\'");
QUIRE_BENCHMARK_FILTER(list, list_of_names(64));

}  // namespace
}  // namespace quire
