#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <quire/result.hpp>

#include "store/vectors/linked_rows.hpp"

namespace quire::vectors {

/// How far the linking of a graph had come when it was ended, without the vectors: what
/// HnswBuilder::save_progress() writes, and adopt() goes on from.
///
///     progress = "QUIRELP1" | u64 connectivity | u64 rows | u64 words
///              | u64 key, by row, rising | u32 checksum of the vector, by row
///              | f32 what was noted of the row (hnsw_reach.cpp), by row | u8 level, by row
///              | u32 words: for each row, for each of its levels from the base: a count, and as
///                many rows; no row at the base for a row that is not linked
///              | u64 XXH3-64 of all before
///
/// Numbers are little-endian and packed. It is a cache: what does not verify is of no use, and is
/// no error of the store.
class LinkProgress final : public LinkedRows {
 public:
  /// Reads the bytes of one. Errors: `corrupt`; `incompatible` for another connectivity.
  static Result<LinkProgress> read(std::string_view bytes, std::size_t connectivity);

  std::size_t slots() const override { return keys_.size(); }
  std::uint64_t key(std::uint32_t slot) const override { return keys_[slot]; }
  int level(std::uint32_t slot) const override { return levels_[slot]; }
  const char* vector(std::uint32_t slot) const override { return vectors_[slot]; }
  float note(std::uint32_t slot) const override { return notes_[slot]; }
  std::size_t max_neighbours() const override { return most_; }
  std::size_t neighbours(std::uint32_t slot, int level, std::uint32_t* out) const override;

  /// vector_checksum() of the row when it was linked.
  std::uint32_t checksum(std::uint32_t slot) const { return checksums_[slot]; }
  void set_vector(std::uint32_t slot, const char* stored) { vectors_[slot] = stored; }

 private:
  LinkProgress() = default;
  Status index_lists(std::size_t connectivity);

  std::vector<std::uint64_t> keys_;
  std::vector<std::uint32_t> checksums_;
  std::vector<float> notes_;
  std::vector<std::uint8_t> levels_;
  std::vector<std::uint32_t> words_;
  std::vector<std::uint64_t> lists_at_;  ///< Where a row's base list begins in words_.
  std::vector<const char*> vectors_;
  std::size_t most_ = 0;
};

/// Writes the bytes of a LinkProgress, row by row.
class LinkProgressWriter {
 public:
  void add(std::uint64_t key, std::uint32_t checksum, int level, float note);
  /// A list of the row that was added last, from the base level up.
  void add_list(const std::uint32_t* ids, std::size_t count);
  std::string finish(std::size_t connectivity) &&;

 private:
  std::string keys_;
  std::string checksums_;
  std::string notes_;
  std::string levels_;
  std::string words_;
};

/// Tells vectors apart.
std::uint32_t vector_checksum(std::string_view stored);

}  // namespace quire::vectors
