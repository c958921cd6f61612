#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <quire/vector_store.hpp>

#include "base/files.hpp"
#include "base/forks.hpp"
#include "store/checkpointer.hpp"
#include "store/session.hpp"
#include "store/vector_replacer.hpp"

namespace quire {

/// One handle on a store: it takes the session's mutex and asks the parts. Any thread may call any
/// of it. In a process that was forked since the handle was opened only check_process() may be
/// called.
class VectorStore::Impl {
 public:
  Impl(std::shared_ptr<base::FileSystem> files, std::string folder, StoreOptions options)
      : session_(std::move(files), std::move(folder), std::move(options)) {}

  Status open();
  Result<Commit> apply(const WriteBatch& batch);
  Result<Commit> update_where(const Filter& filter, const std::function<void(ChunkMeta&)>& change);
  Status clear();
  Result<Changes> refresh();
  Status flush();
  Status write_cache(const std::string& name, std::string_view bytes);
  Status remove_cache(const std::string& name);
  Status close();
  Status backup(const std::string& to) const;
  Result<StoreStatistics> statistics() const;

  Status checkpoint() { return checkpointer_.checkpoint(); }
  bool checkpoint_due() const { return check_process() && checkpointer_.due(); }
  Result<ReplacementReport> replace_vectors(const VectorReplacement& wanted) {
    return replacer_.replace(wanted);
  }
  Result<std::optional<PendingReplacement>> pending_replacement() const {
    return replacer_.pending();
  }
  Status drop_replacement() { return replacer_.drop(); }

  /// Error: `unavailable` in a process that was forked since the handle was opened.
  Status check_process() const;
  /// Of the newest commit. Error: `unavailable` after close().
  Result<std::shared_ptr<const store::View>> view() const;
  StoreInfo info() const;

 private:
  Result<Commit> update_locked(const Filter& filter, const std::function<void(ChunkMeta&)>& change)
      QUIRE_REQUIRES(session_.mutex);
  Result<Commit> keep_up_after(Result<Commit> commit);
  Status clear_locked() QUIRE_REQUIRES(session_.mutex);

  const unsigned forks_ = base::forks_so_far();
  store::Session session_;
  store::Checkpointer checkpointer_{session_};
  store::VectorReplacer replacer_{session_};
};

}  // namespace quire
