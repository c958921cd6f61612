#include "store/vectors/hnsw_graph.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/bytes.hpp"
#include "base/try.hpp"
#include "store/vectors/usearch_header.hpp"
#include "store/vectors/usearch_layout.hpp"

namespace quire::vectors {
namespace {

constexpr std::uint64_t kMaxRows = (std::uint64_t{1} << 31U) - 1;
constexpr std::uint64_t kMaxConnectivity = 65'535;

/// A filtered walk looks for this many new candidates around each that it expands...
constexpr std::size_t kGathered = 32;
/// ... and starts from this many matching slots beside the nearest one, spread over the store, lest
/// it be caught where nothing matches.
constexpr std::uint64_t kSeeds = 8;

template <class T>
T number(const char* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

std::unexpected<Error> unusable(const std::string& what) {
  return fail(ErrorCode::store_index, "not a usable usearch file: " + what);
}

Result<Scalar> scalar_of(FileScalar scalar) {
  switch (scalar) {
    case FileScalar::bf16:
      return Scalar::bf16;
    case FileScalar::f32:
      return Scalar::f32;
    case FileScalar::i8:
      return Scalar::i8;
    case FileScalar::f16:
    case FileScalar::f64:
      break;
  }
  return unusable("its numbers are " + std::string(to_string(scalar)) + ", which no store keeps");
}

/// Calls visit(slot) for `count` set bits, evenly spread.
template <class Visit>
void for_each_seed(std::span<const std::uint64_t> words, std::uint64_t count, Visit&& visit) {
  for (std::uint64_t i = 0; i < count; ++i) {
    std::size_t w = words.size() * i / count;
    while (w < words.size() && words[w] == 0) {
      ++w;
    }
    if (w < words.size()) {
      visit(static_cast<std::uint32_t>(w * 64 +
                                       static_cast<std::size_t>(std::countr_zero(words[w]))));
    }
  }
}

/// Verifies what read_usearch_header() reads, and the head of the graph behind it.
Status verify_head(std::string_view content, const base::VerifiedBytes* verified) {
  if (verified == nullptr || content.size() < kVectorsOffset) {
    return {};
  }
  verified->verify(content.substr(0, kVectorsOffset));
  const std::uint64_t vectors = std::uint64_t{number<std::uint32_t>(content.data())} *
                                number<std::uint32_t>(content.data() + sizeof(std::uint32_t));
  const std::uint64_t head = std::min<std::uint64_t>(content.size(), kVectorsOffset + vectors);
  verified->verify(content.substr(head, kHeadSize + kGraphHeaderSize));
  return verified->status();
}

std::vector<SlotDistance> content_of(const CandidatePool& pool) {
  std::vector<SlotDistance> out(pool.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = pool[i];
  }
  return out;
}

}  // namespace

Result<HnswGraph> HnswGraph::open(std::string_view content, const base::VerifiedBytes* verified) {
  QUIRE_TRY(verify_head(content, verified));
  QUIRE_TRY_ASSIGN(const UsearchHeader header, read_usearch_header(content));
  HnswGraph graph;
  graph.verified_ = verified;
  QUIRE_TRY_ASSIGN(const Scalar scalar, scalar_of(header.scalar));
  if (scalar == Scalar::i8 && header.metric == Metric::squared_l2) {
    return unusable("i8 keeps no lengths, which its metric, squared_l2, compares");
  }
  graph.format_ = {header.dimensions, header.metric, scalar};
  graph.distance_ = distance_function(graph.format_);
  graph.slots_ = header.rows;
  graph.stride_ = header.bytes_per_vector;
  graph.vectors_ = content.data() + kVectorsOffset;
  if (header.rows == 0) {
    return graph;
  }
  base::ByteReader reader(content.substr(header.graph_offset));
  const std::uint64_t rows = reader.u64();
  const std::uint64_t connectivity = reader.u64();
  const std::uint64_t base_connectivity = reader.u64();
  const std::uint64_t top_level = reader.u64();
  const std::uint64_t entry = reader.u64();
  if (!reader.ok() || rows != header.rows || rows > kMaxRows || connectivity < 2 ||
      connectivity > base_connectivity || base_connectivity > kMaxConnectivity || entry >= rows ||
      top_level > INT16_MAX ||
      content.size() - header.graph_offset - reader.offset() < rows * sizeof(std::int16_t)) {
    return unusable("the graph's header can't be");
  }
  graph.connectivity_ = static_cast<std::uint32_t>(connectivity);
  graph.base_connectivity_ = static_cast<std::uint32_t>(base_connectivity);
  graph.base_node_size_ = kNodeHeadSize + list_size(base_connectivity);
  graph.upper_list_size_ = list_size(connectivity);
  graph.top_level_ = static_cast<int>(top_level);
  graph.entry_ = static_cast<std::uint32_t>(entry);
  graph.levels_ = content.data() + header.graph_offset + kGraphHeaderSize;
  graph.nodes_ = graph.levels_ + rows * sizeof(std::int16_t);
  if (verified != nullptr && !verified->verify({graph.levels_, rows * sizeof(std::int16_t)})) {
    return std::unexpected(verified->status().error());
  }
  graph.upper_before_.resize(rows);
  std::uint64_t lists = 0;
  for (std::uint32_t slot = 0; slot < rows; ++slot) {
    graph.upper_before_[slot] = static_cast<std::uint32_t>(lists);
    lists += static_cast<std::uint64_t>(std::max(graph.level(slot), 0));
  }
  const std::uint64_t wanted = rows * graph.base_node_size_ + lists * graph.upper_list_size_;
  const auto nodes_at = static_cast<std::uint64_t>(graph.nodes_ - content.data());
  if (lists > UINT32_MAX || content.size() - nodes_at != wanted) {
    return unusable("its nodes take " + std::to_string(content.size() - nodes_at) +
                    " bytes, their levels ask for " + std::to_string(wanted));
  }
  return graph;
}

std::uint64_t HnswGraph::key(std::uint32_t slot) const {
  const char* const head = fetch(node(slot), kNodeHeadSize);
  return head == nullptr ? kRemovedKey : number<std::uint64_t>(head);
}

int HnswGraph::level(std::uint32_t slot) const {
  return number<std::int16_t>(levels_ + slot * sizeof(std::int16_t));
}

std::size_t HnswGraph::neighbours(std::uint32_t slot, int level, std::uint32_t* out) const {
  const char* list = node(slot) + kNodeHeadSize;
  std::uint32_t capacity = base_connectivity_;
  if (level > 0) {
    if (level > this->level(slot)) {
      return 0;
    }
    capacity = connectivity_;
    list += list_size(base_connectivity_) + static_cast<std::size_t>(level - 1) * upper_list_size_;
  }
  list = fetch(list, list_size(capacity));
  if (list == nullptr) {
    return 0;
  }
  const auto count = number<std::uint32_t>(list);
  if (count > capacity) {
    return 0;
  }
  std::memcpy(out, list + sizeof count, count * sizeof *out);
  const bool all_there =
      std::all_of(out, out + count, [this](std::uint32_t id) { return id < slots_; });
  return all_there ? count : 0;
}

SlotDistance HnswGraph::enter(const Query& query, WalkScratch& scratch, WalkCounts& counts) const {
  const SlotDistance entry{entry_, query.to(vector(entry_))};
  ++counts.distances;
  return descend(*this, query, entry, top_level_, 1, scratch, counts);
}

std::vector<SlotDistance> HnswGraph::search(const char* stored,
                                            std::size_t expansion,
                                            WalkCounts& counts) const {
  if (slots_ == 0 || expansion == 0) {
    return {};
  }
  const Query asked = query(stored);
  WalkScratch& scratch = walk_scratch();
  const SlotDistance nearest = enter(asked, scratch, counts);
  scratch.pool.reset(std::min(expansion, slots_));
  scratch.seen.reset(slots_);
  scratch.pool.offer(nearest);
  scratch.seen.insert(nearest.slot);
  walk_level(*this, asked, 0, scratch, counts);
  return content_of(scratch.pool);
}

std::vector<SlotDistance> HnswGraph::search_matching(const char* stored,
                                                     std::size_t expansion,
                                                     std::span<const std::uint64_t> matching,
                                                     std::uint64_t matches,
                                                     WalkCounts& counts) const {
  if (slots_ == 0 || expansion == 0 || matches == 0) {
    return {};
  }
  const Query asked = query(stored);
  const auto is_match = [matching](std::uint32_t slot) {
    return (matching[slot / 64] >> (slot % 64) & 1U) != 0;
  };
  WalkScratch& scratch = walk_scratch();
  const SlotDistance nearest = enter(asked, scratch, counts);
  scratch.pool.reset(std::min<std::size_t>(expansion, matches));
  scratch.seen.reset(slots_);
  std::vector<std::uint32_t> starts;
  if (is_match(nearest.slot)) {
    scratch.seen.insert(nearest.slot);
    starts.push_back(nearest.slot);
  } else {
    gather_matching(*this, nearest.slot, is_match, kGathered, scratch, starts);
  }
  for_each_seed(matching, std::min(kSeeds, matches), [&](std::uint32_t slot) {
    if (scratch.seen.insert(slot)) {
      starts.push_back(slot);
    }
  });
  compare_all(*this, asked, starts.data(), starts.size(), scratch.pool, counts);
  walk_matching(*this, asked, is_match, kGathered, scratch, counts);
  return content_of(scratch.pool);
}

}  // namespace quire::vectors
