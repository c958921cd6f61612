#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <quire/result.hpp>
#include <quire/vector_format.hpp>

#include "store/vectors/crew.hpp"
#include "store/vectors/hnsw_graph.hpp"
#include "store/vectors/linked_rows.hpp"

namespace quire::vectors {

struct GraphOptions {
  std::uint32_t connectivity = 16;    ///< Links of a new node; twice as many fit at the base level.
  std::uint32_t expansion_add = 128;  ///< Candidates kept while its neighbours are looked for.
};

/// Makes the graph of index.usearch: an HNSW graph (Malkov and Yashunin 2018) in usearch's format,
/// whose slots are the rows in the order in which they were given, by rising key.
///
/// Rows are linked in batches. The rows of a batch look for their neighbours in the graph of all
/// earlier batches, and among each other; then the links back are made, each list by one thread.
/// So the graph depends on the rows and the calls alone, not on the number of threads; a row's
/// level is drawn from its key.
///
/// Of rows with equal vectors only the first takes part: the others would crowd each other's lists
/// out. They hang on it as a chain, each linked to the one before and the one behind.
///
/// With cosine and squared_l2, rows beside which others crowd, and rows with few links to them, are
/// searched for in the end, and linked so that they are found (hnsw_reach.cpp).
///
/// Memory: the vectors stay where they are and must outlive the builder. Some 70 bytes a row, and
/// 4 x (3 x connectivity + 1) for its links at the base level.
class HnswBuilder {
 public:
  using Sink = std::function<Status(std::string_view bytes)>;

  /// `threads` in all, the caller's included.
  HnswBuilder(const VectorFormat& format, const GraphOptions& options, std::size_t threads);

  /// Takes over those rows of a finished graph whose bits are set in `kept` (64 slots a word), with
  /// their links. Where a neighbour is left out, its own neighbours take its place, and link back,
  /// so that merges without end leave a graph as good as a new one. Only as the first call; the
  /// graph's slots must be in the order of their keys, its connectivity the builder's, else nothing
  /// is taken and the answer is false.
  bool adopt(const HnswGraph& graph, std::span<const std::uint64_t> kept);
  /// The same of a graph whose linking was ended: link() goes on with the rows that were not
  /// linked, as if it had never stopped. The connectivity must be the builder's.
  bool adopt_unfinished(const LinkedRows& rows, std::span<const std::uint64_t> kept);

  /// Gives the next row. Keys rise.
  void add(std::uint64_t key, const char* stored);

  /// Links every row that was added since. Asks `goes_on`, if there is one, every few milliseconds;
  /// false ends it with `unavailable`, and nothing but unfinished() may be called any more. Errors:
  /// that, and `store_index` for 2^31 rows or more.
  Status link(const std::function<bool()>& goes_on = {});

  /// How far link() has come, as the bytes of a LinkProgress: to be called from its `goes_on`, or
  /// after that ended it. Some 200 bytes a row at the usual connectivity.
  std::string unfinished() const;
  /// The rows that this link() has linked so far.
  std::size_t linked() const { return linked_; }

  /// Streams a usearch file. Call link() first.
  Status save(const Sink& sink) const;

  std::size_t size() const { return keys_.size(); }

  // What hnsw_walk.hpp asks of a source.

  std::size_t slots() const { return keys_.size(); }
  std::size_t max_neighbours() const { return base_room_; }
  std::size_t neighbours(std::uint32_t slot, int level, std::uint32_t* out) const;
  const char* vector(std::uint32_t slot) const { return vectors_[slot]; }
  void prefetch_vector(std::uint32_t slot) const;
  void prefetch_links(std::uint32_t slot) const;

 private:
  /// A link from a new row to one that may link back.
  struct Link {
    std::uint32_t target = 0;
    std::uint32_t level = 0;
    std::uint32_t source = 0;

    auto operator<=>(const Link&) const = default;
  };

  /// A graph, and as which rows its own were taken over; kGone where nothing may link to one.
  struct Adopted {
    const LinkedRows& rows;
    std::vector<std::uint32_t> new_slots;
  };

  std::uint32_t* list(std::uint32_t slot, int level);
  const std::uint32_t* list(std::uint32_t slot, int level) const;
  std::size_t capacity(int level) const { return level == 0 ? 2 * connectivity_ : connectivity_; }
  std::size_t room(int level) const { return level == 0 ? base_room_ : upper_room_; }
  int level(std::uint32_t slot) const { return levels_[slot]; }
  void set_list(std::uint32_t slot, int level, std::span<const std::uint32_t> ids);
  void set_lists(std::uint32_t slot, std::span<const Link> links);
  void set_best(std::uint32_t slot,
                int level,
                std::span<const std::uint32_t> ids,
                std::size_t most);
  Query query(std::uint32_t slot) const { return {vectors_[slot], distance_, dimensions_}; }

  int draw_level(std::uint64_t key) const;
  bool take_row(std::uint64_t key, const char* stored, int level);
  void forget_rows();
  void make_room();
  void take_links(const Adopted& from, std::uint32_t old_slot, std::vector<Link>& replacements);
  void replace_links(const Adopted& from,
                     std::span<const std::uint32_t> lost,
                     std::uint32_t slot,
                     int level,
                     std::vector<Link>& replacements);
  std::span<const std::uint32_t> heirs(const Adopted& from, std::uint32_t lost, int level) const;
  const CandidatePool& new_heirs(const Adopted& from,
                                 std::span<const std::uint32_t> lost,
                                 std::uint32_t slot,
                                 int level) const;
  void add_missing_heir(const Query& query,
                        std::span<const std::uint32_t> heirs,
                        std::vector<SlotDistance>& chosen,
                        std::uint32_t except) const;
  void link_batch(std::span<const std::uint32_t> batch);
  void link_row(std::span<const std::uint32_t> batch, std::size_t index, std::vector<Link>& links);
  void link_all_back(std::span<const std::vector<Link>> links_of);
  void link_back(std::span<const Link> links);
  void trim(std::uint32_t slot);
  std::size_t final_capacity(std::uint32_t slot, int level) const;
  void raise_entry(std::uint32_t slot);
  static Status ask(const std::function<bool()>& goes_on);
  std::vector<std::uint32_t> final_list(std::uint32_t slot, int level) const;
  void select(const Query& query,
              const CandidatePool& pool,
              std::size_t most,
              std::vector<SlotDistance>& chosen,
              std::uint32_t except) const;

  // hnsw_reach.cpp.

  using Stations = std::vector<std::uint32_t>;
  float width_of(std::span<const SlotDistance> sorted) const;
  void note_touched(std::uint32_t slot);
  void note_crowd(std::uint32_t slot, float width);
  void note_candidates(std::uint32_t slot,
                       const CandidatePool& pool,
                       std::span<const SlotDistance> chosen);
  void note_list(const CandidatePool& pool, std::span<const SlotDistance> chosen);
  void note_lost(const Adopted& from, std::uint32_t lost);
  float loneliness(std::uint32_t slot) const;
  float urgency(std::uint32_t slot, std::uint32_t links) const;
  std::vector<float> all_urgencies() const;
  std::vector<std::uint32_t> rows_in_doubt() const;
  Stations last_stations(std::uint32_t slot) const;
  void link_from(const Stations& stations,
                 std::uint32_t slot,
                 std::span<const std::uint32_t> in_doubt);
  bool give_up_link(std::uint32_t station,
                    std::uint32_t slot,
                    std::span<const std::uint32_t> in_doubt);
  std::size_t lead_to(std::span<const std::uint32_t> rows, std::span<const std::uint32_t> in_doubt);
  Status lead_to_all(const std::function<bool()>& goes_on);

  DistanceFunction distance_;
  std::size_t dimensions_;
  VectorFormat format_;
  std::size_t connectivity_;
  std::size_t expansion_;
  std::size_t base_room_;  ///< Lists may outgrow their capacity while rows are linked.
  std::size_t upper_room_;
  mutable Crew crew_;

  std::vector<std::uint64_t> keys_;
  std::vector<const char*> vectors_;
  std::vector<std::uint8_t> levels_;
  std::vector<std::uint32_t> base_lists_;  ///< Each a count and room for base_room_ slots.
  std::vector<std::uint64_t> upper_at_;    ///< Where a slot's lists begin in upper_lists_.
  std::vector<std::uint32_t> upper_lists_;
  std::unordered_map<std::uint64_t, std::uint32_t> last_equal_;  ///< By a vector's hash.
  std::unordered_map<std::uint32_t, std::uint32_t> next_equal_;
  std::unordered_map<std::uint32_t, std::uint32_t> previous_equal_;
  std::vector<std::uint32_t> pending_;  ///< Not linked yet, from linked_ on.
  std::size_t linked_ = 0;
  bool leads_to_all_;          ///< Whether rows that no walk reaches are looked for.
  std::vector<float> crowds_;  ///< How wide the narrowest crowd is that each row lies far from.
  int top_level_ = -1;
  std::uint32_t entry_ = 0;
};

}  // namespace quire::vectors
