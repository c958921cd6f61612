#include "store/state.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/try.hpp"
#include "base/unwinding.hpp"

namespace quire::store {
namespace {

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

Status State::load() {
  // The signature is taken first: what changes while we read is seen by the next refresh().
  QUIRE_TRY_ASSIGN(Signature signature, read_signature(*folder_->files, folder_->path));
  QUIRE_TRY_ASSIGN(Recovered recovered, recover(*folder_->files, folder_->path, *options_));
  const VectorFormat found = recovered.generation->format();
  QUIRE_TRY(check_dimensions(found.dimensions));
  QUIRE_TRY(check_fields(recovered.generation->fields()));
  if (!recovered.last_header && found.dimensions == 0) {
    recovered.generation->set_format(new_format(*options_));
  } else {
    QUIRE_TRY(check_kind(found));
  }
  signature_ = std::move(signature);
  now_ = std::move(recovered);
  return {};
}

Status State::check_dimensions(std::uint32_t found) const {
  if (options_->dimensions != 0 && found != 0 && options_->dimensions != found) {
    return fail(ErrorCode::incompatible,
                "open store " + folder_->path + ": it holds vectors of " + std::to_string(found) +
                    " dimensions, " + std::to_string(options_->dimensions) + " were asked for");
  }
  return {};
}

Status State::check_fields(const Schema& found) const {
  for (const FieldSpec& wanted : options_->fields) {
    const FieldSpec* const there = find_field(found, wanted.name);
    if (there != nullptr && *there != wanted) {
      return fail(ErrorCode::incompatible,
                  "open store " + folder_->path + ": its field \"" + wanted.name + "\" is a" +
                      (there->unique ? " unique " : " ") + std::string(to_string(there->type)) +
                      ", another one was asked for");
    }
  }
  return {};
}

Status State::check_kind(const VectorFormat& found) const {
  if (options_->metric.value_or(found.metric) == found.metric &&
      options_->scalar.value_or(found.scalar) == found.scalar) {
    return {};
  }
  const auto in_words = [](Metric metric, Scalar scalar) {
    return std::string(to_string(metric)) + " in " + std::string(to_string(scalar));
  };
  return fail(ErrorCode::incompatible, "open store " + folder_->path + ": it holds vectors of " +
                                           in_words(found.metric, found.scalar) + ", " +
                                           in_words(options_->metric.value_or(found.metric),
                                                    options_->scalar.value_or(found.scalar)) +
                                           " was asked for");
}

Status State::follow() {
  const base::AssignOnUnwind reread(signature_, Signature{});
  const base::AssignOnUnwind recount(unread_, unread_.replaced_after(now_.view.lsn));
  QUIRE_TRY_ASSIGN(const Signature signature, read_signature(*folder_->files, folder_->path));
  if (signature != signature_) {
    return reload();
  }
  return now_.last_header ? replay_new_frames() : Status{};
}

Status State::replay_new_frames() {
  const std::string name = journal::file_name(now_.last_header->generation);
  QUIRE_TRY_ASSIGN(const base::FileStat stat, folder_->files->stat(folder_->path_of(name)));
  if (!stat.exists) {
    return reload();
  }
  // Over a torn tail the size tells nothing: a writer may have put a frame as long in its place.
  if (now_.last_scan.tail_bytes == 0 && stat.size == now_.last_scan.end_offset) {
    return {};
  }
  const auto file = folder_->files->open(folder_->path_of(name), base::OpenMode::read);
  if (!file) {
    return file.error().code == ErrorCode::not_found ? reload()
                                                     : Status(std::unexpected(file.error()));
  }
  std::vector<std::pair<std::uint64_t, std::string>> commits;
  QUIRE_TRY_ASSIGN(journal::Scan scan,
                   journal::scan(**file, stat.size, *now_.last_header, now_.last_scan.end_offset,
                                 now_.last_scan.end_lsn, name, [&](const journal::Frame& frame) {
                                   commits.emplace_back(frame.lsn, frame.payload);
                                   return Status{};
                                 }));
  for (auto& [lsn, payload] : commits) {
    QUIRE_TRY(replay(lsn, std::move(payload)));
  }
  now_.journal_bytes += scan.end_offset - now_.last_scan.end_offset;
  now_.replayed.back().bytes = scan.end_offset;
  now_.last_scan = std::move(scan);
  publish();
  return {};
}

Status State::replay(std::uint64_t lsn, std::string payload) {
  if (lsn <= now_.view.lsn) {  // Done before, by a refresh that failed later.
    return {};
  }
  const auto memory = std::make_shared<const std::string>(std::move(payload));
  QUIRE_TRY_ASSIGN(const RedoRecord record, decode_redo_record(*memory));
  std::vector<ChunkKey> removed;
  for (const std::uint64_t key : record.removals) {
    if (now_.generation->find(key, now_.view)) {
      removed.push_back({key});
    }
  }
  std::vector<ChunkKey> inserted;
  inserted.reserve(record.inserts.size());
  for (const RedoRecord::Insert& insert : record.inserts) {
    inserted.push_back({insert.key});
  }
  std::vector<ChunkKey> updated;
  updated.reserve(record.updates.size());
  for (const RedoRecord::Update& update : record.updates) {
    updated.push_back({update.key});
  }
  const std::uint64_t before = now_.view.lsn;
  QUIRE_TRY(check_dimensions(record.dimensions));
  QUIRE_TRY(check_fields(record.fields));
  QUIRE_TRY_ASSIGN(now_.view, now_.generation->apply(record, lsn, now_.view, memory));
  publish(&record);
  unread_.remember(before, inserted, removed, updated);
  return {};
}

Status State::reload() {
  const std::shared_ptr<Generation> old = now_.generation;
  const ViewPoint before = now_.view;
  const base::Uuid old_uuid = now_.uuid;
  QUIRE_TRY(load());
  publish();
  if (!old_uuid.is_nil() && old_uuid != now_.uuid) {
    unread_ = unread_.replaced_after(before.lsn);
    return {};
  }
  const std::vector<ChunkKey> old_keys = old->live_keys(before);
  const std::vector<ChunkKey> new_keys = now_.generation->live_keys(now_.view);
  std::vector<ChunkKey> updated;
  for (const auto& [key, lsn] : now_.generation->updated(now_.view)) {
    if (lsn > before.lsn && std::ranges::binary_search(old_keys, ChunkKey{key})) {
      updated.push_back({key});
    }
  }
  unread_.remember(before.lsn, keys_only_in(new_keys, old_keys), keys_only_in(old_keys, new_keys),
                   updated);
  return {};
}

void State::publish(const RedoRecord* commit) {
  Published::Shown next;
  next.view = std::make_shared<const View>(View{now_.generation, now_.view});
  next.cache_missing = cache_missing();
  next.info.uuid = base::to_string(now_.uuid);
  next.info.format = now_.generation->format();
  next.info.lsn = now_.view.lsn;
  next.info.next_key = now_.view.next_key;
  next.info.chunks = now_.view.live_rows;
  next.info.checkpoint_lsn = now_.checkpoint_lsn;
  next.info.journal_bytes = now_.journal_bytes;
  next.info.journal_rows = now_.generation->changed_rows();
  next.info.dropped_tail_bytes = now_.last_scan.tail_bytes;
  next.info.file_format = now_.generation->file_format();
  next.info.imported = now_.generation->image().imported();
  for (const std::string& warning : {place_warning_, checkpoint_warning_, cache_warning_}) {
    next.info.warning += next.info.warning.empty() || warning.empty() ? "" : "; ";
    next.info.warning += warning;
  }
  published_->show(std::move(next), now_.generation.get(), commit);
}

bool State::cache_missing() const {
  const CheckpointImage& image = now_.generation->image();
  return image.can_have_cache() && !image.has_cache() && cached_lsn_ != image.metadata_lsn();
}

void State::note_cache(std::uint64_t lsn, const Status& written) {
  cached_lsn_ = written ? lsn : 0;
  cache_warning_ = written ? "" : "cache: " + written.error().message;
}

void State::note_checkpoint(const Status& made) {
  checkpoint_warning_ = made ? "" : "checkpoint: " + made.error().message;
  publish();
}

}  // namespace quire::store
