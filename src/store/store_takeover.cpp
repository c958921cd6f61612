#include <algorithm>
#include <utility>

#include "base/strangers.hpp"
#include "base/try.hpp"
#include "store/cache_folder.hpp"
#include "store/leftovers.hpp"
#include "store/merge.hpp"
#include "store/store.hpp"
#include "store/waiting_index.hpp"

// How a handle becomes the store's writer: it takes the lock, follows what others wrote, ends what
// they left half done, and goes on in their journal or in a new one.

namespace quire {

using store::kIndexName;
using store::kMetadataName;

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
  owes_merge_ = automatic_checkpoint_due();
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
  return can_go_on ? resume_journal() : take_over_journals();
}

/// Begins a journal that takes over the small ones at the end, so that sessions of a few commits
/// don't leave a file each. As in a log-structured merge tree of few levels, the new one takes an
/// old one if that is not kRatio times as large as what it takes already: each commit is copied a
/// bounded number of times for each level. What a checkpoint would drop anyway is never copied.
Status VectorStore::Impl::take_over_journals() {
  constexpr std::size_t kMostOld = 2;
  constexpr std::uint64_t kRatio = 32;
  constexpr std::uint64_t kSmall = std::uint64_t{64} << 10;
  const std::span<const store::ReplayedJournal> old(state_.replayed);
  std::size_t count = 0;
  std::uint64_t bytes = 0;
  while (count < old.size()) {
    const std::uint64_t next = old[old.size() - count - 1].bytes;
    if (old.size() - count <= kMostOld && next > bytes * kRatio + kSmall) {
      break;
    }
    bytes += next;
    ++count;
  }
  if (count != 0) {
    return take_over(old.last(count));
  }
  QUIRE_TRY(sync_finished_journal());
  return create_journal();
}

/// The new journal is whole on the disk before it gets its name; from then on the old ones count
/// for nothing (recovery.cpp). No reader may be just opening them; if one is, they stay for now.
Status VectorStore::Impl::take_over(std::span<const store::ReplayedJournal> old) {
  QUIRE_TRY_ASSIGN(journal::Header header, next_header());
  header.base_lsn = old.front().header.base_lsn;
  header.next_key = old.front().header.next_key;
  QUIRE_TRY_ASSIGN(journal::Writer merged, journal::Writer::begin(*files_, folder_, header));
  for (const store::ReplayedJournal& journal : old) {
    QUIRE_TRY(copy_commits(journal, merged));
  }
  QUIRE_TRY(merged.sync());
  QUIRE_TRY_ASSIGN(std::optional<store::SwapLock> alone, lock_->lock_swap(*files_, kSwapPatience));
  if (!alone || merged.lsn() != state_.view.lsn) {
    QUIRE_TRY(sync_finished_journal());
    return create_journal();
  }
  QUIRE_TRY(merged.finish(*files_, folder_));
  forget_journals(old);
  QUIRE_TRY(begin_in(std::move(merged)));
  QUIRE_TRY(remove_leftovers());
  return alone->release();
}

/// They are left over from now on.
void VectorStore::Impl::forget_journals(std::span<const store::ReplayedJournal> old) {
  for (const store::ReplayedJournal& journal : old) {
    const std::string name = journal::file_name(journal.header.generation);
    std::erase(finished_journals_, name);
    finished_journal_bytes_ -= journal.bytes;
    state_.leftovers.push_back(name);
  }
}

Status VectorStore::Impl::copy_commits(const store::ReplayedJournal& from,
                                       journal::Writer& to) const {
  const std::string name = journal::file_name(from.header.generation);
  QUIRE_TRY_ASSIGN(const std::unique_ptr<base::File> file,
                   files_->open(path_of(name), base::OpenMode::read));
  const auto scanned = journal::scan(
      *file, from.bytes, from.header, journal::kHeaderSize, from.header.base_lsn, name,
      [&](const journal::Frame& frame) { return to.append(frame.lsn, frame.payload); });
  return scanned ? Status{} : std::unexpected(scanned.error());
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
  QUIRE_TRY_ASSIGN(const journal::Header header, next_header());
  QUIRE_TRY_ASSIGN(journal::Writer created, journal::Writer::create(*files_, folder_, header));
  return begin_in(std::move(created));
}

Result<journal::Header> VectorStore::Impl::next_header() {
  QUIRE_TRY_ASSIGN(const std::string salt, files_->entropy(sizeof(std::uint64_t)));
  journal::Header header;
  header.format = state_.generation->format();
  header.uuid = state_.uuid;
  // A failed attempt may have left its file: the next one takes a name of its own.
  header.generation = ++state_.highest_generation;
  std::ranges::copy(salt, reinterpret_cast<char*>(&header.salt));
  header.base_lsn = state_.view.lsn;
  header.next_key = state_.view.next_key;
  return header;
}

Status VectorStore::Impl::begin_in(journal::Writer journal) {
  state_.last_header = journal.header();
  state_.last_scan = {};
  journal_.emplace(std::move(journal));
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
  QUIRE_TRY_ASSIGN(const std::unique_ptr<base::File> file, base::create_file(*files_, unfinished));
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
                   base::create_file(*files_, path_of(store::original_name(name))));
  QUIRE_TRY(copy->write_at(0, bytes->view()));
  QUIRE_TRY(copy->sync());
  QUIRE_TRY(copy->close());
  state_.leftovers.push_back(store::original_name(name));
  return {};
}

Status VectorStore::Impl::hold_lock() {
  QUIRE_TRY(check_writable());
  return lock_ ? Status() : become_writer();
}

}  // namespace quire
