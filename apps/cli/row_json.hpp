#pragma once

#include <string>
#include <string_view>

#include <quire/chunk.hpp>
#include <quire/result.hpp>

#include "base/json.hpp"

/// One row of an export: one JSON object on one line.
///
///     {"key":7,"file_path":"src/a.c","chunk_id":0,...,"last_modified":0,"note":"x","vector":[0.5,-1]}
///
/// The ten members of ChunkMeta are always there, absent ones null; extra fields follow. An extra
/// field named "key" or "vector", or whose name begins with "extra.", is written as "extra.NAME".
namespace quire::cli {

struct ExportRow {
  std::optional<ChunkKey> key;
  ChunkRow row;
};

/// With its line feed. Numbers of the vector have the fewest digits that read back to the same
/// float.
std::string encode_row(const ExportRow& row);

/// Errors: `invalid_argument`: which member, what was found.
Result<ExportRow> decode_row(std::string_view line);

}  // namespace quire::cli
