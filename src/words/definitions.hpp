#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <quire/chunk.hpp>
#include <quire/definition.hpp>

/// What a chunk defines, as one of its extra fields: a line each, in the order of where they begin,
/// of its kind, behind a `.` if it is a minor one, where it begins, its extent, and its name, which
/// may hold spaces:
///
///     class 12 10-30 net::Num
///     .field 14 14-14 net::Num::value
///     method 15 15-15 net::Num::operator bool
namespace quire::words {

inline constexpr std::string_view kDefinitions = "definitions";

std::string definitions_text(std::span<const Definition> definitions);

/// The definitions that begin in a chunk; lines that are not of this form are left out.
std::vector<Definition> definitions_of(const ChunkMeta& meta);

}  // namespace quire::words
