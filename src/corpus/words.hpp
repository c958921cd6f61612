#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <quire/result.hpp>
#include <quire/vector_store.hpp>

#include "base/files.hpp"
#include "base/mutex.hpp"
#include "base/uuid.hpp"
#include "corpus/view.hpp"

namespace quire::corpus {

/// Keeps the words of a store's chunks, in memory and in files.
class Words {
 public:
  /// `folder` is the store's.
  Words(std::shared_ptr<base::FileSystem> files, std::string folder);

  /// The store's newest commit with its words. Threads: any.
  Result<std::shared_ptr<const View>> view(const VectorStore& store);

  /// The last view() that was made; null: none. Threads: any, waits for none.
  std::shared_ptr<const View> ready_view() const;

  /// Brings cache/ up to date with the words of view().
  Status save(VectorStore& store);

 private:
  using Segments = std::vector<std::shared_ptr<const lexical::Segment>>;

  Result<std::shared_ptr<const View>> newest(const VectorStore& store) QUIRE_REQUIRES(mutex_);
  Result<lexical::WordIndex> words_of(const StoreSnapshot& chunks) QUIRE_REQUIRES(mutex_);
  void forget_others(const lexical::WordIndex& words) QUIRE_REQUIRES(mutex_);
  Segments read_files() QUIRE_REQUIRES(mutex_);
  Status write(VectorStore& store, const lexical::Segment& segment) QUIRE_REQUIRES(mutex_);
  Status remove_others(VectorStore& store) QUIRE_REQUIRES(mutex_);

  const std::shared_ptr<base::FileSystem> files_;
  const std::string folder_;

  base::Mutex mutex_;
  base::Uuid uuid_ QUIRE_GUARDED_BY(mutex_);  ///< Of the store that the words are of.
  std::uint64_t checkpoint_lsn_ QUIRE_GUARDED_BY(mutex_) = 0;
  bool use_files_ QUIRE_GUARDED_BY(mutex_) = true;             ///< False: they were found damaged.
  std::shared_ptr<const View> view_ QUIRE_GUARDED_BY(mutex_);  ///< The newest; null: none yet.
  mutable base::Mutex ready_mutex_;
  std::shared_ptr<const View> ready_ QUIRE_GUARDED_BY(ready_mutex_);  ///< view_ when it was given.
  /// The names in cache/ of segments that lie there, all of which view_ has.
  std::map<const lexical::Segment*, std::string> names_ QUIRE_GUARDED_BY(mutex_);
};

}  // namespace quire::corpus
