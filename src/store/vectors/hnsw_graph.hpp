#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include <quire/result.hpp>
#include <quire/vector_format.hpp>

#include "store/vectors/candidate_pool.hpp"
#include "store/vectors/hnsw_walk.hpp"

namespace quire::vectors {

/// A usearch file, walked where it lies: nothing of it is copied but where its lists begin.
///
/// Refers to bytes that were verified by a checksum or by UsearchFile::read(). Every count and slot
/// that is taken from them is checked all the same: a list that can't be is taken as empty.
///
/// Threads: any. Answers depend on the bytes and the arguments alone.
class HnswGraph {
 public:
  /// Errors: `store_index`, `incompatible`, as UsearchFile::read(), for what the head and the sizes
  /// show; removed entries are no error.
  static Result<HnswGraph> open(std::string_view content);

  std::size_t slots() const { return slots_; }
  std::uint64_t key(std::uint32_t slot) const;
  int level(std::uint32_t slot) const;
  std::uint32_t connectivity() const { return connectivity_; }

  /// The `expansion` nearest slots that a walk finds, by distance, then slot; those of removed
  /// entries too.
  std::vector<SlotDistance> search(const char* stored,
                                   std::size_t expansion,
                                   WalkCounts& counts) const;

  /// The same among the slots whose bits are set in `matching` (64 slots a word), of which there
  /// are `matches`. Walks over those alone.
  std::vector<SlotDistance> search_matching(const char* stored,
                                            std::size_t expansion,
                                            std::span<const std::uint64_t> matching,
                                            std::uint64_t matches,
                                            WalkCounts& counts) const;

  // What hnsw_walk.hpp asks of a source.

  std::size_t max_neighbours() const { return base_connectivity_; }
  std::size_t neighbours(std::uint32_t slot, int level, std::uint32_t* out) const;
  const char* vector(std::uint32_t slot) const { return vectors_ + slot * stride_; }
  void prefetch_vector(std::uint32_t slot) const { prefetch(vector(slot), stride_); }
  void prefetch_links(std::uint32_t slot) const { prefetch(node(slot), base_node_size_); }

 private:
  const char* node(std::uint32_t slot) const {
    return nodes_ + slot * base_node_size_ + upper_before_[slot] * upper_list_size_;
  }
  Query query(const char* stored) const { return {stored, distance_, dimensions_}; }
  SlotDistance enter(const Query& query, WalkScratch& scratch, WalkCounts& counts) const;

  DistanceFunction distance_ = nullptr;
  std::size_t dimensions_ = 0;
  std::size_t slots_ = 0;
  std::size_t stride_ = 0;
  const char* vectors_ = nullptr;
  const char* levels_ = nullptr;
  const char* nodes_ = nullptr;
  std::uint32_t connectivity_ = 0;
  std::uint32_t base_connectivity_ = 0;
  std::size_t base_node_size_ = 0;
  std::size_t upper_list_size_ = 0;
  int top_level_ = -1;
  std::uint32_t entry_ = 0;
  std::vector<std::uint32_t> upper_before_;  ///< Lists above the base in the nodes before a slot.
};

}  // namespace quire::vectors
