#include "store/vectors/hnsw_builder.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "base/checksum.hpp"
#include "base/try.hpp"
#include "store/vectors/usearch_layout.hpp"

namespace quire::vectors {
namespace {

/// Rows that are linked together. More waste comparisons within the batch, fewer leave threads
/// idle.
constexpr std::size_t kBatch = 128;
constexpr int kMaxLevel = 15;
constexpr std::uint32_t kGone = UINT32_MAX;
constexpr std::size_t kWriteBufferBytes = std::size_t{1} << 20U;
constexpr std::size_t kMaxRows = std::size_t{1} << 31U;

/// Steele, Lea and Flood 2014, SplitMix64.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

std::uint8_t code_of(Metric metric) {
  switch (metric) {
    case Metric::cosine:
      return 'c';
    case Metric::inner_product:
      return 'i';
    case Metric::squared_l2:
      break;
  }
  return 'e';
}

TypeCode code_of(Scalar scalar) {
  switch (scalar) {
    case Scalar::bf16:
      return TypeCode::bf16;
    case Scalar::f32:
      return TypeCode::f32;
    case Scalar::i8:
      break;
  }
  return TypeCode::i8;
}

/// Calls work(i) for each i below `count`; a thread takes `size` of them at a time.
template <class Work>
void for_each_portion(Crew& crew, std::size_t count, std::size_t size, Work&& work) {
  crew.for_each((count + size - 1) / size, [&](std::size_t portion) {
    const std::size_t end = std::min(count, (portion + 1) * size);
    for (std::size_t i = portion * size; i < end; ++i) {
      work(i);
    }
  });
}

/// Gathers small writes into large ones.
class Buffer {
 public:
  explicit Buffer(const HnswBuilder::Sink& sink) : sink_(sink) {}

  template <class T>
  void number(T value) {
    static_assert(std::is_trivially_copyable_v<T>);
    bytes(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void bytes(const char* from, std::size_t size) {
    buffer_.append(from, size);
    if (buffer_.size() >= kWriteBufferBytes) {
      flush();
    }
  }
  void zeros(std::size_t count) { buffer_.append(count, '\0'); }
  Status finish() {
    flush();
    return status_;
  }

 private:
  void flush() {
    if (status_.has_value()) {
      status_ = sink_(buffer_);
    }
    buffer_.clear();
  }

  const HnswBuilder::Sink& sink_;
  std::string buffer_;
  Status status_;
};

}  // namespace

HnswBuilder::HnswBuilder(const VectorFormat& format,
                         const GraphOptions& options,
                         std::size_t threads)
    : distance_(distance_function(format)),
      dimensions_(format.dimensions),
      format_(format),
      connectivity_(std::max<std::size_t>(options.connectivity, 2)),
      expansion_(std::max<std::size_t>(options.expansion_add, connectivity_)),
      base_room_(3 * connectivity_),
      upper_room_(2 * connectivity_),
      crew_(threads) {}

std::uint32_t* HnswBuilder::list(std::uint32_t slot, int level) {
  return const_cast<std::uint32_t*>(std::as_const(*this).list(slot, level));
}

const std::uint32_t* HnswBuilder::list(std::uint32_t slot, int level) const {
  return level == 0 ? base_lists_.data() + slot * (1 + base_room_)
                    : upper_lists_.data() + upper_at_[slot] +
                          static_cast<std::size_t>(level - 1) * (1 + upper_room_);
}

void HnswBuilder::set_list(std::uint32_t slot, int level, std::span<const std::uint32_t> ids) {
  std::uint32_t* const to = list(slot, level);
  to[0] = static_cast<std::uint32_t>(ids.size());
  std::ranges::copy(ids, to + 1);
}

/// All of a row's lists.
void HnswBuilder::set_lists(std::uint32_t slot, std::span<const Link> links) {
  for (int at_level = 0; at_level <= level(slot); ++at_level) {
    list(slot, at_level)[0] = 0;
  }
  for (const Link& link : links) {
    std::uint32_t* const to = list(slot, static_cast<int>(link.level));
    to[++to[0]] = link.target;
  }
}

std::size_t HnswBuilder::neighbours(std::uint32_t slot, int level, std::uint32_t* out) const {
  const std::uint32_t* const from = list(slot, level);
  std::copy(from + 1, from + 1 + from[0], out);
  return from[0];
}

void HnswBuilder::prefetch_vector(std::uint32_t slot) const {
  prefetch(vectors_[slot], format_.bytes_per_vector());
}

void HnswBuilder::prefetch_links(std::uint32_t slot) const {
  prefetch(reinterpret_cast<const char*>(list(slot, 0)), list_size(base_room_));
}

/// One row in `connectivity` reaches each next level. Whole numbers alone: the same everywhere.
int HnswBuilder::draw_level(std::uint64_t key) const {
  std::uint64_t drawn = mix(key);
  int level = 0;
  while (level < kMaxLevel && drawn % connectivity_ == 0) {
    drawn /= connectivity_;
    ++level;
  }
  return level;
}

void HnswBuilder::add(std::uint64_t key, const char* stored) {
  const auto slot = static_cast<std::uint32_t>(keys_.size());
  if (take_row(key, stored, draw_level(key))) {
    pending_.push_back(slot);
  }
}

/// False for a row that is chained to an equal one.
bool HnswBuilder::take_row(std::uint64_t key, const char* stored, int level) {
  const auto slot = static_cast<std::uint32_t>(keys_.size());
  const std::string_view bytes(stored, format_.bytes_per_vector());
  const auto [last, is_new] = last_equal_.try_emplace(base::checksum(bytes), slot);
  const bool equal = !is_new && std::string_view(vectors_[last->second], bytes.size()) == bytes;
  keys_.push_back(key);
  vectors_.push_back(stored);
  levels_.push_back(equal ? std::uint8_t{0} : static_cast<std::uint8_t>(level));
  if (equal) {
    next_equal_[last->second] = slot;
    previous_equal_[slot] = last->second;
    last->second = slot;
  }
  return !equal;
}

void HnswBuilder::forget_rows() {
  keys_.clear();
  vectors_.clear();
  levels_.clear();
  last_equal_.clear();
  next_equal_.clear();
  previous_equal_.clear();
}

/// For the lists of every row that was given.
void HnswBuilder::make_room() {
  base_lists_.resize(keys_.size() * (1 + base_room_));
  std::uint64_t at = upper_lists_.size();
  for (std::size_t slot = upper_at_.size(); slot < keys_.size(); ++slot) {
    upper_at_.push_back(at);
    at += levels_[slot] * (1 + upper_room_);
  }
  upper_lists_.resize(at);
}

bool HnswBuilder::adopt(const HnswGraph& graph, std::span<const std::uint64_t> kept) {
  if (graph.slots() != 0 &&
      (graph.connectivity() != connectivity_ || graph.max_neighbours() != capacity(0))) {
    return false;
  }
  std::vector<std::uint32_t> new_slots(graph.slots(), kGone);  // Of rows that others may link to.
  std::vector<std::uint32_t> old_slots;
  for (std::uint32_t slot = 0; slot < graph.slots(); ++slot) {
    if ((kept[slot / 64] >> (slot % 64) & 1U) == 0) {
      continue;
    }
    const std::uint64_t key = graph.key(slot);
    if (!keys_.empty() && key <= keys_.back()) {
      forget_rows();
      return false;
    }
    old_slots.push_back(slot);
    if (take_row(key, graph.vector(slot), std::clamp(graph.level(slot), 0, kMaxLevel))) {
      new_slots[slot] = static_cast<std::uint32_t>(keys_.size() - 1);
    }
  }
  make_room();
  for_each_portion(crew_, old_slots.size(), 256, [&](std::size_t i) {
    if (new_slots[old_slots[i]] != kGone) {
      take_links(graph, new_slots, old_slots[i], static_cast<std::uint32_t>(i));
    }
  });
  for (std::uint32_t slot = 0; slot < keys_.size(); ++slot) {
    if (previous_equal_.contains(slot)) {
      continue;
    }
    if (list(slot, 0)[0] == 0) {
      pending_.push_back(slot);
    } else {
      raise_entry(slot);
    }
  }
  return true;
}

/// Links to rows that stay are kept. Those that go are replaced by the best of their own
/// neighbours (after Singh et al. 2021, FreshDiskANN, algorithm 4, which chooses anew among all;
/// that thins the lists out with every merge).
void HnswBuilder::take_links(const HnswGraph& graph,
                             const std::vector<std::uint32_t>& new_slots,
                             std::uint32_t old_slot,
                             std::uint32_t slot) {
  thread_local std::vector<std::uint32_t> ids;
  thread_local std::vector<std::uint32_t> around;
  thread_local std::vector<std::uint32_t> chosen;
  ids.resize(graph.max_neighbours());
  around.resize(graph.max_neighbours());
  WalkScratch& scratch = walk_scratch();
  for (int at_level = 0; at_level <= level(slot); ++at_level) {
    const std::size_t count = graph.neighbours(old_slot, at_level, ids.data());
    const auto gone = [&](std::uint32_t old) { return new_slots[old] == kGone; };
    chosen.clear();
    for (std::size_t i = 0; i < count; ++i) {
      if (!gone(ids[i])) {
        chosen.push_back(new_slots[ids[i]]);
      }
    }
    if (chosen.size() < count) {
      scratch.seen.reset(keys_.size());
      scratch.seen.insert(slot);
      scratch.pool.reset(std::min(expansion_, slots()));
      const Query asked = query(slot);
      const auto offer = [&](std::uint32_t id) {
        if (scratch.seen.insert(id)) {
          scratch.pool.offer({id, asked.to(vectors_[id])});
        }
      };
      for (const std::uint32_t id : chosen) {
        scratch.seen.insert(id);
      }
      for (std::size_t i = 0; i < count; ++i) {
        const std::size_t more =
            gone(ids[i]) ? graph.neighbours(ids[i], at_level, around.data()) : 0;
        for (std::size_t j = 0; j < more; ++j) {
          if (!gone(around[j])) {
            offer(new_slots[around[j]]);
          }
        }
      }
      select(asked, scratch.pool, count, chosen, slot);
    }
    set_list(slot, at_level, chosen);
  }
}

Status HnswBuilder::link() {
  if (keys_.size() >= kMaxRows) {
    return fail(ErrorCode::store_index,
                "a graph of " + std::to_string(keys_.size()) + " rows; 2^31 - 1 are the most");
  }
  make_room();
  for (std::size_t begin = 0; begin < pending_.size(); begin += kBatch) {
    const std::size_t size = std::min(kBatch, pending_.size() - begin);
    link_batch(std::span(pending_).subspan(begin, size));
  }
  pending_.clear();
  for_each_portion(crew_, keys_.size(), 256,
                   [&](std::size_t slot) { trim(static_cast<std::uint32_t>(slot)); });
  return {};
}

void HnswBuilder::link_batch(std::span<const std::uint32_t> batch) {
  std::array<std::vector<Link>, kBatch> links_of;
  crew_.for_each(batch.size(), [&](std::size_t i) { link_row(batch, i, links_of.at(i)); });
  std::vector<Link> links;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    set_lists(batch[i], links_of.at(i));
    links.insert(links.end(), links_of.at(i).begin(), links_of.at(i).end());
  }
  std::ranges::sort(links);
  std::vector<std::size_t> groups;
  for (std::size_t i = 0; i < links.size(); ++i) {
    if (i == 0 || links[i].target != links[i - 1].target || links[i].level != links[i - 1].level) {
      groups.push_back(i);
    }
  }
  groups.push_back(links.size());
  for_each_portion(crew_, groups.size() - 1, 32, [&](std::size_t g) {
    link_back(std::span(links).subspan(groups[g], groups[g + 1] - groups[g]));
  });
  for (const std::uint32_t slot : batch) {
    raise_entry(slot);
  }
}

void HnswBuilder::link_row(std::span<const std::uint32_t> batch,
                           std::size_t index,
                           std::vector<Link>& links) {
  thread_local std::vector<std::uint32_t> chosen;
  const std::uint32_t slot = batch[index];
  const Query asked = query(slot);
  WalkScratch& scratch = walk_scratch();
  WalkCounts counts;
  SlotDistance nearest;
  if (top_level_ >= 0) {
    nearest = {entry_, asked.to(vectors_[entry_])};
    nearest = descend(*this, asked, nearest, top_level_, level(slot) + 1, scratch, counts);
  }
  for (int at_level = level(slot); at_level >= 0; --at_level) {
    scratch.pool.reset(std::min(expansion_, slots()));
    scratch.seen.reset(slots());
    if (at_level <= top_level_) {
      scratch.seen.insert(nearest.slot);
      scratch.pool.offer(nearest);
      walk_level(*this, asked, at_level, scratch, counts);
      const bool itself = scratch.pool[0].slot == slot && scratch.pool.size() > 1;
      nearest = scratch.pool[itself ? 1 : 0];
    }
    for (const std::uint32_t mate : batch) {
      if (mate != slot && level(mate) >= at_level && scratch.seen.insert(mate)) {
        scratch.pool.offer({mate, asked.to(vectors_[mate])});
      }
    }
    chosen.clear();
    select(asked, scratch.pool, connectivity_, chosen, slot);
    for (const std::uint32_t target : chosen) {
      links.push_back({target, static_cast<std::uint32_t>(at_level), slot});
    }
  }
}

/// The best links of the pool's candidates: the nearest, but none that is nearer to one chosen
/// before than to the row itself (Malkov and Yashunin 2018, algorithm 4). Added to those chosen.
void HnswBuilder::select(const Query& query,
                         const CandidatePool& pool,
                         std::size_t most,
                         std::vector<std::uint32_t>& chosen,
                         std::uint32_t except) const {
  for (std::size_t i = 0; i < pool.size() && chosen.size() < most; ++i) {
    const SlotDistance candidate = pool[i];
    if (candidate.slot == except) {
      continue;
    }
    const Query other{vectors_[candidate.slot], query.distance, query.dimensions};
    const bool good = std::ranges::none_of(chosen, [&](std::uint32_t before) {
      return other.to(vectors_[before]) < candidate.distance;
    });
    if (good) {
      chosen.push_back(candidate.slot);
    }
  }
}

/// Adds the sources of `links`, all of one target and level, to the target's list.
void HnswBuilder::link_back(std::span<const Link> links) {
  thread_local std::vector<std::uint32_t> ids;
  const std::uint32_t target = links.front().target;
  const int at_level = static_cast<int>(links.front().level);
  std::uint32_t* const to = list(target, at_level);
  ids.assign(to + 1, to + 1 + to[0]);
  for (const Link& link : links) {
    if (std::ranges::find(ids, link.source) == ids.end()) {
      ids.push_back(link.source);
    }
  }
  if (ids.size() > room(at_level)) {
    const Query asked = query(target);
    CandidatePool& pool = walk_scratch().pool;
    pool.reset(ids.size());
    for (const std::uint32_t id : ids) {
      pool.offer({id, asked.to(vectors_[id])});
    }
    ids.clear();
    select(asked, pool, capacity(at_level), ids, target);
  }
  set_list(target, at_level, ids);
}

/// Brings lists that outgrew what the file has room for back to it, with a place left for a link to
/// an equal row.
void HnswBuilder::trim(std::uint32_t slot) {
  thread_local std::vector<std::uint32_t> ids;
  for (int at_level = 0; at_level <= level(slot); ++at_level) {
    const std::uint32_t* const from = list(slot, at_level);
    const bool chained = at_level == 0 && next_equal_.contains(slot);
    const std::size_t most = capacity(at_level) - (chained ? 1 : 0);
    if (from[0] <= most) {
      continue;
    }
    const Query asked = query(slot);
    CandidatePool& pool = walk_scratch().pool;
    pool.reset(from[0]);
    for (std::uint32_t i = 1; i <= from[0]; ++i) {
      pool.offer({from[i], asked.to(vectors_[from[i]])});
    }
    ids.clear();
    select(asked, pool, most, ids, slot);
    set_list(slot, at_level, ids);
  }
}

void HnswBuilder::raise_entry(std::uint32_t slot) {
  if (level(slot) > top_level_) {
    top_level_ = level(slot);
    entry_ = slot;
  }
}

/// A list as the file has it: with the links along a chain of equal rows.
std::vector<std::uint32_t> HnswBuilder::final_list(std::uint32_t slot, int level) const {
  std::vector<std::uint32_t> ids;
  if (level == 0) {
    for (const auto* chain : {&previous_equal_, &next_equal_}) {
      if (const auto equal = chain->find(slot); equal != chain->end()) {
        ids.push_back(equal->second);
      }
    }
  }
  const std::uint32_t* const from = list(slot, level);
  ids.insert(ids.end(), from + 1, from + 1 + from[0]);
  return ids;
}

Status HnswBuilder::save(const Sink& sink) const {
  Buffer out(sink);
  const auto rows = static_cast<std::uint32_t>(keys_.size());
  const auto vector_bytes = static_cast<std::uint32_t>(format_.bytes_per_vector());
  out.number(rows);
  out.number(vector_bytes);
  for (const char* vector : vectors_) {
    out.bytes(vector, vector_bytes);
  }
  out.bytes("usearch", 7);
  for (const std::uint16_t part : kVersion) {
    out.number(part);
  }
  out.number(code_of(format_.metric));
  out.number(code_of(format_.scalar));
  out.number(TypeCode::u64);
  out.number(TypeCode::u32);
  out.number(std::uint64_t{rows});
  out.number(std::uint64_t{0});
  out.number(std::uint64_t{format_.dimensions});
  out.number(std::uint8_t{0});
  out.zeros(kHeadSize - 7 - sizeof kVersion - 4 - 3 * sizeof(std::uint64_t) - 1);
  out.number(std::uint64_t{rows});
  out.number(std::uint64_t{connectivity_});
  out.number(std::uint64_t{capacity(0)});
  out.number(static_cast<std::int64_t>(top_level_));
  out.number(std::uint64_t{entry_});
  for (const std::uint8_t level : levels_) {
    out.number(static_cast<std::int16_t>(level));
  }
  for (std::uint32_t slot = 0; slot < rows; ++slot) {
    out.number(keys_[slot]);
    out.number(static_cast<std::int16_t>(levels_[slot]));
    for (int at_level = 0; at_level <= level(slot); ++at_level) {
      const std::vector<std::uint32_t> ids = final_list(slot, at_level);
      out.number(static_cast<std::uint32_t>(ids.size()));
      out.bytes(reinterpret_cast<const char*>(ids.data()), ids.size() * sizeof(std::uint32_t));
      out.zeros(sizeof(std::uint32_t) * (capacity(at_level) - ids.size()));
    }
  }
  return out.finish();
}

}  // namespace quire::vectors
