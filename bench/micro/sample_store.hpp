#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <quire/vector_store.hpp>

#include "expect.hpp"

namespace quire::bench {

inline constexpr std::int64_t kRows = 100'000;
inline constexpr std::int64_t kRowsPerFile = 12;
inline constexpr std::array<const char*, 5> kFolders = {"services", "pkg", "tools", "internal",
                                                        "web"};
inline constexpr std::array<const char*, 6> kLanguages = {"go",   "go",     "go",
                                                          "rust", "python", "bash"};

inline ChunkRow sample_row(std::int64_t number, std::mt19937& random) {
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

/// A checkpoint of kRows with few dimensions, as nobody here looks at vectors. If `changed`, one
/// row in a hundred was replaced since.
inline VectorStore sample_store(const std::string& folder, bool changed) {
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
    rows.push_back(sample_row(number, random));
  }
  expect(store.insert(std::move(rows)));
  if (!store.checkpoint().has_value()) {
    std::abort();
  }
  for (std::int64_t number = 0; changed && number < kRows; number += 100 * kRowsPerFile) {
    std::vector<ChunkRow> file;
    file.reserve(kRowsPerFile);
    for (std::int64_t i = 0; i < kRowsPerFile; ++i) {
      file.push_back(sample_row(number + i, random));
    }
    const std::string path = file.front().meta.file_path;
    expect(store.replace_file(path, std::move(file)));
  }
  return store;
}

}  // namespace quire::bench
