#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <quire/result.hpp>

/// Sizes and ends of a segment's bytes (segment.hpp says what lies between).
namespace quire::lexical {

inline constexpr std::string_view kSegmentMagic = "QUIREWRD";
inline constexpr std::size_t kHeaderBytes = 88;
inline constexpr std::size_t kBlockTerms = 16;
inline constexpr std::size_t kTermBlockBytes = 16;
inline constexpr std::size_t kRunEntryBytes = 12;
/// What one posting takes beside others at least: a varint and an occurrence.
inline constexpr std::size_t kLeastPostingBytes = 2;
/// What one term can take of the term bytes at most.
inline constexpr std::size_t kMostTermBytes = 96;
/// More have no place in a segment: document numbers have 32 bits.
inline constexpr std::uint64_t kMostDocuments = std::uint64_t{1} << 31;

constexpr std::uint64_t padded(std::uint64_t size) {
  return (size + 7) / 8 * 8;
}

/// Appends what verifies `bytes`, a segment's content.
void append_hashes(std::string& bytes);

/// A segment's file, taken apart.
struct SealedContent {
  std::string_view content;
  std::vector<std::uint64_t> hashes;  ///< base::hash_blocks() of the content as it was written.
};

/// The reverse of append_hashes(), the hashes alone being verified. Errors: `corrupt`,
/// `incompatible` (another format or tokenizer).
Result<SealedContent> read_hashes(std::string_view file);

}  // namespace quire::lexical
