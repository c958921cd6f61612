#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <quire/chunk.hpp>
#include <quire/result.hpp>
#include <quire/write_batch.hpp>

namespace quire {

/// Vectors for all chunks of a store in place of those that it has: VectorStore::replace_vectors().
struct VectorReplacement {
  /// Writes one vector a chunk, row by row: chunks.size() x dimensions floats. Not to call the
  /// store.
  using Make = std::function<Status(std::span<const StoredChunk> chunks, std::span<float> out)>;

  /// Names what makes them, valid UTF-8 of at most 4,096 bytes: an unfinished replacement goes on
  /// under the same name and number of dimensions, any other begins anew.
  std::string maker;
  std::uint32_t dimensions = 0;
  Make make;
  /// Changed in the commit that shows the new vectors.
  std::vector<WriteBatch::AttributeChange> attributes;

  std::size_t batch = 256;  ///< Chunks of one call of `make`.
  /// Called after each batch with how many of the store's chunks have their new vector, not while
  /// the store is locked; may be null.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;
  /// Asked before each batch; true ends the call, to be gone on with by the next one. May be null.
  std::function<bool()> should_stop;
};

/// What a call of replace_vectors() did.
struct ReplacementReport {
  bool finished = false;   ///< The store has the new vectors. Else should_stop said so.
  std::uint64_t lsn = 0;   ///< Of the commit that shows them, if finished.
  std::uint64_t made = 0;  ///< Vectors made by this call.
  std::uint64_t kept = 0;  ///< Made by earlier calls.
};

/// A replacement that was begun and is not finished.
struct PendingReplacement {
  std::string maker;
  std::uint32_t dimensions = 0;
  std::uint64_t vectors = 0;  ///< That are made; some of chunks that are gone, perhaps.
};

}  // namespace quire
