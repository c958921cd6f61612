#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <quire/indexer.hpp>

#include "base/try.hpp"
#include "indexing/attributes.hpp"
#include "indexing/file_rows.hpp"

namespace quire {
namespace {

constexpr std::string_view kOfRows = " of rows ";

/// Texts of another kRowsVersion give other vectors too.
std::string maker_of(const EmbedderIdentity& identity) {
  return indexing::encode(identity) + std::string(kOfRows) + std::to_string(indexing::kRowsVersion);
}

Status embed_stored(std::span<const StoredChunk> chunks,
                    const Embedder& embedder,
                    std::span<float> out) {
  std::vector<const ChunkMeta*> metas;
  std::ranges::transform(chunks, std::back_inserter(metas),
                         [](const StoredChunk& chunk) { return &chunk.meta; });
  return indexing::embed_chunks(metas, embedder, out);
}

Result<EmbeddingWork> all_texts(const VectorStore& store) {
  constexpr std::size_t kAtOnce = 1024;
  const std::vector<std::string> members = {"content", "symbol_name", "file_path"};
  QUIRE_TRY_ASSIGN(const StoreSnapshot snapshot, store.snapshot());
  const std::vector<ChunkKey> keys = snapshot.keys();
  EmbeddingWork work{keys.size(), 0};
  for (std::size_t at = 0; at < keys.size(); at += kAtOnce) {
    const auto some = std::span(keys).subspan(at, std::min(kAtOnce, keys.size() - at));
    QUIRE_TRY_ASSIGN(const std::vector<StoredChunk> chunks, snapshot.get(some, members));
    for (const StoredChunk& chunk : chunks) {
      work.bytes += indexing::text_to_embed(chunk.meta).size();
    }
  }
  return work;
}

Status ask_before_embedding(const VectorStore& store, const EmbedderChange& options) {
  if (!options.before_embedding || store.chunk_count() == 0) {
    return {};
  }
  QUIRE_TRY_ASSIGN(const EmbeddingWork work, all_texts(store));
  return options.before_embedding(work)
             ? Status()
             : fail(ErrorCode::unavailable, "nothing was embedded, since the answer was no");
}

}  // namespace

bool is_of_another_embedder(const VectorStore& store, const EmbedderIdentity& embedder) {
  const std::uint32_t dimensions = store.info().format.dimensions;
  const std::optional<EmbedderIdentity> found = embedder_of(store);
  const bool same_length = dimensions == 0 || dimensions == embedder.dimensions;
  return !same_length || (found ? *found != embedder : store.chunk_count() != 0);
}

Result<ReplacementReport> change_embedder(VectorStore& store,
                                          const Embedder& embedder,
                                          const EmbedderChange& options) {
  QUIRE_TRY(ask_before_embedding(store, options));
  const EmbedderIdentity identity = embedder.identity();
  VectorReplacement wanted;
  wanted.maker = maker_of(identity);
  wanted.dimensions = identity.dimensions;
  wanted.make = [&embedder](std::span<const StoredChunk> chunks, std::span<float> out) {
    return embed_stored(chunks, embedder, out);
  };
  wanted.attributes = {{std::string(indexing::kEmbedderAttribute), indexing::encode(identity)},
                       {std::string(indexing::kModelAttribute),
                        options.model.empty() ? std::nullopt : std::optional(options.model)}};
  wanted.progress = options.progress;
  wanted.should_stop = options.should_stop;
  return store.replace_vectors(wanted);
}

std::optional<UnfinishedChange> unfinished_change(const VectorStore& store) {
  const auto pending = store.pending_replacement();
  if (!pending || !*pending) {
    return std::nullopt;
  }
  const std::string_view maker = (*pending)->maker;
  const auto identity = indexing::decode_embedder(maker.substr(0, maker.rfind(kOfRows)));
  return identity ? std::optional(UnfinishedChange{*identity, (*pending)->vectors}) : std::nullopt;
}

namespace indexing {

Status drop_needless_change(VectorStore& store, const EmbedderIdentity& embedder) {
  const auto pending = store.pending_replacement();
  return pending && *pending && (*pending)->maker == maker_of(embedder) ? store.drop_replacement()
                                                                        : Status();
}

}  // namespace indexing
}  // namespace quire
