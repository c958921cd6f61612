#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include <quire/vector_store.hpp>

#include "expect.hpp"
#include "scratch_folder.hpp"

namespace quire {
namespace {

using bench::expect;

constexpr std::int64_t kRows = 100'000;
constexpr std::int64_t kRowsPerFile = 12;
constexpr std::array<const char*, 5> kFolders = {"services", "pkg", "tools", "internal", "web"};
constexpr std::array<const char*, 6> kLanguages = {"go", "go", "go", "rust", "python", "bash"};

ChunkRow row(std::int64_t number, std::mt19937& random) {
  const std::int64_t file = number / kRowsPerFile;
  ChunkMeta meta;
  meta.file_path = std::string(kFolders[static_cast<std::size_t>(file) % kFolders.size()]) +
                   "/part_" + std::to_string(file % 97) + "/file_" + std::to_string(file) + ".x";
  meta.chunk_id = number % kRowsPerFile;
  meta.content = "int value_" + std::to_string(number) + " = " + std::to_string(random()) + ";\n";
  meta.symbol_name = "value_" + std::to_string(number);
  meta.symbol_kind = number % 3 == 0 ? "function" : "variable";
  meta.language = kLanguages[static_cast<std::size_t>(file) % kLanguages.size()];
  meta.start_line = 1 + 20 * meta.chunk_id;
  meta.end_line = meta.start_line + 19;
  std::normal_distribution<float> normal;
  return {std::move(meta), {normal(random), normal(random), normal(random), 1}};
}

/// A checkpoint of kRows with few dimensions, as the planner looks at none. If `changed`, one row
/// in a hundred was replaced since.
VectorStore store_in(const std::string& folder, bool changed) {
  StoreOptions options;
  options.durability = Durability::bulk;
  options.automatic_checkpoint = false;
  options.connectivity = 4;
  options.expansion_add = 8;
  VectorStore store = expect(VectorStore::open(folder, options));
  std::mt19937 random(1);
  std::vector<ChunkRow> rows;
  rows.reserve(kRows);
  for (std::int64_t number = 0; number < kRows; ++number) {
    rows.push_back(row(number, random));
  }
  expect(store.insert(std::move(rows)));
  if (!store.checkpoint().has_value()) {
    std::abort();
  }
  for (std::int64_t number = 0; changed && number < kRows; number += 100 * kRowsPerFile) {
    std::vector<ChunkRow> file;
    file.reserve(kRowsPerFile);
    for (std::int64_t i = 0; i < kRowsPerFile; ++i) {
      file.push_back(row(number + i, random));
    }
    const std::string path = file.front().meta.file_path;
    expect(store.replace_file(path, std::move(file)));
  }
  return store;
}

/// Finding the candidates of a filter among 100,000 rows, and the plan.
void plan(benchmark::State& state, const std::string& text, bool changed) {
  const bench::ScratchFolder folder;
  const VectorStore store = store_in(folder.path(), changed);
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
    text += (i == 0 ? "'value_" : ", 'value_") + std::to_string(i * kRows / count) + "'";
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
