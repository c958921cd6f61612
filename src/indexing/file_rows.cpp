#include "indexing/file_rows.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "base/checksum.hpp"
#include "base/try.hpp"
#include "source/language.hpp"
#include "source/text.hpp"
#include "source/walk.hpp"
#include "words/definitions.hpp"
#include "words/paths.hpp"
#include "words/words.hpp"

namespace quire::indexing {
namespace {

constexpr std::size_t kHeadBytes = 8192;
/// That an embedder is given; large enough for a server to be asked seldom.
constexpr std::size_t kRowsAtOnce = 256;

std::string words_of(std::string_view text) {
  std::string out;
  words::IdentifierReader identifiers(text);
  for (auto name = identifiers.next(); !name.empty(); name = identifiers.next()) {
    words::PartReader parts(name);
    for (auto part = parts.next(); !part.empty(); part = parts.next()) {
      out.append(" ").append(part);
    }
  }
  return out;
}

/// The part of the text to embed that all chunks of a file share; a space before each word.
std::string path_words(std::string_view path) {
  const std::string_view stem = words::file_stem(path);
  std::string out = words_of(words::path_end(path));
  for (int i = 0; i < 2; ++i) {
    out.append(" ").append(stem);
  }
  return out;
}

std::string text_with(const ChunkMeta& chunk, std::string_view path) {
  std::string out = chunk.symbol_name ? *chunk.symbol_name : "";
  out.append(path.substr(out.empty() ? 1 : 0)).append("\n").append(chunk.content);
  return out;
}

ChunkMeta described(chunking::SourceChunk chunk,
                    std::size_t number,
                    const std::string& path,
                    const std::string& language,
                    std::int64_t last_modified) {
  ChunkMeta meta;
  meta.file_path = source::displayable_path(path);
  meta.chunk_id = static_cast<std::int64_t>(number);
  meta.content = std::move(chunk.text);
  meta.symbol_name = std::move(chunk.symbol_name);
  meta.symbol_kind = std::move(chunk.symbol_kind);
  meta.package_name = std::move(chunk.package_name);
  meta.language = language;
  meta.start_line = chunk.start_line;
  meta.end_line = chunk.end_line;
  meta.last_modified = last_modified;
  if (!chunk.signature.empty()) {
    meta.extra.push_back({"signature", std::move(chunk.signature)});
  }
  if (!chunk.symbols.empty()) {
    meta.extra.push_back(
        {std::string(words::kDefinitions), words::definitions_text(chunk.symbols)});
  }
  if (meta.file_path != path) {
    meta.extra.push_back({"path_bytes", base::to_hex(std::string_view(path))});
  }
  return meta;
}

/// Gives each row its vector.
Status embed(std::span<ChunkRow> rows, const Embedder& embedder) {
  const std::size_t dimensions = embedder.identity().dimensions;
  std::vector<const ChunkMeta*> metas;
  std::ranges::transform(rows, std::back_inserter(metas),
                         [](const ChunkRow& row) { return &row.meta; });
  std::vector<float> vectors(rows.size() * dimensions);
  QUIRE_TRY(embed_chunks(metas, embedder, vectors));
  auto vector = vectors.begin();
  for (ChunkRow& row : rows) {
    const auto end = vector + static_cast<std::ptrdiff_t>(dimensions);
    row.vector.assign(vector, end);
    vector = end;
  }
  return {};
}

}  // namespace

std::string text_to_embed(const ChunkMeta& chunk) {
  return text_with(chunk, path_words(chunk.file_path));
}

Status embed_chunks(std::span<const ChunkMeta* const> chunks,
                    const Embedder& embedder,
                    std::span<float> out) {
  std::vector<std::string> texts;
  texts.reserve(chunks.size());
  std::string_view path;
  std::string shared = path_words(path);
  for (const ChunkMeta* chunk : chunks) {
    if (chunk->file_path != path) {
      path = chunk->file_path;
      shared = path_words(path);
    }
    texts.push_back(text_with(*chunk, shared));
  }
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  return embedder.embed_documents(views, out);
}

Result<FileRows> rows_of(const std::string& path,
                         std::string_view content,
                         std::int64_t last_modified,
                         const Embedder& embedder,
                         const std::function<bool()>& should_stop) {
  const std::string shown = source::displayable_path(path);
  const std::string text = source::decoded_text(content);
  const std::string language =
      source::language_of(shown, std::string_view(text).substr(0, kHeadBytes));
  chunking::Cut cut = chunking::cut(text, language, shown, should_stop);
  FileRows out{.rows = {}, .too_costly = cut.too_costly, .stopped = cut.stopped};
  out.rows.reserve(cut.chunks.size());
  for (chunking::SourceChunk& chunk : cut.chunks) {
    out.rows.push_back(
        {described(std::move(chunk), out.rows.size(), path, language, last_modified), {}});
  }
  const std::span rows = out.rows;
  for (std::size_t at = 0; at < rows.size() && !out.stopped; at += kRowsAtOnce) {
    QUIRE_TRY(embed(rows.subspan(at, std::min(kRowsAtOnce, rows.size() - at)), embedder));
    out.stopped = should_stop && should_stop();
  }
  if (out.stopped) {
    out.rows.clear();
  }
  return out;
}

}  // namespace quire::indexing
