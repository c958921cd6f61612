#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <quire/chunk.hpp>
#include <quire/embedder.hpp>
#include <quire/result.hpp>

#include "chunking/chunker.hpp"

namespace quire::indexing {

/// Raised when the same chunk would be embedded from another text, or described otherwise.
inline constexpr std::uint32_t kRowsVersion = 3;

/// What stored chunks of a file depend on beside the file and the embedder.
inline constexpr std::uint32_t kCutVersion = chunking::kChunkerVersion * 1000 + kRowsVersion;

/// What came of cutting and embedding a file.
struct FileRows {
  std::vector<ChunkRow> rows;
  bool too_costly = false;  ///< As chunking::Cut has it.
  bool stopped = false;     ///< should_stop said so; there are no rows.
};

/// Cuts and embeds one file. Extra fields, where there is something to say: `signature`; `symbols`,
/// the names with single spaces between of what begins in the chunk besides the symbol that names
/// it; `path_bytes`. `path`: exact bytes, relative to the root; `content`: any bytes, invalid UTF-8
/// is repaired; `last_modified`: Unix seconds; `should_stop` as chunking::cut() asks it, and
/// between some hundred texts to embed. Errors: the embedder's.
Result<FileRows> rows_of(const std::string& path,
                         std::string_view content,
                         std::int64_t last_modified,
                         const Embedder& embedder,
                         const std::function<bool()>& should_stop);

/// What stands for a chunk when it is embedded: its symbol's name (which only the first part of a
/// long symbol says itself), the words of the last parts of its path, the file's stem twice, and
/// its text. All of that is stored, so that chunks can be embedded again without their sources.
std::string text_to_embed(const ChunkMeta& chunk);

/// Writes the vector of each chunk's text_to_embed() to `out`, row by row. Errors: the embedder's.
Status embed_chunks(std::span<const ChunkMeta* const> chunks,
                    const Embedder& embedder,
                    std::span<float> out);

}  // namespace quire::indexing
