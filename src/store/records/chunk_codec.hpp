#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <quire/chunk.hpp>
#include <quire/result.hpp>

#include "store/records/chunk_view.hpp"
#include "store/records/member.hpp"

/// A chunk as journal bytes (all numbers little-endian; "string" is a u32 length and the bytes):
///
///     u8      1: symbol_name, 2: symbol_kind, 4: package_name are present; 8: so are own fields
///     i64     chunk_id, start_line, end_line, last_modified
///     string  file_path, content, language
///     string  those of symbol_name, symbol_kind, package_name that are present
///     u32     number of extra fields; for each: string name, string value
///     own fields, if there are any (own_values.hpp): format 2
namespace quire::records {

/// What a chunk has in `member`; nothing where that is absent.
std::optional<std::variant<std::int64_t, std::string>> value_of(const ChunkMeta& meta,
                                                                Member member);

/// Appends a chunk that validate() passes with `schema`; equal chunks have equal bytes.
void encode_chunk(const ChunkMeta& meta, std::string& out, const Schema& schema = {});

/// Whether a chunk's bytes are of format 2: they have own fields.
bool has_own_fields(std::string_view chunk);

/// Checks every length, and no more. Error: `corrupt`.
Result<ChunkView> view_chunk(std::string_view bytes);
/// The same into `chunk`, which is to be a new one; false where it is an error.
bool view_chunk(std::string_view bytes, ChunkView& chunk);

/// What is wanted of a chunk, the rest empty: checks every length and validate()s what is wanted.
/// Error: `corrupt`.
Result<ChunkMeta> decode_chunk(std::string_view bytes,
                               const MemberSet& wanted = MemberSet::all(),
                               const Schema& schema = {});

}  // namespace quire::records
