#include "store/store.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/try.hpp"
#include "base/unwinding.hpp"
#include "store/cache_folder.hpp"
#include "store/open_store.hpp"

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

/// The format of a store that nothing on the disk says one of.
VectorFormat new_format(const StoreOptions& options) {
  return {options.dimensions, options.metric.value_or(Metric::cosine),
          options.scalar.value_or(Scalar::bf16)};
}

/// Keys of `now` that `before` lacks; both rising.
std::vector<ChunkKey> keys_only_in(const std::vector<ChunkKey>& now,
                                   const std::vector<ChunkKey>& before) {
  std::vector<ChunkKey> out;
  std::ranges::set_difference(now, before, std::back_inserter(out));
  return out;
}

}  // namespace

VectorStore::Impl::Impl(std::shared_ptr<base::FileSystem> files,
                        std::string folder,
                        StoreOptions options)
    : files_(std::move(files)), folder_(std::move(folder)), options_(options) {}

// ---- Opening and following.

Status VectorStore::Impl::open() {
  const base::MutexLock lock(write_mutex_);
  QUIRE_TRY(check_options(options_));
  QUIRE_TRY(load());
  const std::string network = files_->network_file_system(folder_);
  if (!network.empty()) {
    place_warning_ = folder_ + " lies on " + network +
                     ", where locks and syncs may not hold: keep the store on a local disk";
  }
  publish();
  return {};
}

Status VectorStore::Impl::load() {
  // The signature is taken first: what changes while we read is seen by the next refresh().
  QUIRE_TRY_ASSIGN(store::Signature signature, store::read_signature(*files_, folder_));
  QUIRE_TRY_ASSIGN(store::Recovered recovered, store::recover(*files_, folder_, options_));
  const VectorFormat found = recovered.generation->format();
  QUIRE_TRY(check_dimensions(found.dimensions));
  if (!recovered.last_header && found.dimensions == 0) {
    recovered.generation->set_format(new_format(options_));
  } else {
    QUIRE_TRY(check_kind(found));
  }
  signature_ = std::move(signature);
  state_ = std::move(recovered);
  return {};
}

Status VectorStore::Impl::check_dimensions(std::uint32_t found) const {
  if (options_.dimensions != 0 && found != 0 && options_.dimensions != found) {
    return fail(ErrorCode::incompatible,
                "open store " + folder_ + ": it holds vectors of " + std::to_string(found) +
                    " dimensions, " + std::to_string(options_.dimensions) + " were asked for");
  }
  return {};
}

Status VectorStore::Impl::check_kind(const VectorFormat& found) const {
  if (options_.metric.value_or(found.metric) == found.metric &&
      options_.scalar.value_or(found.scalar) == found.scalar) {
    return {};
  }
  const auto in_words = [](Metric metric, Scalar scalar) {
    return std::string(to_string(metric)) + " in " + std::string(to_string(scalar));
  };
  return fail(ErrorCode::incompatible, "open store " + folder_ + ": it holds vectors of " +
                                           in_words(found.metric, found.scalar) + ", " +
                                           in_words(options_.metric.value_or(found.metric),
                                                    options_.scalar.value_or(found.scalar)) +
                                           " was asked for");
}

Result<Changes> VectorStore::Impl::refresh() {
  const base::MutexLock lock(write_mutex_);
  if (closed_) {
    return fail(ErrorCode::unavailable, "refresh: the store is closed");
  }
  if (!lock_) {  // Else nobody but this handle can have written.
    QUIRE_TRY(follow());
  }
  return unread_.take(*state_.generation, state_.view);
}

/// Brings this handle to what is on the disk now, and remembers for refresh() what that changed.
Status VectorStore::Impl::follow() {
  const base::AssignOnUnwind reread(signature_, store::Signature{});
  const base::AssignOnUnwind recount(unread_, unread_.replaced_after(state_.view.lsn));
  QUIRE_TRY_ASSIGN(const store::Signature signature, store::read_signature(*files_, folder_));
  if (signature != signature_) {
    return reload();
  }
  return state_.last_header ? replay_new_frames() : Status{};
}

Status VectorStore::Impl::replay_new_frames() {
  const std::string name = journal::file_name(state_.last_header->generation);
  QUIRE_TRY_ASSIGN(const base::FileStat stat, files_->stat(path_of(name)));
  if (!stat.exists) {
    return reload();
  }
  // Over a torn tail the size tells nothing: a writer may have put a frame as long in its place.
  if (state_.last_scan.tail_bytes == 0 && stat.size == state_.last_scan.end_offset) {
    return {};
  }
  const auto file = files_->open(path_of(name), base::OpenMode::read);
  if (!file) {
    return file.error().code == ErrorCode::not_found ? reload()
                                                     : Status(std::unexpected(file.error()));
  }
  std::vector<std::pair<std::uint64_t, std::string>> commits;
  QUIRE_TRY_ASSIGN(
      journal::Scan scan,
      journal::scan(**file, stat.size, *state_.last_header, state_.last_scan.end_offset,
                    state_.last_scan.end_lsn, name, [&](const journal::Frame& frame) {
                      commits.emplace_back(frame.lsn, frame.payload);
                      return Status{};
                    }));
  for (auto& [lsn, payload] : commits) {
    QUIRE_TRY(replay(lsn, std::move(payload)));
  }
  state_.journal_bytes += scan.end_offset - state_.last_scan.end_offset;
  state_.replayed.back().bytes = scan.end_offset;
  state_.last_scan = std::move(scan);
  publish();
  return {};
}

Status VectorStore::Impl::replay(std::uint64_t lsn, std::string payload) {
  if (lsn <= state_.view.lsn) {  // Done before, by a refresh that failed later.
    return {};
  }
  const auto memory = std::make_shared<const std::string>(std::move(payload));
  QUIRE_TRY_ASSIGN(const store::RedoRecord record, store::decode_redo_record(*memory));
  std::vector<ChunkKey> removed;
  for (const std::uint64_t key : record.removals) {
    if (state_.generation->find(key, state_.view)) {
      removed.push_back({key});
    }
  }
  std::vector<ChunkKey> inserted;
  inserted.reserve(record.inserts.size());
  for (const store::RedoRecord::Insert& insert : record.inserts) {
    inserted.push_back({insert.key});
  }
  const std::uint64_t before = state_.view.lsn;
  QUIRE_TRY(check_dimensions(record.dimensions));
  QUIRE_TRY_ASSIGN(state_.view, state_.generation->apply(record, lsn, state_.view, memory));
  publish(&record);
  unread_.remember(before, inserted, removed);
  return {};
}

Status VectorStore::Impl::reload() {
  const std::shared_ptr<store::Generation> old = state_.generation;
  const store::ViewPoint before = state_.view;
  const base::Uuid old_uuid = state_.uuid;
  QUIRE_TRY(load());
  publish();
  if (!old_uuid.is_nil() && old_uuid != state_.uuid) {
    unread_ = unread_.replaced_after(before.lsn);
    return {};
  }
  const std::vector<ChunkKey> old_keys = old->live_keys(before);
  const std::vector<ChunkKey> new_keys = state_.generation->live_keys(state_.view);
  unread_.remember(before.lsn, keys_only_in(new_keys, old_keys), keys_only_in(old_keys, new_keys));
  return {};
}

Status VectorStore::Impl::write_cache(const std::string& name, std::string_view bytes) {
  const base::MutexLock lock(write_mutex_);
  QUIRE_TRY(hold_lock());
  return store::write_cache_file(*files_, folder_, name, bytes);
}

Status VectorStore::Impl::remove_cache(const std::string& name) {
  const base::MutexLock lock(write_mutex_);
  QUIRE_TRY(hold_lock());
  return store::remove_cache_file(*files_, folder_, name);
}

Status VectorStore::Impl::close() {
  const base::MutexLock lock(write_mutex_);
  if (closed_) {
    return {};
  }
  closed_ = true;
  stop_ = true;
  wait_for_merge();
  Status sealed;
  if (failure_) {
    sealed = fail(ErrorCode::unavailable,
                  "close store " + folder_ + ": an earlier write failed (" + failure_->message +
                      "); what was committed since the last sync may be lost");
  } else if (journal_) {
    sealed = seal_journal();
  }
  journal_.reset();
  if (lock_) {
    const Status released = lock_->release();
    sealed = sealed ? released : sealed;
  }
  lock_.reset();
  publish();
  return sealed;
}

Status VectorStore::Impl::seal_journal() {
  if (journal_->size() > journal::kHeaderSize) {
    QUIRE_TRY(check_lock_in_place());
    QUIRE_TRY(journal_->seal());
    QUIRE_TRY(check_journal_in_place());
  }
  return journal_->close();
}

// ---- What readers see.

void VectorStore::Impl::publish(const store::RedoRecord* commit) {
  Published next;
  next.view = std::make_shared<const store::View>(store::View{state_.generation, state_.view});
  next.closed = closed_;
  next.cache_missing = cache_missing();
  next.info.uuid = base::to_string(state_.uuid);
  next.info.format = state_.generation->format();
  next.info.lsn = state_.view.lsn;
  next.info.next_key = state_.view.next_key;
  next.info.chunks = state_.view.live_rows;
  next.info.checkpoint_lsn = state_.checkpoint_lsn;
  next.info.journal_bytes =
      journal_ ? finished_journal_bytes_ + journal_->size() : state_.journal_bytes;
  next.info.journal_rows = state_.generation->changed_rows();
  next.info.dropped_tail_bytes = state_.last_scan.tail_bytes;
  next.info.imported = state_.generation->image().imported();
  for (const std::string& warning : {place_warning_, checkpoint_warning_, cache_warning_}) {
    next.info.warning += next.info.warning.empty() || warning.empty() ? "" : "; ";
    next.info.warning += warning;
  }
  const base::MutexLock lock(view_mutex_);
  if (commit != nullptr) {
    state_.generation->apply_attributes(*commit);
  }
  std::swap(published_, next);  // What nobody needs any more goes after the lock does.
}

Status VectorStore::Impl::check_process() const {
  return forks_ == base::forks_so_far()
             ? Status{}
             : fail(ErrorCode::unavailable,
                    "store " + folder_ +
                        " was opened before this process was forked; open it again here");
}

Result<std::shared_ptr<const store::View>> VectorStore::Impl::view() const {
  QUIRE_TRY(check_process());
  const base::MutexLock lock(view_mutex_);
  if (published_.closed) {
    return fail(ErrorCode::unavailable, "store " + folder_ + " is closed");
  }
  return published_.view;
}

StoreInfo VectorStore::Impl::info() const {
  if (const Status here = check_process(); !here) {
    StoreInfo nothing;
    nothing.warning = here.error().message;
    return nothing;
  }
  const base::MutexLock lock(view_mutex_);
  return published_.info;
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
