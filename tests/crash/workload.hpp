#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <quire/vector_store.hpp>

#include "support/hooked_file_system.hpp"
#include "support/simulated_file_system.hpp"

/// Seeded programs of changes to a store, and what the store must hold after each of them.
namespace quire::crash {

/// Where every store of these tests lies.
inline constexpr const char* kFolder = "db";

/// What a store is expected to hold.
struct State {
  std::map<std::uint64_t, ChunkRow> rows;
  std::map<std::string, std::string> attributes;
  std::uint64_t next_key = 0;
  std::uint64_t lsn = 0;
  std::uint32_t dimensions = 0;  ///< Of the vectors that the next rows have.
};

struct Step {
  enum class Kind : std::uint8_t {
    insert,
    replace_file,
    delete_file,
    delete_where,
    update,  ///< Of the same chunks: another path, and other own fields where the store has any.
    set_attributes,
    clear,
    checkpoint,
    flush,
    reopen,
    begin_replacement,  ///< Makes some vectors in next/ and stops.
    replace_vectors,    ///< Goes on with those of the same maker, and finishes.
  };

  Kind kind = Kind::insert;
  std::string path;
  std::vector<ChunkRow> rows;
  std::int64_t first_id = 0;  ///< delete_where, update: chunk_id in [first_id, last_id].
  std::int64_t last_id = 0;
  std::vector<WriteBatch::AttributeChange> attributes;
  std::string maker;  ///< Of a replacement; and `dimensions` that it has.
  std::uint32_t dimensions = 0;
};

struct Workload {
  std::uint64_t seed = 0;
  StoreOptions options;
  bool folder_exists = false;  ///< Before the store is opened first.
  bool imports = false;        ///< The store begins as a bare pair of files.
  bool replaces = false;       ///< Some steps replace the vectors.
  std::vector<Step> steps;
  /// states[i] holds before steps[i], and states.back() at the end. With the store's own lsns.
  std::vector<State> states;

  /// A disk as it is before the store is opened first.
  std::shared_ptr<support::HookedFileSystem> fresh_disk() const;

  std::map<std::string, std::string> imported_files;
};

/// The workload of `seed`, of about `length` steps, carried out once without any failure.
Workload make_workload(std::uint64_t seed, std::size_t length = 14);

/// One more row for `state`, unlike all others; its key will be state.next_key.
ChunkRow extra_row(const Workload& workload, const State& state, std::uint64_t number);
/// `state` after inserting `row`.
State with_row(State state, const ChunkRow& row);

/// `state` after `step`, but for its lsn.
State after(State state, const Step& step, Metric metric);

/// What `store` does for `step`; `reopen` is the caller's.
Status carry_out(VectorStore& store, const Step& step);

Result<VectorStore> open(const std::shared_ptr<support::SimulatedFileSystem>& files,
                         const Workload& workload);

/// How closely compare() looks.
enum class Depth : std::uint8_t {
  quick,     ///< Keys, metadata, attributes, vectors, counters, and two searches.
  thorough,  ///< A search for every row as well.
};

/// Why `store` does not hold `state`, or "".
std::string difference(const VectorStore& store,
                       const State& state,
                       const Workload& workload,
                       Depth depth);

}  // namespace quire::crash
