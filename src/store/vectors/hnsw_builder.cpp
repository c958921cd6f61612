#include "store/vectors/hnsw_builder.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <optional>

#include "base/checksum.hpp"
#include "base/try.hpp"
#include "store/vectors/link_progress.hpp"
#include "store/vectors/usearch_layout.hpp"

namespace quire::vectors {
namespace {

/// Rows that are linked together. More waste comparisons within the batch, fewer leave threads
/// idle.
constexpr std::size_t kBatch = 128;
/// Rows that a thread takes at a time where each is little work.
constexpr std::size_t kPortion = 256;
/// Rows between two questions whether to go on, where each is little work.
constexpr std::size_t kRowsAtOnce = 8192;
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

/// A finished graph as LinkedRows.
class FinishedRows final : public LinkedRows {
 public:
  explicit FinishedRows(const HnswGraph& graph) : graph_(graph) {}

  std::size_t slots() const override { return graph_.slots(); }
  std::uint64_t key(std::uint32_t slot) const override { return graph_.key(slot); }
  int level(std::uint32_t slot) const override { return graph_.level(slot); }
  float note(std::uint32_t /*slot*/) const override {
    return std::numeric_limits<float>::infinity();
  }
  const char* vector(std::uint32_t slot) const override { return graph_.vector(slot); }
  std::size_t max_neighbours() const override { return graph_.max_neighbours(); }
  std::size_t neighbours(std::uint32_t slot, int level, std::uint32_t* out) const override {
    return graph_.neighbours(slot, level, out);
  }

 private:
  const HnswGraph& graph_;
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
      crew_(threads),
      leads_to_all_(format.metric != Metric::inner_product) {}

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
  for (std::uint32_t i = 0; i < from[0]; ++i) {
    out[i] = from[i + 1];
    __builtin_prefetch(static_cast<const void*>(&vectors_[out[i]]));
  }
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
  crowds_.resize(keys_.size(), std::numeric_limits<float>::infinity());  // Not noted.
  std::uint64_t at = upper_lists_.size();
  for (std::size_t slot = upper_at_.size(); slot < keys_.size(); ++slot) {
    upper_at_.push_back(at);
    at += levels_[slot] * (1 + upper_room_);
  }
  upper_lists_.resize(at);
}

bool HnswBuilder::adopt(const HnswGraph& graph, std::span<const std::uint64_t> kept) {
  const bool as_ours = graph.slots() == 0 || (graph.connectivity() == connectivity_ &&
                                              graph.max_neighbours() == capacity(0));
  return as_ours && adopt_unfinished(FinishedRows(graph), kept);
}

bool HnswBuilder::adopt_unfinished(const LinkedRows& rows, std::span<const std::uint64_t> kept) {
  Adopted from{rows, std::vector<std::uint32_t>(rows.slots(), kGone)};
  std::vector<std::uint32_t> old_slots;
  for (std::uint32_t slot = 0; slot < rows.slots(); ++slot) {
    if ((kept[slot / 64] >> (slot % 64) & 1U) == 0) {
      continue;
    }
    const std::uint64_t key = rows.key(slot);
    if (!keys_.empty() && key <= keys_.back()) {
      forget_rows();
      return false;
    }
    old_slots.push_back(slot);
    if (take_row(key, rows.vector(slot), std::clamp(rows.level(slot), 0, kMaxLevel))) {
      from.new_slots[slot] = static_cast<std::uint32_t>(keys_.size() - 1);
    }
  }
  make_room();
  for (std::size_t i = 0; i < old_slots.size(); ++i) {
    crowds_[i] = rows.note(old_slots[i]);
  }
  std::vector<std::vector<Link>> replacements((old_slots.size() + kPortion - 1) / kPortion);
  for_each_portion(crew_, old_slots.size(), kPortion, [&](std::size_t i) {
    if (from.new_slots[old_slots[i]] != kGone) {
      take_links(from, old_slots[i], replacements[i / kPortion]);
    }
  });
  for_each_portion(crew_, rows.slots(), kPortion, [&](std::size_t slot) {
    if (leads_to_all_ && (kept[slot / 64] >> (slot % 64) & 1U) == 0) {
      note_lost(from, static_cast<std::uint32_t>(slot));
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
  link_all_back(replacements);
  return true;
}

/// Links to rows that stay are kept. Those that go are replaced, which is appended to
/// `replacements` for the links back: without those each merge would leave fewer links.
void HnswBuilder::take_links(const Adopted& from,
                             std::uint32_t old_slot,
                             std::vector<Link>& replacements) {
  thread_local std::vector<std::uint32_t> ids;
  thread_local std::vector<std::uint32_t> lost;
  ids.resize(from.rows.max_neighbours());
  const std::uint32_t slot = from.new_slots[old_slot];
  for (int at_level = 0; at_level <= level(slot); ++at_level) {
    const std::size_t count = from.rows.neighbours(old_slot, at_level, ids.data());
    std::uint32_t* const to = list(slot, at_level);
    to[0] = 0;
    lost.clear();
    for (const std::uint32_t id : std::span(ids).first(count)) {
      if (from.new_slots[id] == kGone) {
        lost.push_back(id);
      } else {
        to[++to[0]] = from.new_slots[id];
      }
    }
    if (!lost.empty()) {
      replace_links(from, lost, slot, at_level, replacements);
    }
  }
}

/// The neighbours of a lost one that were taken over. Good until this thread's next call.
std::span<const std::uint32_t> HnswBuilder::heirs(const Adopted& from,
                                                  std::uint32_t lost,
                                                  int level) const {
  thread_local std::vector<std::uint32_t> ids;
  ids.resize(from.rows.max_neighbours());
  const std::size_t count = from.rows.neighbours(lost, level, ids.data());
  std::size_t taken = 0;
  for (const std::uint32_t id : std::span(ids).first(count)) {
    if (from.new_slots[id] != kGone) {
      ids[taken++] = from.new_slots[id];
    }
  }
  return std::span(ids).first(taken);
}

/// The heirs of all that a row lost, but those in its list.
const CandidatePool& HnswBuilder::new_heirs(const Adopted& from,
                                            std::span<const std::uint32_t> lost,
                                            std::uint32_t slot,
                                            int level) const {
  thread_local std::vector<std::uint32_t> unseen;
  WalkScratch& scratch = walk_scratch();
  WalkCounts counts;
  scratch.seen.reset(slots());
  scratch.seen.insert(slot);
  for (const std::uint32_t id : std::span(list(slot, level) + 1, list(slot, level)[0])) {
    scratch.seen.insert(id);
  }
  unseen.clear();
  for (const std::uint32_t one : lost) {
    for (const std::uint32_t heir : heirs(from, one, level)) {
      if (scratch.seen.insert(heir)) {
        unseen.push_back(heir);
      }
    }
  }
  scratch.pool.reset(std::min(expansion_, slots()));
  compare_all(*this, query(slot), unseen.data(), unseen.size(), scratch.pool, counts);
  return scratch.pool;
}

/// Adds to a row's list the best of the new heirs (after Singh et al. 2021, FreshDiskANN, algorithm
/// 4, which chooses the whole list anew), and the nearest heir of each that has none in it yet: the
/// lost one may have been the only way to its surroundings.
void HnswBuilder::replace_links(const Adopted& from,
                                std::span<const std::uint32_t> lost,
                                std::uint32_t slot,
                                int level,
                                std::vector<Link>& replacements) {
  thread_local std::vector<SlotDistance> chosen;
  const Query asked = query(slot);
  std::uint32_t* const to = list(slot, level);
  const std::size_t kept = to[0];
  chosen.clear();
  for (const std::uint32_t id : std::span(to + 1, kept)) {
    chosen.push_back({id, asked.to(vectors_[id])});
  }
  select(asked, new_heirs(from, lost, slot, level), capacity(level), chosen, slot);
  for (std::size_t i = 0; i < lost.size() && chosen.size() < capacity(level); ++i) {
    add_missing_heir(asked, heirs(from, lost[i], level), chosen, slot);
  }
  for (const SlotDistance& one : std::span(chosen).subspan(kept)) {
    to[++to[0]] = one.slot;
    replacements.push_back({one.slot, static_cast<std::uint32_t>(level), slot});
  }
}

/// Adds the nearest of `heirs` to those chosen, unless one of them is.
void HnswBuilder::add_missing_heir(const Query& query,
                                   std::span<const std::uint32_t> heirs,
                                   std::vector<SlotDistance>& chosen,
                                   std::uint32_t except) const {
  const auto is_chosen = [&](std::uint32_t heir) {
    return std::ranges::find(chosen, heir, &SlotDistance::slot) != chosen.end();
  };
  if (std::ranges::any_of(heirs, is_chosen)) {
    return;
  }
  std::optional<SlotDistance> nearest;
  for (const std::uint32_t heir : heirs) {
    const SlotDistance candidate{heir, query.to(vectors_[heir])};
    if (heir != except && (!nearest || candidate.distance < nearest->distance)) {
      nearest = candidate;
    }
  }
  if (nearest) {
    chosen.push_back(*nearest);
  }
}

Status HnswBuilder::link(const std::function<bool()>& goes_on) {
  if (keys_.size() >= kMaxRows) {
    return fail(ErrorCode::store_index,
                "a graph of " + std::to_string(keys_.size()) + " rows; 2^31 - 1 are the most");
  }
  make_room();
  for (const std::uint32_t slot : pending_) {
    note_touched(slot);
  }
  for (linked_ = 0; linked_ < pending_.size();) {
    QUIRE_TRY(ask(goes_on));
    const std::size_t size = std::min(kBatch, pending_.size() - linked_);
    link_batch(std::span(pending_).subspan(linked_, size));
    linked_ += size;
  }
  for (std::size_t begin = 0; begin < keys_.size(); begin += kRowsAtOnce) {
    QUIRE_TRY(ask(goes_on));
    const std::size_t size = std::min(kRowsAtOnce, keys_.size() - begin);
    for_each_portion(crew_, size, kPortion,
                     [&](std::size_t i) { trim(static_cast<std::uint32_t>(begin + i)); });
  }
  QUIRE_TRY(lead_to_all(goes_on));
  pending_.clear();
  return {};
}

Status HnswBuilder::ask(const std::function<bool()>& goes_on) {
  return goes_on && !goes_on()
             ? Status(fail(ErrorCode::unavailable, "linking was ended before it was done"))
             : Status();
}

void HnswBuilder::link_batch(std::span<const std::uint32_t> batch) {
  std::array<std::vector<Link>, kBatch> links_of;
  crew_.for_each(batch.size(), [&](std::size_t i) { link_row(batch, i, links_of.at(i)); });
  for (std::size_t i = 0; i < batch.size(); ++i) {
    set_lists(batch[i], links_of.at(i));
  }
  link_all_back(std::span(links_of).first(batch.size()));
  for (const std::uint32_t slot : batch) {
    raise_entry(slot);
  }
}

/// Makes the links back, list by list.
void HnswBuilder::link_all_back(std::span<const std::vector<Link>> links_of) {
  std::vector<Link> links;
  for (const std::vector<Link>& some : links_of) {
    links.insert(links.end(), some.begin(), some.end());
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
}

void HnswBuilder::link_row(std::span<const std::uint32_t> batch,
                           std::size_t index,
                           std::vector<Link>& links) {
  thread_local std::vector<SlotDistance> chosen;
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
    if (at_level == 0) {
      note_candidates(slot, scratch.pool, chosen);
    }
    for (const SlotDistance& target : chosen) {
      links.push_back({target.slot, static_cast<std::uint32_t>(at_level), slot});
    }
  }
}

/// The best links of the pool's candidates: the nearest, but none that is nearer to one chosen
/// before, itself nearer, than to the row (Malkov and Yashunin 2018, algorithm 4). Added to those
/// chosen.
void HnswBuilder::select(const Query& query,
                         const CandidatePool& pool,
                         std::size_t most,
                         std::vector<SlotDistance>& chosen,
                         std::uint32_t except) const {
  for (std::size_t i = 0; i < pool.size() && chosen.size() < most; ++i) {
    const SlotDistance candidate = pool[i];
    if (candidate.slot == except) {
      continue;
    }
    const Query other{vectors_[candidate.slot], query.distance, query.dimensions};
    const bool good = std::ranges::none_of(chosen, [&](const SlotDistance& before) {
      return before.distance <= candidate.distance &&
             other.to(vectors_[before.slot]) < candidate.distance;
    });
    if (good) {
      chosen.push_back(candidate);
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
    set_best(target, at_level, ids, capacity(at_level));
  } else {
    set_list(target, at_level, ids);
  }
}

/// Makes the best of `ids`, `most` or fewer, a row's list.
void HnswBuilder::set_best(std::uint32_t slot,
                           int level,
                           std::span<const std::uint32_t> ids,
                           std::size_t most) {
  thread_local std::vector<SlotDistance> chosen;
  const Query asked = query(slot);
  CandidatePool& pool = walk_scratch().pool;
  pool.reset(ids.size());
  for (const std::uint32_t id : ids) {
    pool.offer({id, asked.to(vectors_[id])});
  }
  chosen.clear();
  select(asked, pool, most, chosen, slot);
  if (level == 0) {
    note_list(pool, chosen);
  }
  std::uint32_t* const to = list(slot, level);
  to[0] = 0;
  for (const SlotDistance& one : chosen) {
    to[++to[0]] = one.slot;
  }
}

/// Brings lists that outgrew what the file has room for back to it, with a place left for a link to
/// an equal row.
void HnswBuilder::trim(std::uint32_t slot) {
  for (int at_level = 0; at_level <= level(slot); ++at_level) {
    const std::uint32_t* const from = list(slot, at_level);
    const std::size_t most = final_capacity(slot, at_level);
    if (from[0] > most) {
      set_best(slot, at_level, {from + 1, from[0]}, most);
    }
  }
}

/// Without the place of a link to an equal row.
std::size_t HnswBuilder::final_capacity(std::uint32_t slot, int level) const {
  return capacity(level) - (level == 0 && next_equal_.contains(slot) ? 1 : 0);
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

std::string HnswBuilder::unfinished() const {
  LinkProgressWriter out;
  for (std::uint32_t slot = 0; slot < keys_.size(); ++slot) {
    out.add(keys_[slot], vector_checksum({vectors_[slot], format_.bytes_per_vector()}),
            levels_[slot], crowds_[slot]);
    for (int at_level = 0; at_level <= level(slot); ++at_level) {
      const std::uint32_t* const from = list(slot, at_level);
      out.add_list(from + 1, from[0]);
    }
  }
  return std::move(out).finish(connectivity_);
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
