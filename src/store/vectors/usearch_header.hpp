#pragma once

#include <cstdint>
#include <string_view>

#include <quire/result.hpp>

#include "store/vectors/usearch_file.hpp"

namespace quire::vectors {

/// The 64-byte head of a usearch file and what precedes it, checked against the file's size and
/// against what this program can use.
struct UsearchHeader {
  std::uint32_t rows = 0;
  std::uint32_t bytes_per_vector = 0;
  std::uint16_t version_major = 0;
  std::uint16_t version_minor = 0;
  std::uint16_t version_patch = 0;
  Metric metric = Metric::cosine;
  FileScalar scalar = FileScalar::f32;
  std::uint64_t present = 0;
  std::uint64_t deleted = 0;
  std::uint32_t dimensions = 0;
  std::uint64_t graph_offset = 0;  ///< Where the graph begins.
};

/// Errors as UsearchFile::read().
Result<UsearchHeader> read_usearch_header(std::string_view content);

std::string_view to_string(FileScalar scalar);

}  // namespace quire::vectors
