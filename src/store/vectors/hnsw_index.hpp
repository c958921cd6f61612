#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <quire/result.hpp>
#include <quire/vector_format.hpp>

/// The one door to usearch (pinned to 2.26.2). docs/decisions/0002 says why it is fenced in so.
namespace quire::vectors {

struct GraphOptions {
  std::uint32_t connectivity = 16;
  std::uint32_t expansion_add = 128;
};

struct KeyDistance {
  std::uint64_t key = 0;
  float distance = 0;

  bool operator==(const KeyDistance&) const = default;
};

/// An HNSW graph over stored vectors, by key.
///
/// Threads: search(), save() and contains() may run at the same time as each other; add() and
/// remove() need the index alone. The store builds and changes an index before anybody else sees
/// it, and never changes it afterwards.
///
/// Deterministic: the same calls from the same bytes give the same graph, reserve() included: nodes
/// draw their levels from a generator that starts anew whenever room is made.
class HnswIndex {
 public:
  /// Sees every key that a search meets, and says whether it may be an answer. Must not throw (that
  /// makes the search fail with `internal`), nor search the same index (that may wait for ever).
  using Predicate = std::function<bool(std::uint64_t key)>;
  /// Takes the next bytes of a saved index; an error stops the save and comes back from it.
  using Sink = std::function<Status(std::string_view bytes)>;

  static Result<HnswIndex> create(const VectorFormat& format, const GraphOptions& options);

  /// Loads a copy of `content`, which UsearchFile::read() or a checksum has verified. Errors:
  /// `store_index`; `incompatible` if the file's dimensions, metric or scalar are not `format`'s. A
  /// graph that has nodes keeps its own connectivity.
  static Result<HnswIndex> load(std::string_view content,
                                const VectorFormat& format,
                                const GraphOptions& options);

  HnswIndex(HnswIndex&&) noexcept;
  HnswIndex& operator=(HnswIndex&&) noexcept;
  HnswIndex(const HnswIndex&) = delete;
  HnswIndex& operator=(const HnswIndex&) = delete;
  ~HnswIndex();

  /// Makes room for `rows` live and removed entries in all; never shrinks.
  Status reserve(std::size_t rows);

  /// Adds stored bytes (encode_vector) under a key that is not there. Needs reserved room.
  Status add(std::uint64_t key, const char* stored);

  /// Removes a key; one that is not there is no error.
  Status remove(std::uint64_t key);

  /// Up to `limit` nearest entries to `stored` that `accept` (null: all) lets pass, by distance,
  /// then key. `expansion` candidates are kept, at least `limit`. As many searches run at once as
  /// the machine has threads (at least 2); more wait.
  Result<std::vector<KeyDistance>> search(const char* stored,
                                          std::size_t limit,
                                          std::size_t expansion,
                                          const Predicate& accept = nullptr) const;

  /// Streams the index in usearch's own format.
  Status save(const Sink& sink) const;

  bool contains(std::uint64_t key) const;
  std::size_t size() const;     ///< Live entries.
  std::size_t removed() const;  ///< Entries removed whose place no new one has taken.

 private:
  struct Impl;
  explicit HnswIndex(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace quire::vectors
