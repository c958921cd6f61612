#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>

#include <quire/embedder.hpp>

#include "expect.hpp"

// What embedding costs. The texts are this project's own sources, cut every 40 lines;
// QUIRE_BENCH_TEXTS names another folder.

namespace quire {
namespace {

void must(const Status& status) {
  if (!status) {
    std::abort();
  }
}

constexpr std::size_t kLines = 40;
constexpr std::size_t kTexts = 20'000;

std::string folder() {
  const char* const other = std::getenv("QUIRE_BENCH_TEXTS");
  return other != nullptr ? other : std::string(QUIRE_SOURCE_DIR) + "/src";
}

void add_pieces(std::string_view text, std::vector<std::string>& out) {
  std::size_t begin = 0;
  std::size_t lines = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    lines += text[at] == '\n' ? 1 : 0;
    if (lines == kLines || at + 1 == text.size()) {
      out.emplace_back(text.substr(begin, at + 1 - begin));
      begin = at + 1;
      lines = 0;
    }
  }
}

const std::vector<std::string>& texts() {
  static const std::vector<std::string> kept = [] {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder())) {
      if (entry.is_regular_file()) {
        paths.push_back(entry.path());
      }
    }
    std::ranges::sort(paths);
    std::vector<std::string> out;
    for (const auto& path : paths) {
      std::ifstream file(path, std::ios::binary);
      add_pieces(std::string{std::istreambuf_iterator<char>(file), {}}, out);
    }
    out.resize(std::min(out.size(), kTexts));
    return out;
  }();
  return kept;
}

/// All texts an iteration, 64 in a call; bytes/s are of text.
void embed_documents(benchmark::State& state, const char* model) {
  const auto embedder = bench::expect(open_embedder(model));
  const std::vector<std::string_view> views(texts().begin(), texts().end());
  constexpr std::size_t kBatch = 64;
  std::vector<float> out(kBatch * embedder->identity().dimensions);
  std::int64_t bytes = 0;
  while (state.KeepRunning()) {
    for (std::size_t at = 0; at < views.size(); at += kBatch) {
      const auto batch = std::span(views).subspan(at, std::min(kBatch, views.size() - at));
      must(embedder->embed_documents(
          batch, std::span(out).first(batch.size() * embedder->identity().dimensions)));
      for (const std::string_view text : batch) {
        bytes += static_cast<std::int64_t>(text.size());
      }
    }
  }
  state.SetBytesProcessed(bytes);
}

void embed_query(benchmark::State& state, const char* model) {
  const auto embedder = bench::expect(open_embedder(model));
  std::vector<float> out(embedder->identity().dimensions);
  while (state.KeepRunning()) {
    must(embedder->embed_query("where is a torn record at the end of the journal dropped", out));
    benchmark::DoNotOptimize(out.data());
  }
}

/// From nothing to the first vector; the system has the pages already.
void open_and_embed(benchmark::State& state, const char* model) {
  while (state.KeepRunning()) {
    const auto embedder = bench::expect(open_embedder(model));
    std::vector<float> out(embedder->identity().dimensions);
    must(embedder->embed_query("read a file", out));
    benchmark::DoNotOptimize(out.data());
  }
}

BENCHMARK_CAPTURE(embed_documents, builtin, "builtin")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(embed_documents, hash, "hash")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(embed_query, builtin, "builtin")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(embed_query, hash, "hash")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(open_and_embed, builtin, "builtin")->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace quire
