#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <quire/chunk.hpp>
#include <quire/vector_store.hpp>

namespace quire::support {

/// A chunk with every member set, told apart by `number`.
inline ChunkMeta make_chunk(const std::string& path, std::int64_t number) {
  ChunkMeta meta;
  meta.file_path = path;
  meta.chunk_id = number;
  meta.content = "line " + std::to_string(number) + "\n\"quoted\"\tand \xC3\xA9";
  meta.symbol_name = "symbol_" + std::to_string(number);
  meta.symbol_kind = number % 2 == 0 ? "function" : "class";
  meta.language = number % 3 == 0 ? "go" : "cpp";
  meta.start_line = number * 10 + 1;
  meta.end_line = number * 10 + 9;
  meta.last_modified = 1'700'000'000 + number;
  meta.extra = {{"signature", "f(" + std::to_string(number) + ")"}};
  return meta;
}

/// A vector of `dimensions` numbers that differs for each `number`.
inline std::vector<float> make_vector(std::size_t dimensions, std::int64_t number) {
  std::vector<float> out(dimensions);
  for (std::size_t i = 0; i < dimensions; ++i) {
    out[i] = std::sin(static_cast<float>((static_cast<std::size_t>(number) + 1) * (i + 3)) * 0.7F);
  }
  return out;
}

inline ChunkRow make_row(const std::string& path, std::int64_t number, std::size_t dimensions = 8) {
  return {make_chunk(path, number), make_vector(dimensions, number)};
}

/// Rows number first, first + 1, ... of one file.
inline std::vector<ChunkRow> make_rows(const std::string& path,
                                       std::int64_t first,
                                       std::int64_t count,
                                       std::size_t dimensions = 8) {
  std::vector<ChunkRow> rows;
  for (std::int64_t i = 0; i < count; ++i) {
    rows.push_back(make_row(path, first + i, dimensions));
  }
  return rows;
}

/// Checkpoints are made when the test says so.
inline StoreOptions by_hand() {
  StoreOptions options;
  options.automatic_checkpoint = false;
  return options;
}

}  // namespace quire::support
