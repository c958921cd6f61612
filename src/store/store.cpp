#include "store/store.hpp"

#include <algorithm>
#include <map>
#include <new>
#include <thread>
#include <utility>

#include "base/out_of_memory.hpp"
#include "base/try.hpp"
#include "base/unwinding.hpp"
#include "base/utf8.hpp"
#include "store/cache_folder.hpp"
#include "store/checkpoint/index_footer.hpp"
#include "store/leftovers.hpp"
#include "store/merge.hpp"
#include "store/open_store.hpp"
#include "store/records/chunk_codec.hpp"
#include "store/search_planner.hpp"
#include "store/vectors/distance.hpp"
#include "store/waiting_index.hpp"

namespace quire {

using store::kIndexName;
using store::kMetadataName;
using store::RowRef;

namespace {

constexpr std::size_t kMaxAttributeBytes = std::size_t{1} << 30;

Status check_insert(const WriteBatch::Insert& insert, std::size_t index) {
  if (const Status valid = records::validate(insert.row.meta); !valid) {
    return std::unexpected(valid.error().while_doing("insert row " + std::to_string(index)));
  }
  return {};
}

/// Keys of `now` that `before` lacks; both rising.
std::vector<ChunkKey> keys_only_in(const std::vector<ChunkKey>& now,
                                   const std::vector<ChunkKey>& before) {
  std::vector<ChunkKey> out;
  std::ranges::set_difference(now, before, std::back_inserter(out));
  return out;
}

std::vector<ChunkKey> live_keys(const store::Generation& generation, const store::ViewPoint& at) {
  std::vector<ChunkKey> out;
  out.reserve(at.live_rows);
  for (std::size_t row = 0; row < generation.image().rows(); ++row) {
    if (generation.image_row_visible(row, at.lsn)) {
      out.push_back({generation.image().records().keys()[row]});
    }
  }
  for (std::size_t row = 0; row < at.delta_size; ++row) {
    if (generation.delta().row(row).visible_at(at.lsn)) {
      out.push_back({generation.delta().row(row).key});
    }
  }
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
  if (options_.scalar == Scalar::i8 && options_.metric == Metric::squared_l2) {
    return fail(ErrorCode::invalid_argument,
                "i8 keeps the direction of a vector only: use bf16 or f32 for squared_l2");
  }
  if (options_.connectivity < 2 || options_.connectivity > 256 || options_.expansion_add < 1 ||
      options_.expansion_add > 65'536) {
    return fail(ErrorCode::invalid_argument,
                "connectivity " + std::to_string(options_.connectivity) + ", expansion_add " +
                    std::to_string(options_.expansion_add) +
                    ": a graph takes 2 to 256 and 1 to 65,536 of them");
  }
  if (options_.dimensions > kMaxDimensions) {
    return fail(ErrorCode::invalid_argument, std::to_string(options_.dimensions) +
                                                 " dimensions; at most " +
                                                 std::to_string(kMaxDimensions));
  }
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
  QUIRE_TRY_ASSIGN(Signature signature, read_signature());
  QUIRE_TRY_ASSIGN(store::Recovered recovered, store::recover(*files_, folder_, options_));
  QUIRE_TRY(check_dimensions(recovered.generation->format().dimensions));
  if (!recovered.last_header && recovered.generation->format().dimensions == 0) {
    recovered.generation->set_format({options_.dimensions, options_.metric, options_.scalar});
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

Result<VectorStore::Impl::Signature> VectorStore::Impl::read_signature() const {
  Signature signature;
  QUIRE_TRY_ASSIGN(const base::FileStat folder, files_->stat(folder_));
  if (!folder.is_directory) {
    return signature;
  }
  QUIRE_TRY_ASSIGN(const std::vector<std::string> names, files_->list(folder_));
  for (const std::string& name : names) {
    if (name == kIndexName || name == kMetadataName || journal::generation_of(name) != 0) {
      signature.names.push_back(name);
    }
  }
  QUIRE_TRY_ASSIGN(const base::FileStat index, files_->stat(path_of(kIndexName)));
  QUIRE_TRY_ASSIGN(const base::FileStat metadata, files_->stat(path_of(kMetadataName)));
  signature.index_inode = index.inode;
  signature.metadata_inode = metadata.inode;
  const auto newest = std::ranges::max_element(
      signature.names, {}, [](const std::string& name) { return journal::generation_of(name); });
  if (newest != signature.names.end() && journal::generation_of(*newest) != 0) {
    const auto file = files_->open(path_of(*newest), base::OpenMode::read);
    if (file) {
      QUIRE_TRY_ASSIGN(signature.journal_header, (*file)->read_at(0, journal::kHeaderSize));
    } else if (file.error().code !=
               ErrorCode::not_found) {  // A checkpoint may just have removed it.
      return std::unexpected(file.error());
    }
  }
  return signature;
}

Result<Changes> VectorStore::Impl::refresh() {
  const base::MutexLock lock(write_mutex_);
  if (closed_) {
    return fail(ErrorCode::unavailable, "refresh: the store is closed");
  }
  if (!lock_) {  // Else nobody but this handle can have written.
    QUIRE_TRY(follow());
  }
  return take_unread();
}

/// Brings this handle to what is on the disk now, and remembers for refresh() what that changed.
Status VectorStore::Impl::follow() {
  const std::uint64_t from_lsn = unread_ ? unread_->from_lsn : state_.view.lsn;
  const base::AssignOnUnwind reread(signature_, Signature{});
  const base::AssignOnUnwind recount(unread_, std::optional(Unread{from_lsn, true, {}, {}}));
  QUIRE_TRY_ASSIGN(const Signature signature, read_signature());
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
  remember(before, inserted, removed);
  return {};
}

Status VectorStore::Impl::reload() {
  const std::shared_ptr<store::Generation> old = state_.generation;
  const store::ViewPoint before = state_.view;
  const base::Uuid old_uuid = state_.uuid;
  QUIRE_TRY(load());
  publish();
  if (!old_uuid.is_nil() && old_uuid != state_.uuid) {
    const std::uint64_t from_lsn = unread_ ? unread_->from_lsn : before.lsn;
    unread_ = {from_lsn, true, {}, {}};
    return {};
  }
  const std::vector<ChunkKey> old_keys = live_keys(*old, before);
  const std::vector<ChunkKey> new_keys = live_keys(*state_.generation, state_.view);
  remember(before.lsn, keys_only_in(new_keys, old_keys), keys_only_in(old_keys, new_keys));
  return {};
}

void VectorStore::Impl::remember(std::uint64_t from_lsn,
                                 const std::vector<ChunkKey>& inserted,
                                 const std::vector<ChunkKey>& removed) {
  if (!unread_) {
    unread_ = Unread{from_lsn, false, {}, {}};
  }
  if (unread_->replaced) {
    return;
  }
  for (const ChunkKey key : removed) {
    if (unread_->inserted.erase(key) == 0) {
      unread_->removed.insert(key);
    }
  }
  unread_->inserted.insert(inserted.begin(), inserted.end());
}

Changes VectorStore::Impl::take_unread() {
  const std::uint64_t now = state_.view.lsn;
  const Unread unread = std::exchange(unread_, std::nullopt).value_or(Unread{now, false, {}, {}});
  if (unread.replaced) {
    return {unread.from_lsn, now, true, live_keys(*state_.generation, state_.view), {}};
  }
  Changes changes{unread.from_lsn, now, false, {}, {}};
  for (const ChunkKey key : unread.inserted) {
    if (state_.generation->find(key.value, state_.view)) {  // This handle may have removed it.
      changes.inserted.push_back(key);
    }
  }
  changes.removed.assign(unread.removed.begin(), unread.removed.end());
  return changes;
}

// ---- Becoming the writer.

Status VectorStore::Impl::check_writable() const {
  if (closed_) {
    return fail(ErrorCode::unavailable, "write to store " + folder_ + ": it is closed");
  }
  if (options_.read_only) {
    return fail(ErrorCode::store_io, "write to store " + folder_ + ": it was opened read-only");
  }
  if (failure_) {
    return fail(ErrorCode::unavailable, "write to store " + folder_ +
                                            ": an earlier write failed (" + failure_->message +
                                            "); reopen the store");
  }
  return {};
}

Status VectorStore::Impl::become_writer() {
  QUIRE_TRY(files_->create_folder(folder_));
  QUIRE_TRY_ASSIGN(store::WriterLock lock,
                   store::WriterLock::acquire(*files_, folder_, options_.lock_timeout));
  // Another process may have written since this handle last looked; it can't from now on.
  QUIRE_TRY(follow());
  lock_.emplace(std::move(lock));
  return {};
}

Status VectorStore::Impl::open_journal() {
  QUIRE_TRY(place_waiting_index());
  QUIRE_TRY(find_leftovers());
  if (state_.generation->image().imported()) {
    QUIRE_TRY(convert_import());
  }
  QUIRE_TRY(remove_leftovers_alone());
  if (state_.uuid.is_nil()) {
    QUIRE_TRY_ASSIGN(const std::string bytes, files_->entropy(sizeof(base::Uuid::bytes)));
    state_.uuid = base::uuid_from_bytes(bytes);
  }
  finished_journals_.clear();
  QUIRE_TRY_ASSIGN(const std::vector<std::string> names, files_->list(folder_));
  for (const std::string& name : names) {
    if (journal::generation_of(name) != 0) {
      finished_journals_.push_back(name);
    }
  }
  finished_journal_bytes_ = state_.journal_bytes;
  const bool can_go_on =
      state_.last_header && !state_.last_scan.sealed && state_.last_scan.end_lsn == state_.view.lsn;
  if (can_go_on) {
    return resume_journal();
  }
  QUIRE_TRY(sync_finished_journal());
  return create_journal();
}

/// The writer of a sealed journal may have been killed before its sync: what was replayed from it
/// must be on the disk before a newer journal builds on it.
Status VectorStore::Impl::sync_finished_journal() {
  if (!state_.last_header) {
    return {};
  }
  const std::string path = path_of(journal::file_name(state_.last_header->generation));
  QUIRE_TRY_ASSIGN(const std::unique_ptr<base::File> file,
                   files_->open(path, base::OpenMode::read_write));
  if (Status synced = file->sync(); !synced) {
    return poisoned(synced.error());
  }
  return file->close();
}

Status VectorStore::Impl::resume_journal() {
  auto resumed = journal::Writer::resume(*files_, folder_, *state_.last_header, state_.last_scan);
  if (!resumed) {
    return poisoned(resumed.error());
  }
  journal_.emplace(std::move(*resumed));
  std::erase(finished_journals_, journal::file_name(state_.last_header->generation));
  finished_journal_bytes_ -= state_.last_scan.end_offset;
  state_.last_scan.tail_bytes = 0;
  return {};
}

Status VectorStore::Impl::create_journal() {
  QUIRE_TRY_ASSIGN(const std::string salt, files_->entropy(sizeof(std::uint64_t)));
  journal::Header header;
  header.format = state_.generation->format();
  header.uuid = state_.uuid;
  // A failed attempt may have left its file: the next one takes a name of its own.
  header.generation = ++state_.highest_generation;
  std::ranges::copy(salt, reinterpret_cast<char*>(&header.salt));
  header.base_lsn = state_.view.lsn;
  header.next_key = state_.view.next_key;
  QUIRE_TRY_ASSIGN(journal::Writer created, journal::Writer::create(*files_, folder_, header));
  journal_.emplace(std::move(created));
  state_.last_header = header;
  state_.last_scan = {};
  return {};
}

/// Ends a replacement of the vectors that was cut short when it was decided.
Status VectorStore::Impl::place_waiting_index() {
  if (state_.waiting_index.empty()) {
    return {};
  }
  QUIRE_TRY_ASSIGN(std::optional<store::SwapLock> alone,
                   lock_->lock_swap(*files_, kSwitchPatience));
  if (!alone) {
    return fail(ErrorCode::unavailable,
                "write to store " + folder_ + ": a reader is opening it; try again");
  }
  QUIRE_TRY(store::place_waiting_index(*files_, folder_, state_.waiting_index));
  state_.waiting_index.clear();
  return alone->release();
}

/// What earlier writers left behind: files half written, copies of originals, needless journals.
Status VectorStore::Impl::find_leftovers() {
  QUIRE_TRY_ASSIGN(const std::vector<std::string> names, files_->list(folder_));
  const auto is_gone = [&](const std::string& name) {
    return !std::ranges::binary_search(names, name);
  };
  std::erase_if(state_.leftovers, is_gone);
  for (const std::string& name : names) {
    if (store::is_leftover(name) &&
        std::ranges::find(state_.leftovers, name) == state_.leftovers.end()) {
      state_.leftovers.push_back(name);
    }
  }
  return {};
}

/// As swap_files() does it: no reader may be just opening a needless journal. If one is, the next
/// checkpoint removes them.
Status VectorStore::Impl::remove_leftovers_alone() {
  if (state_.leftovers.empty()) {
    return {};
  }
  QUIRE_TRY_ASSIGN(std::optional<store::SwapLock> alone, lock_->lock_swap(*files_, kSwapPatience));
  if (!alone) {
    return {};
  }
  QUIRE_TRY(remove_leftovers());
  return alone->release();
}

Status VectorStore::Impl::remove_leftovers() {
  if (!state_.leftovers.empty()) {
    // The renames that made them needless may be a killed writer's, and not on the disk yet.
    QUIRE_TRY(files_->sync_folder(folder_));
  }
  return store::remove_files(*files_, folder_, state_.leftovers);
}

/// Turns a pair of the original design into a store: the originals are kept as copies until the
/// stamped pair is on the disk. Whatever mixture of old and new files a crash leaves, both hold the
/// same rows.
Status VectorStore::Impl::convert_import() {
  QUIRE_TRY(keep_original(kIndexName));
  QUIRE_TRY(keep_original(kMetadataName));
  QUIRE_TRY(files_->sync_folder(folder_));
  QUIRE_TRY_ASSIGN(const std::string bytes, files_->entropy(sizeof(base::Uuid::bytes)));
  state_.uuid = base::uuid_from_bytes(bytes);
  return state_.generation->format().dimensions == 0 ? convert_without_vectors()
                                                     : convert_with_vectors();
}

Status VectorStore::Impl::convert_with_vectors() {
  QUIRE_TRY_ASSIGN(const std::shared_ptr<store::CheckpointImage> image, write_pair(*snapshot()));
  note_cache(image->metadata_lsn(), store::write_cache(*files_, folder_, *image));
  QUIRE_TRY_ASSIGN(std::optional<store::SwapLock> alone, lock_->lock_swap(*files_, kSwapPatience));
  if (!alone) {
    return fail(ErrorCode::unavailable,
                "convert the store " + folder_ + ": a reader is opening it; try again");
  }
  QUIRE_TRY(store::swap_pair(*files_, folder_));
  QUIRE_TRY(alone->release());
  return load();
}

/// There is no graph to write, and no row either: a stamped metadata.json keeps the next key.
Status VectorStore::Impl::convert_without_vectors() {
  records::FileHeader header;
  header.uuid = state_.uuid;
  header.next_key = state_.view.next_key;
  header.format = state_.generation->format();
  std::string text;
  records::MetadataWriter metadata([&](std::string_view bytes) {
    text += bytes;
    return Status{};
  });
  QUIRE_TRY(metadata.begin(header));
  QUIRE_TRY(metadata.finish());
  const std::string unfinished = path_of(store::temporary_name(kMetadataName));
  QUIRE_TRY_ASSIGN(const std::unique_ptr<base::File> file,
                   files_->open(unfinished, base::OpenMode::create));
  QUIRE_TRY(file->write_at(0, text));
  QUIRE_TRY(file->sync());
  QUIRE_TRY(file->close());
  QUIRE_TRY(files_->rename(unfinished, path_of(kMetadataName)));
  QUIRE_TRY(files_->sync_folder(folder_));
  return load();
}

Status VectorStore::Impl::keep_original(const std::string& name) {
  QUIRE_TRY_ASSIGN(const base::FileStat stat, files_->stat(path_of(name)));
  if (!stat.exists) {
    return {};
  }
  QUIRE_TRY_ASSIGN(const std::unique_ptr<base::FileBytes> bytes,
                   base::map_file(*files_, path_of(name)));
  QUIRE_TRY_ASSIGN(const std::unique_ptr<base::File> copy,
                   files_->open(path_of(store::original_name(name)), base::OpenMode::create));
  QUIRE_TRY(copy->write_at(0, bytes->view()));
  QUIRE_TRY(copy->sync());
  QUIRE_TRY(copy->close());
  state_.leftovers.push_back(store::original_name(name));
  return {};
}

// ---- Changing.

Result<Commit> VectorStore::Impl::apply(const WriteBatch& batch) {
  Result<Commit> commit = [&] {
    const base::MutexLock lock(write_mutex_);
    return apply_locked(batch);
  }();
  if (commit) {
    try {
      keep_up();
    } catch (const std::bad_alloc&) {
      return commit;  // It is durable; the next one will try again.
    }
  }
  return commit;
}

Result<Commit> VectorStore::Impl::apply_locked(const WriteBatch& batch) {
  QUIRE_TRY(check_writable());
  if (batch.empty()) {
    return Commit{state_.view.lsn, {}, {}};
  }
  QUIRE_TRY_ASSIGN(Draft draft, prepare(batch));
  if (changes_anything(draft.record)) {
    const base::AssignOnUnwind poison(failure_, std::optional(base::out_of_memory()));
    if (!journal_) {
      QUIRE_TRY(open_journal());
    }
    QUIRE_TRY(commit(draft));
  }
  draft.commit.lsn = state_.view.lsn;
  return std::move(draft.commit);
}

/// Validates the batch and makes it ready on the newest state, as the writer; a batch that changes
/// nothing takes no lock and writes nothing.
Result<VectorStore::Impl::Draft> VectorStore::Impl::prepare(const WriteBatch& batch) {
  if (!lock_) {
    QUIRE_TRY(follow());
    QUIRE_TRY(validate(batch));
    QUIRE_TRY_ASSIGN(Draft draft, this->draft(batch));
    if (!changes_anything(draft.record)) {
      return draft;
    }
    QUIRE_TRY(become_writer());
  }
  QUIRE_TRY(validate(batch));
  return draft(batch);
}

bool VectorStore::Impl::changes_anything(const store::RedoRecord& record) const {
  return !record.empty() || record.next_key > state_.view.next_key;
}

Status VectorStore::Impl::clear() {
  const base::MutexLock lock(write_mutex_);
  QUIRE_TRY(check_writable());
  if (!lock_) {
    QUIRE_TRY(follow());
    if (state_.view.live_rows == 0 && state_.generation->attributes("").empty()) {
      return {};
    }
    QUIRE_TRY(become_writer());
  }
  WriteBatch batch;
  for (const ChunkKey key : live_keys(*state_.generation, state_.view)) {
    batch.remove(key);
  }
  for (const auto& [name, value] : state_.generation->attributes("")) {
    batch.erase_attribute(name);
  }
  QUIRE_TRY(apply_locked(batch));
  return {};
}

VectorFormat VectorStore::Impl::format_for(const WriteBatch& batch) const {
  VectorFormat format = state_.generation->format();
  if (format.dimensions == 0 && !batch.inserts().empty()) {
    const std::size_t first = batch.inserts().front().row.vector.size();
    format.dimensions =
        options_.dimensions != 0
            ? options_.dimensions
            : static_cast<std::uint32_t>(std::min<std::size_t>(first, kMaxDimensions + 1));
  }
  return format;
}

/// Everything that can be said of a batch before the store is locked or created.
Status VectorStore::Impl::validate(const WriteBatch& batch) const {
  for (const Filter& filter : batch.deleted_where()) {
    if (filter.empty()) {
      return fail(ErrorCode::invalid_argument,
                  "delete_where: an empty filter would remove everything; use clear()");
    }
    QUIRE_TRY(filter.validate());
  }
  for (const WriteBatch::AttributeChange& change : batch.attributes()) {
    if (const auto bad = base::invalid_utf8_offset(change.name)) {
      return fail(ErrorCode::invalid_argument,
                  "attribute name: invalid UTF-8 at byte " + std::to_string(*bad));
    }
    if (change.value && change.value->size() > kMaxAttributeBytes) {
      return fail(ErrorCode::invalid_argument, "attribute " + change.name + " is over 1 GiB");
    }
  }
  if (batch.next_key().value > kMaxChunkKey) {
    return fail(ErrorCode::invalid_argument,
                "skip to key " + std::to_string(batch.next_key().value) + ": the last key is " +
                    std::to_string(kMaxChunkKey));
  }
  const VectorFormat format = format_for(batch);
  if (!batch.inserts().empty() && format.dimensions == 0) {
    return fail(ErrorCode::invalid_argument, "insert row 0: the vector is empty");
  }
  if (format.dimensions > kMaxDimensions) {
    return fail(ErrorCode::invalid_argument,
                "insert row 0: over " + std::to_string(kMaxDimensions) + " dimensions");
  }
  std::string scratch;
  for (std::size_t i = 0; i < batch.inserts().size(); ++i) {
    const WriteBatch::Insert& insert = batch.inserts()[i];
    QUIRE_TRY(check_insert(insert, i));
    scratch.clear();
    if (const Status fits = vectors::encode_vector(format, insert.row.vector, scratch); !fits) {
      return std::unexpected(fits.error().while_doing("insert row " + std::to_string(i)));
    }
  }
  return {};
}

Result<VectorStore::Impl::Draft> VectorStore::Impl::draft(const WriteBatch& batch) const {
  Draft draft;
  QUIRE_TRY(draft_removals(batch, draft));
  QUIRE_TRY(draft_inserts(batch, draft));
  draft_attributes(batch, draft);
  QUIRE_TRY(state_.generation->status());
  return draft;
}

/// The last change of each name; erasing what is not there is none.
void VectorStore::Impl::draft_attributes(const WriteBatch& batch, Draft& draft) const {
  std::map<std::string_view, const std::optional<std::string>*> last;
  for (const WriteBatch::AttributeChange& change : batch.attributes()) {
    last[change.name] = &change.value;
  }
  for (const auto& [name, value] : last) {
    if (*value || state_.generation->attribute(name)) {
      draft.record.attributes.push_back({name, *value});
    }
  }
}

Status VectorStore::Impl::draft_removals(const WriteBatch& batch, Draft& draft) const {
  std::vector<std::uint64_t>& removals = draft.record.removals;
  for (const ChunkKey key : batch.removed_keys()) {
    if (state_.generation->find(key.value, state_.view)) {
      removals.push_back(key.value);
    }
  }
  for (const std::string& path : batch.deleted_files()) {
    std::ranges::copy(state_.generation->keys_of_file(path, state_.view),
                      std::back_inserter(removals));
  }
  for (const Filter& filter : batch.deleted_where()) {
    // Named here: the thread-safety analysis doesn't see that a lambda runs under the caller's
    // lock.
    const store::Generation& generation = *state_.generation;
    const store::Candidates found = store::find_candidates(generation, state_.view, filter);
    found.image_rows->for_each(
        [&](std::size_t row) { removals.push_back(generation.key({false, row})); });
    store::for_each_delta_candidate(generation, found, [&](std::size_t row) {
      removals.push_back(generation.key({true, row}));
      return true;
    });
  }
  std::ranges::sort(removals);
  const auto repeats = std::ranges::unique(removals);
  removals.erase(repeats.begin(), repeats.end());
  for (const std::uint64_t key : removals) {
    draft.commit.removed.push_back({key});
  }
  return {};
}

Status VectorStore::Impl::draft_inserts(const WriteBatch& batch, Draft& draft) const {
  const VectorFormat format = format_for(batch);
  std::uint64_t next_key = state_.view.next_key;
  std::string& vectors = draft.memory->vectors;
  std::vector<std::string>& chunks = draft.memory->chunks;
  vectors.reserve(batch.inserts().size() * format.bytes_per_vector());
  for (const WriteBatch::Insert& insert : batch.inserts()) {
    const std::uint64_t key = insert.key ? insert.key->value : next_key;
    if (key < next_key || key > kMaxChunkKey) {
      return fail(ErrorCode::invalid_argument,
                  "insert under key " + std::to_string(key) + ": the next key is " +
                      std::to_string(next_key) + ", the last one " + std::to_string(kMaxChunkKey));
    }
    next_key = key + 1;
    QUIRE_TRY(vectors::encode_vector(format, insert.row.vector, vectors));
    records::encode_chunk(insert.row.meta, chunks.emplace_back());
    draft.commit.inserted.push_back({key});
  }
  const std::size_t stride = format.bytes_per_vector();
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    draft.record.inserts.push_back({draft.commit.inserted[i].value,
                                    std::string_view(vectors).substr(i * stride, stride),
                                    chunks[i]});
  }
  draft.record.dimensions = chunks.empty() ? 0 : format.dimensions;
  draft.record.next_key = std::max(next_key, batch.next_key().value);
  return {};
}

Status VectorStore::Impl::commit(const Draft& draft) {
  const store::RedoRecord& record = draft.record;
  const std::uint64_t lsn = state_.view.lsn + 1;
  const auto payload = std::make_shared<const std::string>(store::encode(record));
  if (Status written = journal_->append(lsn, *payload); !written) {
    return poisoned(written.error());
  }
  QUIRE_TRY(sync_when_due());
  // Durable from here on (or as far as the durability level promises): now it may be seen.
  auto after = state_.generation->apply(record, lsn, state_.view, draft.memory);
  if (!after) {
    return poisoned({ErrorCode::internal, after.error().message});
  }
  state_.view = *after;
  publish(&record);
  if (merge_) {
    merge_->since.push_back({lsn, payload});
  }
  return {};
}

Status VectorStore::Impl::sync_when_due() {
  const bool due = options_.durability == Durability::each_commit ||
                   (options_.durability == Durability::group &&
                    std::chrono::steady_clock::now() - last_sync_ >= options_.group_interval);
  return due ? sync_journal() : Status{};
}

Status VectorStore::Impl::sync_journal() {
  if (!journal_ || journal_->synced_lsn() == journal_->lsn()) {
    return {};
  }
  if (Status synced = journal_->sync(); !synced) {
    return poisoned(synced.error());
  }
  last_sync_ = std::chrono::steady_clock::now();
  return {};
}

/// After a failed write or sync nobody knows what is on the disk: this handle writes no more.
Status VectorStore::Impl::poisoned(Error error) {
  error = error.while_doing("write to store " + folder_);
  failure_ = error;
  return std::unexpected(std::move(error));
}

Status VectorStore::Impl::flush() {
  const base::MutexLock lock(write_mutex_);
  QUIRE_TRY(check_writable());
  return sync_journal();
}

Status VectorStore::Impl::hold_lock() {
  QUIRE_TRY(check_writable());
  return lock_ ? Status() : become_writer();
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
    if (journal_->size() > journal::kHeaderSize) {
      sealed = journal_->seal();
    }
    if (sealed) {
      sealed = journal_->close();
    }
  }
  journal_.reset();
  lock_.reset();
  publish();
  return sealed;
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

Result<std::shared_ptr<const store::View>> VectorStore::Impl::view() const {
  const base::MutexLock lock(view_mutex_);
  if (published_.closed) {
    return fail(ErrorCode::unavailable, "store " + folder_ + " is closed");
  }
  return published_.view;
}

StoreInfo VectorStore::Impl::info() const {
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
