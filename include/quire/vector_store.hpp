#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <quire/chunk.hpp>
#include <quire/filter.hpp>
#include <quire/result.hpp>
#include <quire/schema.hpp>
#include <quire/store_snapshot.hpp>
#include <quire/vector_format.hpp>
#include <quire/vector_replacement.hpp>
#include <quire/vector_search.hpp>
#include <quire/write_batch.hpp>

namespace quire {

namespace base {
class FileSystem;
}

/// When a commit reaches the disk.
enum class Durability : std::uint8_t {
  each_commit,  ///< Before apply() returns. Survives loss of power.
  group,        ///< At most StoreOptions::group_interval later, at the next commit or flush().
  bulk,         ///< At flush(), checkpoint() or close(). For a first load.
};

/// How a store is opened; what is left at its default is taken from the store on disk.
struct StoreOptions {
  /// 0: the store's own, or the length of the first vector inserted. Otherwise a store with
  /// another number is `incompatible`.
  std::uint32_t dimensions = 0;
  /// Nothing: the store's own; of a new one cosine and bf16. Otherwise a store with another one is
  /// `incompatible`: its distances would mean something else than was asked for. A new store of i8
  /// is of cosine: the others need the lengths of vectors, which i8 does not keep.
  std::optional<Metric> metric = std::nullopt;
  std::optional<Scalar> scalar = std::nullopt;
  /// Fields of the store's own that the caller counts on: those that it lacks are added by the
  /// first commit of this handle. One that it has otherwise is `incompatible`.
  Schema fields{};

  bool read_only = false;  ///< Writes fail with `store_io`; no lock is taken, no byte written.
  Durability durability = Durability::each_commit;
  std::chrono::milliseconds group_interval{100};
  /// How long a first write waits for another writer before it fails with `locked`.
  std::chrono::milliseconds lock_timeout{5000};

  /// After a commit that makes a checkpoint due (checkpoint_due()), make it. One that failed is
  /// told by info().warning, and tried again when the journal has grown as much again.
  bool automatic_checkpoint = true;
  /// ... in a thread of the handle's own, beside commits and searches; close() ends it within
  /// milliseconds, unfinished. Commits that outrun it are slowed down, each by at most 20 ms. One
  /// that earlier sessions left due is made before the first commit returns, so that a store of
  /// short sessions gets its checkpoints too; for them one is also due after as many commits as a
  /// 16th of checkpoint_min_rows, or 1 % of the rows, as each opening applies all of them. False:
  /// before the commit returns.
  bool checkpoint_in_background = true;
  std::uint64_t checkpoint_journal_bytes = std::uint64_t{16} << 20;
  std::uint64_t checkpoint_min_rows = 1000;  ///< ... or 10 % of the rows, if that is more.

  /// HNSW's parameters, of new graphs (Malkov and Yashunin 2018): links per node, and candidates
  /// kept while building.
  std::uint32_t connectivity = 16;
  std::uint32_t expansion_add = 128;
  /// Threads that build a graph; 0: as many as there are processors. The graph is the same.
  std::uint32_t build_threads = 0;
};

/// What a commit did.
struct Commit {
  std::uint64_t lsn = 0;            ///< The store's log sequence number after it.
  std::vector<ChunkKey> inserted;   ///< In the batch's order.
  std::vector<ChunkKey> removed;    ///< Rising.
  std::vector<ChunkKey> updated{};  ///< Rising.
};

/// What others changed between two views of a store. What the handle itself committed in between is
/// not named: its commits told of that.
struct Changes {
  std::uint64_t from_lsn = 0;
  std::uint64_t to_lsn = 0;
  bool replaced = false;            ///< Another store is there now: forget every key.
  std::vector<ChunkKey> inserted;   ///< Rising; live in the new view and not in the old one.
  std::vector<ChunkKey> removed;    ///< Rising; live in the old view and not in the new one.
  std::vector<ChunkKey> updated{};  ///< Rising; live in both, and updated between.
};

/// Facts about an open store.
struct StoreInfo {
  std::string uuid;  ///< 32 hex digits; empty before the first write, and for an imported pair.
  VectorFormat format;
  std::uint64_t lsn = 0;
  std::uint64_t next_key = 0;
  std::uint64_t chunks = 0;
  std::uint64_t checkpoint_lsn = 0;  ///< What the pair of files reaches by itself.
  std::uint64_t journal_bytes = 0;
  std::uint64_t journal_rows = 0;        ///< Rows inserted or removed since the checkpoint.
  std::uint64_t dropped_tail_bytes = 0;  ///< Of a torn last record, never acknowledged.
  std::uint32_t file_format = 1;         ///< docs/format.md: 2 with own fields or updates.
  bool imported = false;  ///< A bare pair of the original; the next write converts it.
  std::string warning;    ///< For people: a network file system, say. Else empty.
};

/// What is in one member or own field of all chunks.
struct FieldStatistics {
  std::string name;
  FieldType type = FieldType::string;
  std::uint64_t values = 0;    ///< Chunks that have one; of a table, rows.
  std::uint64_t distinct = 0;  ///< Different values among those; of a table, 0.

  bool operator==(const FieldStatistics&) const = default;
};

/// What a store holds and what it takes.
struct StoreStatistics {
  std::uint64_t chunks = 0;
  std::uint64_t checkpoint_chunks = 0;  ///< In the two files of the checkpoint, removed ones too.
  std::uint64_t removed_chunks = 0;     ///< ... of those, no longer live.
  std::uint64_t journal_chunks = 0;     ///< Live and not yet in the checkpoint.
  std::uint64_t updated_chunks = 0;     ///< Live and updated since the checkpoint.
  std::uint64_t index_bytes = 0;        ///< index.usearch.
  std::uint64_t metadata_bytes = 0;     ///< metadata.json.
  std::uint64_t journal_bytes = 0;
  std::uint64_t cache_bytes = 0;  ///< cache/ and next/, which may be deleted.
  std::uint32_t graph_levels = 0;
  std::vector<FieldStatistics> fields;  ///< Members that are no text, then own fields.
};

/// A crash-safe set of chunks with vectors in one folder, for one writer and any number of readers,
/// in any processes.
///
/// Start here: open(), insert(), search(). Nothing is written until the first change, which takes
/// the store's writer lock and keeps it until close().
///
/// Threads: every const member may run at the same time as any other member; each sees one whole
/// commit. Changes wait for each other. No search waits for a write to the disk.
///
/// Place: the store is the folder that was opened, whatever becomes of the working folder or of the
/// folder's name. A commit reaches that folder or fails with `store_io`: also where the folder, its
/// LOCK or its journal was removed or replaced meanwhile. No link in the folder is followed; the
/// folder's own path may hold links. What it creates, the folder too, only its owner may read
/// (0600, 0700): a folder that was there keeps its mode, a file is narrowed when it is written
/// anew.
///
/// Processes: in a child made by fork() only the destructor may be called, which does nothing
/// there. Every other member is `unavailable`, or as of an empty store; open it again in the child.
/// close() in the parent gives the lock back though children live.
///
/// Memory that runs out is the error `unavailable`, "out of memory", of every member that returns a
/// Result; the others throw std::bad_alloc. In the middle of a change it is a failed write.
class VectorStore {
 public:
  /// Opens the store in `folder`: its checkpoint, and what its journal holds beyond that. A folder
  /// that is not there or holds no store is an empty store.
  ///
  /// With the checkpoint's cache (cache/), nothing of its two files is read but what is needed:
  /// damage is then met where it is first read, by whichever call that is, and that call and all
  /// later ones fail with `corrupt`. Without it, all of them is read and verified here.
  ///
  /// Errors: `corrupt` (which file, which byte), `incompatible` (newer format, other dimensions),
  /// `store_serde`, `store_io`. A torn last record was never acknowledged: it is left out and
  /// counted in info().
  static Result<VectorStore> open(const std::filesystem::path& folder, StoreOptions options = {});

  VectorStore(VectorStore&&) noexcept;
  VectorStore& operator=(VectorStore&&) noexcept;
  VectorStore(const VectorStore&) = delete;
  VectorStore& operator=(const VectorStore&) = delete;
  ~VectorStore();  ///< close(), its error dropped: call close() to learn of it.

  // Changes. All fail with `locked` (another writer, named), `store_io` (also: opened read-only),
  // or `unavailable` (an earlier write failed: reopen the store). A failed change leaves the old
  // state here; on disk it is the old state or, after `store_io` and out of memory alone, possibly
  // the new one.

  /// Makes every change of `batch` visible and durable, or none. Errors: `invalid_argument`
  /// (lengths, NaN, infinity, a zero vector for cosine, one longer than kMaxVectorLength for the
  /// other metrics, invalid UTF-8 with its offset, ...).
  Result<Commit> apply(const WriteBatch& batch);

  /// Inserts `rows` under the next keys. No rows: nothing happens, the commit's lsn is today's.
  Result<Commit> insert(std::vector<ChunkRow> rows);

  /// Removes the chunks of `path`; how many went. A path that is not there: 0.
  Result<std::uint64_t> delete_file(std::string_view path);

  /// Removes what `filter` accepts; how many went. An empty filter is `invalid_argument`.
  Result<std::uint64_t> delete_where(const Filter& filter);

  /// Takes the chunks of `path` out and puts `rows` in, in one commit.
  Result<Commit> replace_file(std::string_view path, std::vector<ChunkRow> rows);

  /// Calls `change` with what is known of each chunk that `filter` accepts, by rising key, and
  /// stores what it made of that, under the same keys and with the same vectors, in one commit. No
  /// other commit comes between reading and writing. `change` must not call this store.
  Result<Commit> update_where(const Filter& filter, const std::function<void(ChunkMeta&)>& change);

  /// Adds fields of the store's own: WriteBatch::add_field().
  Result<Commit> add_fields(const Schema& fields);

  /// Removes every chunk and attribute. Keys and lsn go on, fields stay.
  Status clear();

  // Questions, each of the newest commit; snapshot() is for several of one and the same.

  /// The newest commit. Error: `unavailable` after close().
  Result<StoreSnapshot> snapshot() const;

  /// The `limit` chunks nearest to `vector` among those that `filter` accepts, nearest first, ties
  /// by lower key; fewer only when fewer match. `vector` as in ChunkRow. Approximate (HNSW) unless
  /// few match, when all are compared: explain() says which.
  Result<std::vector<Neighbor>> search(std::span<const float> vector,
                                       std::size_t limit,
                                       const Filter& filter = {},
                                       const SearchOptions& options = {}) const;

  /// StoreSnapshot::search_many() of the newest commit.
  Result<std::vector<std::vector<Neighbor>>> search_many(std::span<const float> vectors,
                                                         std::size_t limit,
                                                         const Filter& filter = {},
                                                         const SearchOptions& options = {},
                                                         std::size_t threads = 0) const;

  /// search() with the vector of a stored chunk, which is left out. Errors: `not_found`.
  Result<std::vector<Neighbor>> similar(ChunkKey key,
                                        std::size_t limit,
                                        const Filter& filter = {},
                                        const SearchOptions& options = {}) const;

  /// How search() would go about it.
  Result<SearchPlan> explain(const Filter& filter = {}, const SearchOptions& options = {}) const;

  /// search(), with what it did.
  Result<ExplainedSearch> explain(std::span<const float> vector,
                                  std::size_t limit,
                                  const Filter& filter = {},
                                  const SearchOptions& options = {}) const;

  /// similar(), with what it did. It searches for one more than `limit`.
  Result<ExplainedSearch> explain(ChunkKey key,
                                  std::size_t limit,
                                  const Filter& filter = {},
                                  const SearchOptions& options = {}) const;

  /// The first `limit` chunks that `filter` accepts, by rising key. `select` names the members to
  /// fill (`extra` for all of those); empty: all. Without content and extra, no chunk's text is
  /// read. Errors: `invalid_argument`.
  Result<std::vector<StoredChunk>> query(const Filter& filter,
                                         const std::vector<std::string>& select = {},
                                         std::size_t limit = SIZE_MAX) const;

  /// How many chunks `filter` accepts.
  Result<std::uint64_t> count(const Filter& filter) const;

  /// Chunks whose symbol_name contains `pattern` (ASCII letters fold), of `kind` if given: exact
  /// names first, then those that begin with it, then the rest; then by path and line. Chunks
  /// without a name never match.
  Result<std::vector<StoredChunk>> find_by_symbol(std::string_view pattern,
                                                  const std::optional<std::string>& kind = {},
                                                  std::size_t limit = SIZE_MAX) const;

  /// The files of the store by path, of `language` if given.
  Result<std::vector<FileSummary>> list_files(
      const std::optional<std::string>& language = {}) const;

  /// One chunk. Errors: `not_found`.
  Result<ChunkMeta> get(ChunkKey key) const;

  /// One chunk's vector as it is stored: unit length for cosine, rounded to the store's scalar.
  Result<std::vector<float>> vector(ChunkKey key) const;

  /// Every live key, rising.
  std::vector<ChunkKey> keys() const;

  std::uint64_t chunk_count() const;
  std::uint64_t lsn() const;
  StoreInfo info() const;
  Schema fields() const;  ///< The store's own; those of StoreOptions::fields when they are there.

  /// What the store holds and what it takes, counted now. Errors: `store_io`, `corrupt`.
  Result<StoreStatistics> statistics() const;

  /// The attribute's bytes, or nothing.
  std::optional<std::string> attribute(std::string_view name) const;

  /// The attributes whose name begins with `prefix`, by name.
  std::vector<std::pair<std::string, std::string>> attributes(std::string_view prefix = "") const;

  // Upkeep.

  /// Brings this handle to the newest commit of any process, and says what other handles changed
  /// since the last one (or open()), also where a change of this handle's own had to follow them
  /// first.
  Result<Changes> refresh();

  /// Syncs what Durability::group and bulk left for later.
  Status flush();

  /// Reads and verifies what was not yet. Error: `corrupt`, with file and byte.
  Status verify() const;

  /// True when the journal is long enough to be worth a checkpoint, or the last one's cache is
  /// missing.
  bool checkpoint_due() const;

  /// Merges the journal into a new pair of files, which then reproduce the store by themselves.
  /// Nothing to merge: only its cache is written, if that is missing. Searches go on meanwhile.
  Status checkpoint();

  /// Puts other vectors in the place of all that the store has, of another length if so wanted, in
  /// one commit. What is made meanwhile lies in next/, outlives the call and the process, and is
  /// gone on with by the next call; until that commit the old vectors answer, and commits of any
  /// process go on. A crash leaves the old vectors or the new ones, and loses no commit. Metric and
  /// scalar stay.
  ///
  /// The last part takes the writer lock: no more than a batch of vectors, then a checkpoint of all
  /// rows, for which changes of this handle wait; searches go on. Snapshots that were taken before
  /// keep their vectors. Errors: `locked` (another replacement of this store, or another writer),
  /// `invalid_argument`, `incompatible` (the handle was opened for another number of dimensions),
  /// that of `make`, the store's.
  Result<ReplacementReport> replace_vectors(const VectorReplacement& wanted);

  /// Copies the store, as of its newest commit, to `folder`, which must not be there yet or be
  /// empty: a store of its own, complete and synced when this returns. Commits and checkpoints of
  /// any process go on meanwhile. Caches and a replacement that is not finished are not copied. A
  /// crash or an error leaves nothing that opens as a store of fewer rows. Errors:
  /// `invalid_argument` for a folder that holds something, `store_io`, `corrupt`.
  Status backup(const std::filesystem::path& folder) const;

  /// The replacement that is not finished, if there is one. Errors: `store_io`.
  Result<std::optional<PendingReplacement>> pending_replacement() const;

  /// Drops what it made. Errors: `locked` (it goes on), `store_io`.
  Status drop_replacement();

  /// For layers above: keeps `bytes`, which are derived from the store alone, as cache/NAME for
  /// whoever opens it next, whole or not at all. They may be gone at any time, and are not synced:
  /// they must tell themselves whether they are what was written. Takes the writer lock.
  Status write_cache(const std::string& name, std::string_view bytes);

  /// Removes it again, if it is there.
  Status remove_cache(const std::string& name);

  /// Syncs, marks the journal as complete, gives the writer lock back. Calling it again does
  /// nothing; every other member then fails with `unavailable` or answers as an empty store.
  Status close();

  class Impl;
  explicit VectorStore(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace quire
