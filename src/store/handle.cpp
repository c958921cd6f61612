#include "store/handle.hpp"

#include <new>
#include <utility>

#include "base/try.hpp"
#include "store/backup.hpp"
#include "store/cache_folder.hpp"
#include "store/open_store.hpp"
#include "store/statistics.hpp"

namespace quire {
namespace {

Status check_options(const StoreOptions& options) {
  if (options.connectivity < 2 || options.connectivity > 256 || options.expansion_add < 1 ||
      options.expansion_add > 65'536) {
    return fail(ErrorCode::invalid_argument,
                "connectivity " + std::to_string(options.connectivity) + ", expansion_add " +
                    std::to_string(options.expansion_add) +
                    ": a graph takes 2 to 256 and 1 to 65,536 of them");
  }
  if (options.dimensions > kMaxDimensions) {
    return fail(ErrorCode::invalid_argument, std::to_string(options.dimensions) +
                                                 " dimensions; at most " +
                                                 std::to_string(kMaxDimensions));
  }
  return {};
}

}  // namespace

Status VectorStore::Impl::open() {
  QUIRE_TRY(check_options(session_.options));
  return session_.open();
}

Result<Commit> VectorStore::Impl::apply(const WriteBatch& batch) {
  return keep_up_after([&] {
    const base::MutexLock lock(session_.mutex);
    return session_.apply(batch);
  }());
}

Result<Commit> VectorStore::Impl::update_where(const Filter& filter,
                                               const std::function<void(ChunkMeta&)>& change) {
  return keep_up_after([&] {
    const base::MutexLock lock(session_.mutex);
    return update_locked(filter, change);
  }());
}

Result<Commit> VectorStore::Impl::update_locked(const Filter& filter,
                                                const std::function<void(ChunkMeta&)>& change) {
  QUIRE_TRY(session_.check_writable());
  QUIRE_TRY(session_.follow());
  QUIRE_TRY(session_.become_writer());
  const store::Recovered& now = session_.state.now();
  WriteBatch batch;
  const StoreSnapshot newest(
      std::make_shared<const store::View>(store::View{now.generation, now.view}));
  QUIRE_TRY(newest.for_each(filter, [&](StoredChunk& chunk) {
    change(chunk.meta);
    batch.update(chunk.key, std::move(chunk.meta));
    return true;
  }));
  return session_.apply(batch);
}

Result<Commit> VectorStore::Impl::keep_up_after(Result<Commit> commit) {
  if (commit) {
    try {
      checkpointer_.keep_up();
    } catch (const std::bad_alloc&) {
      return commit;  // It is durable; the next one will try again.
    }
  }
  return commit;
}

Status VectorStore::Impl::clear() {
  const base::MutexLock lock(session_.mutex);
  return clear_locked();
}

Status VectorStore::Impl::clear_locked() {
  QUIRE_TRY(session_.check_writable());
  QUIRE_TRY(session_.follow());
  const store::Recovered& now = session_.state.now();
  if (!session_.writer && now.view.live_rows == 0 && now.generation->attributes("").empty()) {
    return {};
  }
  QUIRE_TRY(session_.become_writer());
  WriteBatch batch;
  for (const ChunkKey key : now.generation->live_keys(now.view)) {
    batch.remove(key);
  }
  for (const auto& [name, value] : now.generation->attributes("")) {
    batch.erase_attribute(name);
  }
  QUIRE_TRY(session_.apply(batch));
  return {};
}

Result<Changes> VectorStore::Impl::refresh() {
  const base::MutexLock lock(session_.mutex);
  if (session_.published.closed()) {
    return fail(ErrorCode::unavailable, "refresh: the store is closed");
  }
  QUIRE_TRY(session_.follow());
  return session_.state.take_changes();
}

Status VectorStore::Impl::flush() {
  const base::MutexLock lock(session_.mutex);
  QUIRE_TRY(session_.check_writable());
  return session_.writer ? session_.writer->sync() : Status{};
}

Status VectorStore::Impl::write_cache(const std::string& name, std::string_view bytes) {
  const base::MutexLock lock(session_.mutex);
  QUIRE_TRY(session_.become_writer());
  return store::write_cache_file(*session_.folder.files, session_.folder.path, name, bytes);
}

Status VectorStore::Impl::remove_cache(const std::string& name) {
  const base::MutexLock lock(session_.mutex);
  QUIRE_TRY(session_.become_writer());
  return store::remove_cache_file(*session_.folder.files, session_.folder.path, name);
}

/// Changes are refused first, then a merge is ended, then the journal is sealed.
Status VectorStore::Impl::close() {
  {
    const base::MutexLock lock(session_.mutex);
    if (session_.published.closed()) {
      return {};
    }
    session_.published.close();
  }
  checkpointer_.stop();
  const base::MutexLock lock(session_.mutex);
  const Status closed = session_.writer ? session_.writer->close() : Status{};
  session_.writer.reset();
  session_.state.publish();
  return closed;
}

Status VectorStore::Impl::backup(const std::string& to) const {
  return store::copy_store(session_.folder, {base::folder_file_system(to), to});
}

Result<StoreStatistics> VectorStore::Impl::statistics() const {
  QUIRE_TRY_ASSIGN(const std::shared_ptr<const store::View> now, view());
  QUIRE_TRY_ASSIGN(StoreStatistics out, store::count_statistics(session_.folder, *now));
  out.journal_bytes = info().journal_bytes;
  return out;
}

Status VectorStore::Impl::check_process() const {
  return forks_ == base::forks_so_far()
             ? Status{}
             : fail(ErrorCode::unavailable,
                    "store " + session_.folder.path +
                        " was opened before this process was forked; open it again here");
}

Result<std::shared_ptr<const store::View>> VectorStore::Impl::view() const {
  QUIRE_TRY(check_process());
  std::shared_ptr<const store::View> view = session_.published.view();
  if (view == nullptr) {
    return fail(ErrorCode::unavailable, "store " + session_.folder.path + " is closed");
  }
  return view;
}

StoreInfo VectorStore::Impl::info() const {
  if (const Status here = check_process(); !here) {
    StoreInfo nothing;
    nothing.warning = here.error().message;
    return nothing;
  }
  return session_.published.info();
}

namespace store {

Result<VectorStore> open_store(std::shared_ptr<base::FileSystem> files,
                               const std::string& folder,
                               const StoreOptions& options) {
  auto impl = std::make_unique<VectorStore::Impl>(std::move(files), folder, options);
  QUIRE_TRY(impl->open());
  return VectorStore(std::move(impl));
}

}  // namespace store
}  // namespace quire
