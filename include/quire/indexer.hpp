#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <quire/embedder.hpp>
#include <quire/result.hpp>
#include <quire/vector_store.hpp>

namespace quire {

/// Where an indexing run stands.
struct IndexProgress {
  std::uint64_t files_done = 0;
  std::uint64_t files_total = 0;  ///< To be read; 0 while the tree is still being walked.
  std::uint64_t chunks = 0;
};

/// What a run is about to embed.
struct EmbeddingWork {
  std::uint64_t chunks = 0;
  std::uint64_t bytes = 0;  ///< Of their texts, without an embedder's own prefixes.

  /// An estimate: four bytes each.
  std::uint64_t tokens() const { return bytes / 4; }
};

struct IndexOptions {
  std::filesystem::path root;
  /// What open_embedder() took, recorded for those who come without a model (model_of()); "":
  /// nothing is.
  std::string model;
  bool rebuild = false;  ///< Read every file again, whatever is known of it.
  /// Files and folders, relative to the root: only they and what is in them are brought up to date,
  /// and the tree does not count as swept. None: all of it.
  std::vector<std::string> paths;
  /// A run that found nothing to change writes nothing if the tree was swept so short a time ago.
  std::chrono::seconds sweep_interval{0};
  /// Also looks for chunks of files that no run put in, which go, and at the end makes a checkpoint
  /// if one is due.
  bool thorough = true;
  std::uint64_t max_file_bytes = std::uint64_t{2}
                                 << 20;  ///< Larger files are skipped, and said so.
  /// Called before the tree is walked and after each file, from the calling thread; may be null.
  std::function<void(const IndexProgress&)> progress;
  /// Asked once, before the first text goes to the embedder, if there is one to go; false ends the
  /// run with `unavailable`. May be null; if not, all files that changed are read and cut once
  /// more.
  std::function<bool(const EmbeddingWork&)> before_embedding;
  /// Asked between files and every few milliseconds while one is cut, from the calling thread; true
  /// ends the run after committing what is done. May be null.
  std::function<bool()> should_stop;
};

/// A file that was left out, and why.
struct SkippedFile {
  std::string path;
  std::string reason;
};

/// A file that was not taken as it was meant: cut by lines, as it was too costly to parse, an
/// ignore file of more than 8 MiB, which is not obeyed, or the first of those that were left out
/// because files of such names hold secrets.
struct FileRemark {
  std::string path;
  std::string text;
};

/// What an indexing run did. A file that can't be read is skipped, not an error.
struct IndexReport {
  std::uint64_t files = 0;  ///< Known after the run.
  std::uint64_t added = 0;
  std::uint64_t changed = 0;
  std::uint64_t removed = 0;
  std::uint64_t unchanged = 0;
  std::uint64_t chunks_inserted = 0;
  std::uint64_t chunks_removed = 0;
  std::vector<SkippedFile> skipped;
  std::vector<FileRemark> remarks;  ///< By path, which is absolute outside of the root.
  bool interrupted = false;         ///< should_stop said so; the next run goes on from here.
  /// Files that may have changed and were not read; nothing: the tree was not looked through.
  std::optional<std::uint64_t> unread;
};

/// Brings `store` up to date with the tree under `options.root`. Only files whose size, time or
/// inode changed are read, only those whose content changed are cut and embedded again. Each file's
/// chunks and what is known of the file change in one commit. Chunks of files that the walk did not
/// find go; those of a file or folder that could not be asked for stay.
///
/// Errors: `incompatible` (is_of_another_embedder(): found, expected, what to do),
/// `not_found` (no such folder), `invalid_argument` (not a folder), and the store's own.
Result<IndexReport> index_tree(VectorStore& store,
                               const Embedder& embedder,
                               const IndexOptions& options);

struct EmbedderChange {
  std::string model;  ///< As IndexOptions::model.
  /// Asked once, before the first text goes to the embedder; false ends the call with
  /// `unavailable`. Told of all chunks, those too that an earlier call embedded. May be null.
  std::function<bool(const EmbeddingWork&)> before_embedding;
  /// Called after each batch with how many of the chunks are embedded; may be null.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;
  /// Asked before each batch; true ends the call, and the next one goes on. May be null.
  std::function<bool()> should_stop;
};

/// True if index_tree() would refuse this embedder: change_embedder() comes first.
bool is_of_another_embedder(const VectorStore& store, const EmbedderIdentity& embedder);

/// Embeds every chunk of `store` again, from what is stored of it; no source is read. Until all are
/// done the store answers with its old vectors and takes commits: VectorStore::replace_vectors()
/// says more. Errors: that one's, the embedder's.
Result<ReplacementReport> change_embedder(VectorStore& store,
                                          const Embedder& embedder,
                                          const EmbedderChange& options);

/// A change_embedder() that was begun and is not finished.
struct UnfinishedChange {
  EmbedderIdentity embedder;
  std::uint64_t chunks = 0;  ///< That are embedded.
};

std::optional<UnfinishedChange> unfinished_change(const VectorStore& store);

/// For a store that lost chunks: the next index_tree() reads every file again, whatever is known of
/// it, and last_sweep() is 0 until it did. Files stay known, so that chunks of those that are gone
/// are still found and removed. One commit.
Status distrust_files(VectorStore& store);

/// The embedder that made `store`; nothing for a store that no indexing run made.
std::optional<EmbedderIdentity> embedder_of(const VectorStore& store);

/// What open_embedder() takes to open that embedder again, as far as the store says; else "".
std::string model_of(const VectorStore& store);

/// True if index_tree() has put files into `store`: what is lost of it can be made anew.
bool knows_files(const VectorStore& store);

/// True if `store` knows most of the files that are under `root`, of those it knows at all, by the
/// inode numbers that they have there: nobody can know those who did not read them on this disk. At
/// least one.
bool was_made_at(const VectorStore& store, const std::filesystem::path& root);

/// What index_tree() reads outside of `root`, of what is there: git's links and information about
/// the tree around it, ignore files of folders above it, and the user's own files of git's. For
/// programs that let themselves read nothing else.
std::vector<std::filesystem::path> ignore_places_outside(const std::filesystem::path& root);

/// When index_tree() last saw the whole tree, in Unix seconds; 0: never.
std::int64_t last_sweep(const VectorStore& store);

}  // namespace quire
