#include <algorithm>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "base/try.hpp"
#include "store/vectors/hnsw_builder.hpp"

// The part of HnswBuilder that makes rows found which no walk reaches.
//
// A row's list drops a link to a far row when it has one to a row that is nearer to both: a walk is
// to go on from there. But that one may never have met the far row, as rows look for neighbours
// where they are. So rows that lie far from a crowd lose all links that lead to them from it, and
// have links among each other alone; and some rows within a crowd keep no link at all.
//
// Such rows are noted while lists are made, from distances that are known there: beside how narrow
// a crowd a row lies, or merely that it lost a link. When all lists are made, the rows that are
// lone by their notes, or have few links to them, are searched for as users search. Those that are
// not found get links from the nearest rows that the search did find: the last stations of every
// such search. (After Fu et al. 2019, NSG, section 5: what a tree from the entry does not reach is
// linked to the nearest that a search finds.)
//
// Not for inner_product, where a row may be far from itself.

namespace quire::vectors {
namespace {

/// A row is far from a crowd if it is at so many times the distance of those in it (for squared_l2
/// and about so for cosine, twice as far).
constexpr float kFar = 4;
/// How wide a crowd is, and how lone a row: the distance of a row's fourth neighbour, so that up to
/// four rows beside each other are lone too.
constexpr std::size_t kFourth = 3;
/// Pairs of a row's candidates that are compared to see whether those crowd.
constexpr std::size_t kPairs = 4;
/// To rows with fewer links at the base level not every search leads.
constexpr std::uint32_t kFewLinks = 6;
/// Above what few links make of a row's urgency.
constexpr float kLone = kFewLinks + 1;
/// Of the rows that were noted, one in so many is searched for at most, and kAlwaysSearched: a
/// fiftieth of the time that linking took.
constexpr std::size_t kSearchedShare = 12;
constexpr std::size_t kAlwaysSearched = 64;
/// With fewer candidates than users keep, for rows that are linked later will lead some astray.
constexpr std::size_t kSearchExpansion = 16;
/// Links that are made to a row that was not found, from the nearest kNearStations with room.
constexpr std::size_t kNewLinks = 4;
constexpr std::size_t kNearStations = 8;
/// New links may lead another search elsewhere: mostly the second round finds all, and no more
/// follow.
constexpr std::size_t kRounds = 6;
constexpr std::size_t kPortion = 256;

constexpr float kNotNoted = std::numeric_limits<float>::infinity();
constexpr float kNoCrowd = std::numeric_limits<float>::max();

/// What rounding makes of the distance of two unit vectors that are about equal; below that, crowds
/// are not told apart. Squared differences of stored numbers are what they are.
float rounding_of(const VectorFormat& format) {
  if (format.metric != Metric::cosine) {
    return 0;
  }
  switch (format.scalar) {
    case Scalar::f32:
      return 1e-6F;
    case Scalar::bf16:
      return 1e-3F;
    case Scalar::i8:
      break;
  }
  return 4e-3F;
}

}  // namespace

/// The distance of the fourth, or of the last, of rows that are sorted by distance.
float HnswBuilder::width_of(std::span<const SlotDistance> sorted) const {
  return std::max(sorted[std::min(kFourth, sorted.size() - 1)].distance, rounding_of(format_));
}

void HnswBuilder::note_touched(std::uint32_t slot) {
  note_crowd(slot, kNoCrowd);
}

/// The narrowest crowd counts, whoever notes it first. Threads may note the same row at once.
void HnswBuilder::note_crowd(std::uint32_t slot, float width) {
  float* const crowd = &crowds_[slot];  // libc++ 16 has no atomic_ref.
  float known = 0;
  __atomic_load(crowd, &known, __ATOMIC_RELAXED);
  while (width < known && !__atomic_compare_exchange(crowd, &known, &width, true, __ATOMIC_RELAXED,
                                                     __ATOMIC_RELAXED)) {
  }
}

/// Of a new row with the links `chosen`: whether its candidates, which lie about equally far from
/// it, are much nearer to each other.
void HnswBuilder::note_candidates(std::uint32_t slot,
                                  const CandidatePool& pool,
                                  std::span<const SlotDistance> chosen) {
  if (!leads_to_all_ || chosen.empty()) {
    return;
  }
  for (std::size_t i = 1; i <= kPairs; ++i) {
    const std::size_t at = pool.size() * i / kPairs;
    if (at < 2) {
      continue;
    }
    const float between = query(pool[at - 1].slot).to(vectors_[pool[at - 2].slot]);
    const float width = std::max(between, rounding_of(format_));
    if (width_of(chosen) > kFar * width) {
      note_crowd(slot, width);
    }
  }
}

/// Of a list that was made anew of `pool`, and has `chosen` of it: who is far from it, and who was
/// dropped.
void HnswBuilder::note_list(const CandidatePool& pool, std::span<const SlotDistance> chosen) {
  if (!leads_to_all_ || chosen.empty()) {
    return;
  }
  const float width = width_of(chosen);
  auto kept = chosen.begin();
  for (std::size_t i = 0; i < pool.size(); ++i) {
    const bool is_kept = kept != chosen.end() && kept->slot == pool[i].slot;
    kept += is_kept ? 1 : 0;
    if (pool[i].distance > kFar * width) {
      note_crowd(pool[i].slot, width);
    } else if (!is_kept) {
      note_touched(pool[i].slot);
    }
  }
}

/// Of a row that is not taken over: who loses a link by that.
void HnswBuilder::note_lost(const Adopted& from, std::uint32_t lost) {
  thread_local std::vector<SlotDistance> linked;
  const char* const stored = from.rows.vector(lost);
  linked.clear();
  if (stored == nullptr) {
    for (const std::uint32_t heir : heirs(from, lost, 0)) {
      note_touched(heir);
    }
    return;
  }
  const Query asked{stored, distance_, dimensions_};
  for (const std::uint32_t heir : heirs(from, lost, 0)) {
    linked.push_back({heir, asked.to(vectors_[heir])});
  }
  std::ranges::sort(linked, {}, &SlotDistance::distance);
  for (const SlotDistance& one : linked) {
    const float width = width_of(linked);
    note_crowd(one.slot, one.distance > kFar * width ? width : kNoCrowd);
  }
}

/// How many times farther than the crowd beside it a row's own neighbours are; 0 if it is not lone.
float HnswBuilder::loneliness(std::uint32_t slot) const {
  thread_local std::vector<SlotDistance> linked;
  const std::uint32_t* const from = list(slot, 0);
  if (crowds_[slot] >= kNoCrowd || from[0] == 0) {
    return 0;
  }
  linked.clear();
  for (const std::uint32_t id : std::span(from + 1, from[0])) {
    linked.push_back({id, query(slot).to(vectors_[id])});
  }
  std::ranges::sort(linked, {}, &SlotDistance::distance);
  const float width = width_of(linked);
  return width > kFar * crowds_[slot] ? width / crowds_[slot] : 0;
}

/// How badly a row that was noted needs to be searched for, given how many links lead to it: above
/// kLone for lone ones.
float HnswBuilder::urgency(std::uint32_t slot, std::uint32_t links) const {
  if (crowds_[slot] == kNotNoted) {
    return 0;
  }
  const float lonely = loneliness(slot);
  const std::uint32_t missing = links < kFewLinks ? kFewLinks - links : 0;
  return lonely > 0 ? kLone + lonely : static_cast<float>(missing);
}

/// The rows to search for, rising: all that need it, or the most lonely. Where more have few links
/// than may be searched for, rows crowd closer than rounding tells apart, and links are what chance
/// made them: those are left alone.
std::vector<std::uint32_t> HnswBuilder::rows_in_doubt() const {
  const std::vector<float> urgencies = all_urgencies();
  const auto count_above = [&](float least, float below) {
    return static_cast<std::size_t>(std::ranges::count_if(
        urgencies, [=](float urgency) { return urgency > least && urgency < below; }));
  };
  const auto noted = static_cast<std::size_t>(
      std::ranges::count_if(crowds_, [](float crowd) { return crowd != kNotNoted; }));
  const std::size_t most = kAlwaysSearched + noted / kSearchedShare;
  const float least = count_above(0, kLone) > most ? kLone : 0;
  std::vector<std::uint32_t> rows;
  for (std::uint32_t slot = 0; slot < slots(); ++slot) {
    if (urgencies[slot] > least) {
      rows.push_back(slot);
    }
  }
  std::ranges::stable_sort(rows, std::ranges::greater(),
                           [&](std::uint32_t slot) { return urgencies[slot]; });
  rows.resize(std::min(rows.size(), most));
  std::ranges::sort(rows);
  return rows;
}

std::vector<float> HnswBuilder::all_urgencies() const {
  std::vector<std::uint32_t> links(slots());
  for (std::uint32_t slot = 0; slot < slots(); ++slot) {
    for (const std::uint32_t id : std::span(list(slot, 0) + 1, list(slot, 0)[0])) {
      ++links[id];
    }
  }
  std::vector<float> urgencies(slots());
  for_each_portion(crew_, slots(), kPortion, [&](std::size_t slot) {
    urgencies[slot] = urgency(static_cast<std::uint32_t>(slot), links[slot]);
  });
  return urgencies;
}

/// The nearest rows that a search for `slot` ends with; none if it finds the row.
HnswBuilder::Stations HnswBuilder::last_stations(std::uint32_t slot) const {
  const Query asked = query(slot);
  WalkScratch& scratch = walk_scratch();
  WalkCounts counts;
  SlotDistance nearest{entry_, asked.to(vectors_[entry_])};
  nearest = descend(*this, asked, nearest, top_level_, 1, scratch, counts);
  scratch.pool.reset(std::min(kSearchExpansion, slots()));
  scratch.seen.reset(slots());
  scratch.seen.insert(nearest.slot);
  scratch.pool.offer(nearest);
  walk_level(*this, asked, 0, scratch, counts);
  Stations stations;
  for (std::size_t i = 0; i < scratch.pool.size(); ++i) {
    if (scratch.pool[i].slot == slot) {
      return {};
    }
    if (i < kNearStations) {
      stations.push_back(scratch.pool[i].slot);
    }
  }
  return stations;
}

/// Links from the stations that have room; where none has, the nearest that can gives up a link.
void HnswBuilder::link_from(const Stations& stations,
                            std::uint32_t slot,
                            std::span<const std::uint32_t> in_doubt) {
  std::size_t made = 0;
  for (std::size_t i = 0; i < stations.size() && made < kNewLinks; ++i) {
    std::uint32_t* const to = list(stations[i], 0);
    if (to[0] < final_capacity(stations[i], 0)) {
      to[++to[0]] = slot;
      ++made;
    }
  }
  for (std::size_t i = 0; i < stations.size() && made == 0; ++i) {
    made += give_up_link(stations[i], slot, in_doubt) ? 1 : 0;
  }
}

/// Puts `slot` in the place of a list's last link to a row that is not in doubt itself; unless it
/// gave up a quarter of its links before, for it leads to others too.
bool HnswBuilder::give_up_link(std::uint32_t station,
                               std::uint32_t slot,
                               std::span<const std::uint32_t> in_doubt) {
  const std::span<std::uint32_t> ids(list(station, 0) + 1, list(station, 0)[0]);
  const auto is_in_doubt = [&](std::uint32_t id) {
    return std::ranges::binary_search(in_doubt, id);
  };
  const auto last = std::ranges::find_if_not(ids.rbegin(), ids.rend(), is_in_doubt);
  const auto given_up = static_cast<std::size_t>(std::ranges::count_if(ids, is_in_doubt));
  if (last == ids.rend() || 4 * given_up >= ids.size() || std::ranges::count(ids, slot) != 0) {
    return false;
  }
  *last = slot;
  return true;
}

/// Searches for `rows`, some of those `in_doubt`, and links those that are not found; how many.
std::size_t HnswBuilder::lead_to(std::span<const std::uint32_t> rows,
                                 std::span<const std::uint32_t> in_doubt) {
  std::vector<Stations> stations(rows.size());
  crew_.for_each(rows.size(), [&](std::size_t i) { stations[i] = last_stations(rows[i]); });
  for (std::size_t i = 0; i < rows.size(); ++i) {
    link_from(stations[i], rows[i], in_doubt);
  }
  return static_cast<std::size_t>(
      std::ranges::count_if(stations, [](const Stations& some) { return !some.empty(); }));
}

Status HnswBuilder::lead_to_all(const std::function<bool()>& goes_on) {
  if (!leads_to_all_ || top_level_ < 0) {
    return {};
  }
  const std::vector<std::uint32_t> rows = rows_in_doubt();
  std::size_t unfound = rows.size();
  for (std::size_t round = 0; round < kRounds && unfound != 0; ++round) {
    unfound = 0;
    for (std::size_t begin = 0; begin < rows.size(); begin += kPortion) {
      QUIRE_TRY(ask(goes_on));
      const std::size_t size = std::min(kPortion, rows.size() - begin);
      unfound += lead_to(std::span(rows).subspan(begin, size), rows);
    }
  }
  std::ranges::fill(crowds_, kNotNoted);
  return {};
}

}  // namespace quire::vectors
