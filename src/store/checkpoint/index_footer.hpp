#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <quire/result.hpp>

#include "base/uuid.hpp"

/// The 64 bytes after usearch's own in index.usearch, which usearch ignores.
///
///     "QUIREFTR" | u32 format | u16 usearch major | u16 zero | u64 lsn | uuid (16)
///     | u64 content length | u64 XXH3-64 of the content | u64 XXH3-64 of the 56 bytes before
namespace quire::checkpoint {

inline constexpr std::uint32_t kIndexFormat = 1;
inline constexpr std::size_t kFooterSize = 64;
inline constexpr std::string_view kFooterMagic = "QUIREFTR";

struct IndexFooter {
  base::Uuid uuid;
  std::uint64_t lsn = 0;
  std::uint16_t usearch_major = 0;
  std::uint64_t content_length = 0;
  std::uint64_t content_hash = 0;
};

std::string encode_footer(const IndexFooter& footer);

/// A file split into usearch's part and ours.
struct IndexFile {
  std::string_view content;
  std::optional<IndexFooter> footer;  ///< Absent: a bare file of the original, nothing verified.
};

/// Splits a file and verifies its footer, reading nothing else of it. Errors: `corrupt` (with the
/// byte), `incompatible` (a newer format). A file without a footer is bare, unless it ends in a
/// damaged one.
Result<IndexFile> split_index_file(std::string_view bytes);

/// The same, and verifies the content's hash.
Result<IndexFile> read_index_file(std::string_view bytes);

}  // namespace quire::checkpoint
