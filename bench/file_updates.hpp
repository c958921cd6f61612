#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <quire/chunk.hpp>

#include "dataset.hpp"

namespace quire::bench {

/// Replacements of files without end, where a data set has a few hundred: file after file in a
/// shuffled order, and from the start again. Each of the twelve rows has the text and the metadata
/// of a row of the data set, and the vector of another one, turned a little (cosine about 0.98).
/// The same rows, paths and seed give the same replacements.
class FileUpdates {
 public:
  FileUpdates(std::vector<ChunkRow> rows, std::vector<std::string> paths, std::uint64_t seed);

  FileUpdate next();

 private:
  const ChunkRow& any_row();
  std::vector<float> turned(std::vector<float> vector);

  std::vector<ChunkRow> rows_;
  std::vector<std::string> paths_;
  std::mt19937_64 random_;
  std::size_t next_path_ = 0;
};

}  // namespace quire::bench
