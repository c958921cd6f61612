#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "store/vectors/candidate_pool.hpp"
#include "store/vectors/distance.hpp"

/// How a graph is walked, whatever it is made of (Malkov and Yashunin 2018, algorithms 2 and 5; the
/// filtered walk after Patel et al. 2024, ACORN-1).
///
/// A Source has
///   neighbours(slot, level, out) -> count   copies a list; `out` has room for the longest one
///   vector(slot) -> const char*             a vector as stored
///   prefetch_vector(slot), prefetch_links(slot)
///   max_neighbours() -> count               of the longest list
///   slots() -> count
namespace quire::vectors {

/// A vector as stored, and how to compare with it.
struct Query {
  const char* vector = nullptr;
  DistanceFunction distance = nullptr;
  std::size_t dimensions = 0;

  float to(const char* other) const { return distance(vector, other, dimensions); }
};

/// What a walk cost.
struct WalkCounts {
  std::uint64_t expanded = 0;   ///< Slots whose neighbours were looked at.
  std::uint64_t distances = 0;  ///< Vectors compared.
};

/// What a walk needs beside the graph; kept by its thread between walks.
struct WalkScratch {
  CandidatePool pool;
  SlotSet seen;
  std::vector<std::uint32_t> ids;
  std::vector<std::uint32_t> more_ids;
};

inline WalkScratch& walk_scratch() {
  thread_local WalkScratch scratch;
  return scratch;
}

/// How many vectors are on their way from memory while one is compared.
inline constexpr std::size_t kPrefetched = 4;

/// Compares with `ids` and offers each to the pool.
template <class Source>
void compare_all(const Source& source,
                 const Query& query,
                 const std::uint32_t* ids,
                 std::size_t count,
                 CandidatePool& pool,
                 WalkCounts& counts) {
  for (std::size_t i = 0; i < std::min(count, kPrefetched); ++i) {
    source.prefetch_vector(ids[i]);
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (i + kPrefetched < count) {
      source.prefetch_vector(ids[i + kPrefetched]);
    }
    pool.offer({ids[i], query.to(source.vector(ids[i]))});
  }
  counts.distances += count;
}

/// Leaves those of `ids` in place that were not seen before; how many.
inline std::size_t keep_unseen(std::uint32_t* ids, std::size_t count, SlotSet& seen) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (seen.insert(ids[i])) {
      ids[kept++] = ids[i];
    }
  }
  return kept;
}

/// Goes from `start` to nearer and nearer neighbours, level by level, and returns the nearest slot
/// of level `last`.
template <class Source>
SlotDistance descend(const Source& source,
                     const Query& query,
                     SlotDistance start,
                     int first,
                     int last,
                     WalkScratch& scratch,
                     WalkCounts& counts) {
  scratch.ids.resize(source.max_neighbours());
  for (int level = first; level >= last; --level) {
    for (bool nearer = true; nearer;) {
      nearer = false;
      const std::size_t count = source.neighbours(start.slot, level, scratch.ids.data());
      for (std::size_t i = 0; i < count; ++i) {
        source.prefetch_vector(scratch.ids[i]);
      }
      for (std::size_t i = 0; i < count; ++i) {
        const float distance = query.to(source.vector(scratch.ids[i]));
        if (distance < start.distance) {
          start = {scratch.ids[i], distance};
          nearer = true;
        }
      }
      ++counts.expanded;
      counts.distances += count;
    }
  }
  return start;
}

/// Fills the pool (reset, with one slot in it that is marked as seen) with the nearest slots of
/// `level`.
template <class Source>
void walk_level(
    const Source& source, const Query& query, int level, WalkScratch& scratch, WalkCounts& counts) {
  scratch.ids.resize(source.max_neighbours());
  for (std::uint32_t slot = 0; scratch.pool.expand_next(slot);) {
    const std::size_t count = source.neighbours(slot, level, scratch.ids.data());
    source.prefetch_links(scratch.pool.peek_next(slot));
    const std::size_t unseen = keep_unseen(scratch.ids.data(), count, scratch.seen);
    compare_all(source, query, scratch.ids.data(), unseen, scratch.pool, counts);
    ++counts.expanded;
  }
}

/// The unseen slots that `matches` accepts among a slot's neighbours and the neighbours of those
/// that it does not accept, until `wanted` are found; appended to `found`.
template <class Source, class Matches>
void gather_matching(const Source& source,
                     std::uint32_t slot,
                     const Matches& matches,
                     std::size_t wanted,
                     WalkScratch& scratch,
                     std::vector<std::uint32_t>& found) {
  scratch.ids.resize(source.max_neighbours());
  const std::size_t count = source.neighbours(slot, 0, scratch.ids.data());
  for (std::size_t i = 0; i < count; ++i) {
    if (matches(scratch.ids[i])) {
      if (scratch.seen.insert(scratch.ids[i])) {
        found.push_back(scratch.ids[i]);
      }
    } else {
      source.prefetch_links(scratch.ids[i]);
    }
  }
  scratch.more_ids.resize(source.max_neighbours());
  for (std::size_t i = 0; i < count && found.size() < wanted; ++i) {
    if (matches(scratch.ids[i])) {
      continue;
    }
    const std::size_t more = source.neighbours(scratch.ids[i], 0, scratch.more_ids.data());
    for (std::size_t j = 0; j < more && found.size() < wanted; ++j) {
      const std::uint32_t id = scratch.more_ids[j];
      if (matches(id) && scratch.seen.insert(id)) {
        found.push_back(id);
      }
    }
  }
}

/// Fills the pool with the nearest slots of the base level that `matches` accepts, walking over
/// those alone: where two of them are joined by one that does not match, as if by an edge. The pool
/// holds the slots to start from, marked as seen.
template <class Source, class Matches>
void walk_matching(const Source& source,
                   const Query& query,
                   const Matches& matches,
                   std::size_t wanted,
                   WalkScratch& scratch,
                   WalkCounts& counts) {
  scratch.ids.resize(source.max_neighbours());
  std::vector<std::uint32_t> found;
  for (std::uint32_t slot = 0; scratch.pool.expand_next(slot);) {
    found.clear();
    gather_matching(source, slot, matches, wanted, scratch, found);
    compare_all(source, query, found.data(), found.size(), scratch.pool, counts);
    ++counts.expanded;
  }
}

}  // namespace quire::vectors
