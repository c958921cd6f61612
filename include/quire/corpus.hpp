#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <quire/result.hpp>
#include <quire/vector_store.hpp>

namespace quire {

namespace corpus {
struct View;
class Words;
}  // namespace corpus

/// A chunk that a search by words found.
struct WordHit {
  ChunkKey key;
  float score = 0;  ///< BM25F (Robertson et al. 2004): more is better; of this search alone.
  ChunkMeta meta;
};

/// What a search by words is asked besides the words.
struct WordOptions {
  std::size_t offset = 0;  ///< So many of the best are left out.
  bool all_words = false;  ///< Chunks that lack one of the words don't count.
};

/// A chunk that a search by words and by a vector found.
struct FusedHit {
  ChunkKey key;
  double score = 0;  ///< More is better; of this search alone.
  ChunkMeta meta;
  std::optional<std::size_t> word_rank;    ///< 0 is the best; nothing: not found by words.
  std::optional<std::size_t> vector_rank;  ///< Likewise.
  std::optional<float> distance;           ///< Of those that the vector found.
};

/// How two searches become one: a hit's score is the sum of weight / (60 + rank) over both lists,
/// ranks counted from 1 (reciprocal rank fusion, Cormack et al. 2009).
struct FusionOptions {
  double word_weight = 1;
  double vector_weight = 1;
  std::size_t candidates = 100;  ///< Of each list so many are fused, or the limit, if that is more.
  std::size_t offset = 0;
  WordOptions words{};
  SearchOptions vectors{};
};

/// A store and the words of its chunks, which always tell of one and the same commit.
///
/// The words are derived from the chunks and kept in the store's cache/: what is missing there, or
/// is damaged, is made again from the chunks. What was made for one chunk holds as long as the
/// chunk does, so that a commit costs what it changed.
///
/// Threads: const members may run at the same time as any other member, and so may the const
/// members of store().
class Corpus {
 public:
  /// Opens the store in `folder` as VectorStore::open() does. The words are read at the first
  /// question.
  static Result<Corpus> open(const std::filesystem::path& folder, StoreOptions options = {});
  /// Of a store that is open in `folder`.
  Corpus(VectorStore store, const std::filesystem::path& folder);

  Corpus(Corpus&&) noexcept;
  Corpus& operator=(Corpus&&) noexcept;
  Corpus(const Corpus&) = delete;
  Corpus& operator=(const Corpus&) = delete;
  ~Corpus();

  /// Changes go here; the next view() follows them.
  VectorStore& store() { return store_; }
  const VectorStore& store() const { return store_; }

  /// The newest commit of this handle, chunks and words, to ask questions of. The first one after a
  /// change takes in the words of the chunks that came. Errors: the store's.
  Result<std::shared_ptr<const corpus::View>> view() const;

  /// The `limit` chunks that say the words of `text` best, among those that `filter` accepts, best
  /// first, ties by lower key. Words are taken from the content, the path, the names and the
  /// signature, and from own fields that were declared with `words`; case and the parts of
  /// compound names count as code has them. Of the newest commit. Errors: the store's.
  Result<std::vector<WordHit>> search_words(std::string_view text,
                                            std::size_t limit,
                                            const Filter& filter = {},
                                            const WordOptions& options = {}) const;

  /// search_words() and VectorStore::search() of one commit, fused: best first, ties by lower key.
  Result<std::vector<FusedHit>> search_fused(std::string_view text,
                                             std::span<const float> vector,
                                             std::size_t limit,
                                             const Filter& filter = {},
                                             const FusionOptions& options = {}) const;

  /// The view that view() gave last, of whichever commit; null: none yet. Waits for nobody.
  std::shared_ptr<const corpus::View> ready_view() const;

  /// Writes the words that are not yet in cache/, and removes there what is replaced. Takes the
  /// store's writer lock if there is something to write. Errors: the store's.
  Status save_words();

  /// Closes the store.
  Status close();

 private:
  VectorStore store_;
  std::unique_ptr<corpus::Words> words_;
};

}  // namespace quire
