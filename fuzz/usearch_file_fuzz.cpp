#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "store/vectors/hnsw_graph.hpp"
#include "store/vectors/usearch_file.hpp"

namespace {

using quire::vectors::HnswGraph;
using quire::vectors::UsearchFile;
using quire::vectors::WalkCounts;

std::size_t touched_numbers(const UsearchFile& file) {
  std::size_t count = 0;
  for (const UsearchFile::Entry& entry : file.entries()) {
    count += file.numbers(entry.slot).size();
  }
  return count;
}

/// The graph is walked even in what the reader refuses.
void walk(std::string_view content) {
  const auto graph = HnswGraph::open(content);
  if (!graph) {
    return;
  }
  const std::string query(sizeof(float) * quire::kMaxDimensions, '\1');
  std::vector<std::uint64_t> matching(graph->slots() / 64 + 1);
  for (std::size_t slot = 0; slot < graph->slots(); slot += 3) {
    matching[slot / 64] |= std::uint64_t{1} << (slot % 64);
  }
  WalkCounts counts;
  if (graph->search(query.data(), 64, counts).size() > 64 ||
      graph->search_matching(query.data(), 64, matching, (graph->slots() + 2) / 3, counts).size() >
          64) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view content(reinterpret_cast<const char*>(data), size);
  if (const auto file = UsearchFile::read(content); file.has_value()) {
    if (touched_numbers(*file) != file->entries().size() * file->dimensions()) {
      std::abort();
    }
  }
  walk(content);
  return 0;
}
