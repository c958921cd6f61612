#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <quire/chunk.hpp>
#include <quire/result.hpp>
#include <quire/vector_format.hpp>

#include "base/json.hpp"

/// One row of an export: one JSON object on one line.
///
///     {"key":7,"file_path":"src/a.c","chunk_id":0,...,"last_modified":0,"note":"x","vector":[0.5,-1]}
///
/// The ten members of ChunkMeta are always there, absent ones null; extra fields follow, then the
/// store's own fields that have a value, a table as a list of lists. An extra field named "key" or
/// "vector", or whose name begins with "extra.", is written as "extra.NAME".
namespace quire::cli {

struct ExportRow {
  std::optional<ChunkKey> key;
  ChunkRow row;
};

/// What gives the rows their meaning: the first line of an export, of any number of members:
///
///     {"quire_export":1,"dimensions":2,"metric":"cosine","scalar":"bf16","next_key":8,
///      "attributes":{"root":"/src"},"attributes_hex":{"6b":"ff00"}}
///
/// With own fields its form is 2, and it has "fields" as metadata.json has them. Attributes whose
/// name or value is not valid UTF-8 stand in attributes_hex, both as hex digits.
struct ExportHeader {
  VectorFormat format;
  std::uint64_t next_key = 0;
  std::vector<std::pair<std::string, std::string>> attributes;
  Schema fields{};
};

/// With its line feed.
std::string encode_header(const ExportHeader& header);

/// Nothing for a line that is no such header: a row, say. Errors: `incompatible` for one of a later
/// form; `invalid_argument`: which member.
Result<std::optional<ExportHeader>> decode_header(std::string_view line);

/// With its line feed. Numbers of the vector have the fewest digits that read back to the same
/// float.
std::string encode_row(const ExportRow& row);

/// A number, a string, a truth value, or of a table its rows as a list of lists.
base::Json own_json(const OwnField::Value& value);

/// A row of a store with the own fields of `schema`. Errors: `invalid_argument`: which member, what
/// was found.
Result<ExportRow> decode_row(std::string_view line, const Schema& schema = {});

}  // namespace quire::cli
