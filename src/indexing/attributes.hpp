#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <quire/embedder.hpp>
#include <quire/vector_store.hpp>

#include "source/known_file.hpp"

/// What an indexing run keeps in a store beside its chunks:
///
///     embedder      NAME/VERSION/HASH/DIMENSIONS, "hash/1//256"
///     model         what open_embedder() took: "hash", a folder, a URL
///     root          the tree's canonical path, exact bytes
///     swept         when the last whole run began, Unix seconds
///     file:PATH     source::KnownFile
namespace quire::indexing {

inline constexpr std::string_view kEmbedderAttribute = "embedder";
inline constexpr std::string_view kModelAttribute = "model";
inline constexpr std::string_view kRootAttribute = "root";
inline constexpr std::string_view kSweptAttribute = "swept";

std::string encode(const EmbedderIdentity& identity);

/// Nothing if `text` is not what encode() writes.
std::optional<EmbedderIdentity> decode_embedder(std::string_view text);

/// Removes what an interrupted change to `embedder` left, once the store has its vectors.
Status drop_needless_change(VectorStore& store, const EmbedderIdentity& embedder);

/// Every file that `store` knows. One whose attribute does not parse counts as not known: it is
/// read again.
std::vector<source::KnownFile> known_files(const VectorStore& store);

/// The files that chunks of `store` name and that are not among `known`, its known_files(); by
/// path. Chunks that were imported, say. Errors: the store's.
Result<std::vector<std::string>> stray_files(const VectorStore& store,
                                             const std::vector<source::KnownFile>& known);

}  // namespace quire::indexing
