#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include <quire/result.hpp>
#include <quire/vector_format.hpp>

#include "base/verified_bytes.hpp"
#include "store/vectors/candidate_pool.hpp"
#include "store/vectors/hnsw_walk.hpp"

namespace quire::vectors {

/// A usearch file, walked where it lies: nothing of it is copied but where its lists begin.
///
/// Refers to bytes that were verified by a checksum or by UsearchFile::read(), or are block by
/// block as they are used: a list that is damaged is taken as empty, and whoever asked must look at
/// VerifiedBytes::status() before it believes the answer. Every count and slot is checked all the
/// same.
///
/// Threads: any. Answers depend on the bytes and the arguments alone.
class HnswGraph {
 public:
  /// Errors: `store_index`, `incompatible`, as UsearchFile::read(), for what the head and the sizes
  /// show; removed entries are no error. `content` is all of `verified`, or begins it.
  static Result<HnswGraph> open(std::string_view content,
                                const base::VerifiedBytes* verified = nullptr);

  std::size_t slots() const { return slots_; }
  const VectorFormat& format() const { return format_; }
  std::uint64_t key(std::uint32_t slot) const;
  int level(std::uint32_t slot) const;
  std::uint32_t connectivity() const { return connectivity_; }
  std::uint32_t levels() const { return static_cast<std::uint32_t>(top_level_ + 1); }

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
  /// Good until this thread's next call, unless all of the bytes were verified. Anything, if it is
  /// damaged.
  const char* vector(std::uint32_t slot) const {
    const char* const stored = vectors_ + slot * stride_;
    const char* const fetched = fetch(stored, stride_);
    return fetched != nullptr ? fetched : stored;
  }
  /// Whether a vector's bytes are those that were written.
  bool has_sound_vector(std::uint32_t slot) const {
    return fetch(vectors_ + slot * stride_, stride_) != nullptr;
  }
  void prefetch_vector(std::uint32_t slot) const { prefetch(vectors_ + slot * stride_, stride_); }
  void prefetch_links(std::uint32_t slot) const { prefetch(node(slot), base_node_size_); }

 private:
  const char* node(std::uint32_t slot) const {
    return nodes_ + slot * base_node_size_ + upper_before_[slot] * upper_list_size_;
  }
  /// VerifiedBytes::fetch().
  const char* fetch(const char* at, std::size_t size) const {
    return verified_ == nullptr ? at : verified_->fetch({at, size});
  }
  Query query(const char* stored) const { return {stored, distance_, format_.dimensions}; }
  SlotDistance enter(const Query& query, WalkScratch& scratch, WalkCounts& counts) const;

  const base::VerifiedBytes* verified_ = nullptr;  ///< Null: all of it is.
  DistanceFunction distance_ = nullptr;
  VectorFormat format_;
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
