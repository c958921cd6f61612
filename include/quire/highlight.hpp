#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace quire {

enum class SyntaxKind : std::uint8_t { comment, string, keyword, number };

/// Bytes of a text from `begin` up to `end`.
struct SyntaxRange {
  std::size_t begin = 0;
  std::size_t end = 0;
  SyntaxKind kind = SyntaxKind::comment;

  bool operator==(const SyntaxRange&) const = default;
};

/// What a reader of code in `language` (ChunkMeta::language) would have coloured; rising, not
/// overlapping. For the eye alone: it knows how families of languages write comments, strings and
/// keywords, no grammar. Of plain text: nothing. A text that begins inside of a comment is read as
/// code up to its end.
std::vector<SyntaxRange> highlight(std::string_view text, std::string_view language);

}  // namespace quire
