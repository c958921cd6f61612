#pragma once

#include <filesystem>
#include <memory>

#include <quire/result.hpp>
#include <quire/vector_store.hpp>

namespace quire {

namespace corpus {
struct View;
class Words;
}  // namespace corpus

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
