#include <type_traits>
#include <utility>

#include <quire/vector_store.hpp>

#include "base/out_of_memory.hpp"
#include "base/try.hpp"
#include "store/handle.hpp"
#include "store/open_store.hpp"

// The public face: changes go to Impl, questions to a snapshot of the newest commit.

namespace quire {
namespace {

Result<std::uint64_t> count_removed(Result<Commit> applied) {
  QUIRE_TRY_ASSIGN(const Commit commit, std::move(applied));
  return commit.removed.size();
}

/// A store that is not there yet is not begun with a format that answers wrongly. Those that are
/// there, of an earlier quire, open, and are repaired.
Status check_new(const StoreInfo& store) {
  const VectorFormat& format = store.format;
  const bool is_new = store.uuid.empty() && !store.imported;
  if (!is_new || format.scalar != Scalar::i8 || format.metric == Metric::cosine) {
    return {};
  }
  return fail(ErrorCode::invalid_argument,
              "i8 keeps the direction of a vector only: use bf16 or f32 for " +
                  std::string(to_string(format.metric)));
}

/// What `call` returns; `unavailable` in a forked child, where a thread that is not there may hold
/// the mutexes of `impl`.
template <class Impl, class Call>
std::invoke_result_t<Call> in_this_process(const Impl& impl, Call&& call) {
  QUIRE_TRY(impl.check_process());
  return base::or_out_of_memory(std::forward<Call>(call));
}

}  // namespace

VectorStore::VectorStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
VectorStore::VectorStore(VectorStore&&) noexcept = default;

VectorStore& VectorStore::operator=(VectorStore&& other) noexcept {
  if (this != &other) {
    const VectorStore old(std::move(*this));
    impl_ = std::move(other.impl_);
  }
  return *this;
}

VectorStore::~VectorStore() {
  if (impl_ != nullptr && !impl_->check_process()) {
    // Its threads, lock and files are the parent's.
    [[maybe_unused]] const Impl* const left = impl_.release();
  } else if (impl_ != nullptr) {
    const Status closed = close();
    static_cast<void>(closed);  // Documented: a caller who wants to know calls close().
  }
}

Result<VectorStore> VectorStore::open(const std::filesystem::path& folder, StoreOptions options) {
  return base::or_out_of_memory([&]() -> Result<VectorStore> {
    const std::string place = base::real_path(folder.string());
    QUIRE_TRY_ASSIGN(VectorStore store,
                     store::open_store(base::folder_file_system(place), place, options));
    QUIRE_TRY(check_new(store.info()));
    return store;
  });
}

Result<Commit> VectorStore::apply(const WriteBatch& batch) {
  return in_this_process(*impl_, [&] { return impl_->apply(batch); });
}

Result<Commit> VectorStore::insert(std::vector<ChunkRow> rows) {
  return in_this_process(*impl_, [&] {
    WriteBatch batch;
    for (ChunkRow& row : rows) {
      batch.insert(std::move(row));
    }
    return impl_->apply(batch);
  });
}

Result<std::uint64_t> VectorStore::delete_file(std::string_view path) {
  return in_this_process(*impl_, [&] {
    WriteBatch batch;
    batch.delete_file(std::string(path));
    return count_removed(impl_->apply(batch));
  });
}

Result<std::uint64_t> VectorStore::delete_where(const Filter& filter) {
  return in_this_process(*impl_, [&] {
    WriteBatch batch;
    batch.delete_where(filter);
    return count_removed(impl_->apply(batch));
  });
}

Result<Commit> VectorStore::replace_file(std::string_view path, std::vector<ChunkRow> rows) {
  return in_this_process(*impl_, [&] {
    WriteBatch batch;
    batch.delete_file(std::string(path));
    for (ChunkRow& row : rows) {
      batch.insert(std::move(row));
    }
    return impl_->apply(batch);
  });
}

Result<Commit> VectorStore::update_where(const Filter& filter,
                                         const std::function<void(ChunkMeta&)>& change) {
  return in_this_process(*impl_, [&] { return impl_->update_where(filter, change); });
}

Result<Commit> VectorStore::add_fields(const Schema& fields) {
  return in_this_process(*impl_, [&] {
    WriteBatch batch;
    for (const FieldSpec& field : fields) {
      batch.add_field(field);
    }
    return impl_->apply(batch);
  });
}

Status VectorStore::clear() {
  return in_this_process(*impl_, [&] { return impl_->clear(); });
}

Result<StoreSnapshot> VectorStore::snapshot() const {
  return in_this_process(*impl_, [&]() -> Result<StoreSnapshot> {
    QUIRE_TRY_ASSIGN(auto view, impl_->view());
    return StoreSnapshot(std::move(view));
  });
}

Result<std::vector<Neighbor>> VectorStore::search(std::span<const float> vector,
                                                  std::size_t limit,
                                                  const Filter& filter,
                                                  const SearchOptions& options) const {
  QUIRE_TRY_ASSIGN(const StoreSnapshot now, snapshot());
  return now.search(vector, limit, filter, options);
}

Result<std::vector<std::vector<Neighbor>>> VectorStore::search_many(std::span<const float> vectors,
                                                                    std::size_t limit,
                                                                    const Filter& filter,
                                                                    const SearchOptions& options,
                                                                    std::size_t threads) const {
  QUIRE_TRY_ASSIGN(const StoreSnapshot now, snapshot());
  return now.search_many(vectors, limit, filter, options, threads);
}

Result<std::uint64_t> VectorStore::count(const Filter& filter) const {
  QUIRE_TRY_ASSIGN(const StoreSnapshot now, snapshot());
  return now.count(filter);
}

Result<std::vector<Neighbor>> VectorStore::similar(ChunkKey key,
                                                   std::size_t limit,
                                                   const Filter& filter,
                                                   const SearchOptions& options) const {
  QUIRE_TRY_ASSIGN(const StoreSnapshot now, snapshot());
  return now.similar(key, limit, filter, options);
}

Result<SearchPlan> VectorStore::explain(const Filter& filter, const SearchOptions& options) const {
  QUIRE_TRY_ASSIGN(const StoreSnapshot now, snapshot());
  return now.explain(filter, options);
}

Result<ExplainedSearch> VectorStore::explain(std::span<const float> vector,
                                             std::size_t limit,
                                             const Filter& filter,
                                             const SearchOptions& options) const {
  QUIRE_TRY_ASSIGN(const StoreSnapshot now, snapshot());
  return now.explain(vector, limit, filter, options);
}

Result<ExplainedSearch> VectorStore::explain(ChunkKey key,
                                             std::size_t limit,
                                             const Filter& filter,
                                             const SearchOptions& options) const {
  QUIRE_TRY_ASSIGN(const StoreSnapshot now, snapshot());
  return now.explain(key, limit, filter, options);
}

Result<std::vector<StoredChunk>> VectorStore::query(const Filter& filter,
                                                    const std::vector<std::string>& select,
                                                    std::size_t limit) const {
  QUIRE_TRY_ASSIGN(const StoreSnapshot now, snapshot());
  return now.query(filter, select, limit);
}

Result<std::vector<StoredChunk>> VectorStore::find_by_symbol(std::string_view pattern,
                                                             const std::optional<std::string>& kind,
                                                             std::size_t limit) const {
  QUIRE_TRY_ASSIGN(const StoreSnapshot now, snapshot());
  return now.find_by_symbol(pattern, kind, limit);
}

Result<std::vector<FileSummary>> VectorStore::list_files(
    const std::optional<std::string>& language) const {
  QUIRE_TRY_ASSIGN(const StoreSnapshot now, snapshot());
  return now.list_files(language);
}

Result<ChunkMeta> VectorStore::get(ChunkKey key) const {
  QUIRE_TRY_ASSIGN(const StoreSnapshot now, snapshot());
  return now.get(key);
}

Result<std::vector<float>> VectorStore::vector(ChunkKey key) const {
  QUIRE_TRY_ASSIGN(const StoreSnapshot now, snapshot());
  return now.vector(key);
}

std::vector<ChunkKey> VectorStore::keys() const {
  const auto view = impl_->view();
  return view ? StoreSnapshot(*view).keys() : std::vector<ChunkKey>();
}

std::uint64_t VectorStore::chunk_count() const {
  const auto view = impl_->view();
  return view ? (*view)->at.live_rows : 0;
}

std::uint64_t VectorStore::lsn() const {
  return impl_->info().lsn;
}

StoreInfo VectorStore::info() const {
  return impl_->info();
}

Schema VectorStore::fields() const {
  const auto view = impl_->view();
  return view ? (*view)->generation->fields() : Schema();
}

Result<StoreStatistics> VectorStore::statistics() const {
  return in_this_process(*impl_, [&] { return impl_->statistics(); });
}

std::optional<std::string> VectorStore::attribute(std::string_view name) const {
  const auto view = impl_->view();
  return view ? (*view)->generation->attribute(name) : std::nullopt;
}

std::vector<std::pair<std::string, std::string>> VectorStore::attributes(
    std::string_view prefix) const {
  const auto view = impl_->view();
  return view ? (*view)->generation->attributes(prefix)
              : std::vector<std::pair<std::string, std::string>>{};
}

Result<Changes> VectorStore::refresh() {
  return in_this_process(*impl_, [&] { return impl_->refresh(); });
}

Status VectorStore::flush() {
  return in_this_process(*impl_, [&] { return impl_->flush(); });
}

bool VectorStore::checkpoint_due() const {
  return impl_->checkpoint_due();
}

Status VectorStore::verify() const {
  return in_this_process(*impl_, [&]() -> Status {
    QUIRE_TRY_ASSIGN(const auto view, impl_->view());
    QUIRE_TRY(view->generation->image().verify_all());
    return view->generation->status();
  });
}

Status VectorStore::checkpoint() {
  return in_this_process(*impl_, [&] { return impl_->checkpoint(); });
}

Status VectorStore::backup(const std::filesystem::path& folder) const {
  return in_this_process(*impl_, [&]() -> Status {
    QUIRE_TRY(impl_->view());
    return impl_->backup(base::real_path(folder.string()));
  });
}

Result<ReplacementReport> VectorStore::replace_vectors(const VectorReplacement& wanted) {
  return in_this_process(*impl_, [&] { return impl_->replace_vectors(wanted); });
}

Result<std::optional<PendingReplacement>> VectorStore::pending_replacement() const {
  return in_this_process(*impl_, [&] { return impl_->pending_replacement(); });
}

Status VectorStore::drop_replacement() {
  return in_this_process(*impl_, [&] { return impl_->drop_replacement(); });
}

Status VectorStore::write_cache(const std::string& name, std::string_view bytes) {
  return in_this_process(*impl_, [&] { return impl_->write_cache(name, bytes); });
}

Status VectorStore::remove_cache(const std::string& name) {
  return in_this_process(*impl_, [&] { return impl_->remove_cache(name); });
}

Status VectorStore::close() {
  return in_this_process(*impl_, [&] { return impl_->close(); });
}

}  // namespace quire
