#include <algorithm>
#include <utility>

#include "base/out_of_memory.hpp"
#include "base/try.hpp"
#include "base/unwinding.hpp"
#include "store/import_conversion.hpp"
#include "store/leftovers.hpp"
#include "store/waiting_index.hpp"
#include "store/writer.hpp"

// How a writer starts: it ends what earlier writers left half done, and goes on in their journal or
// in a new one.

namespace quire::store {

Status Writer::begin() {
  if (journal_) {
    return {};
  }
  const base::AssignOnUnwind poisoned(failure_, std::optional(base::out_of_memory()));
  Recovered& now = state_->now();
  QUIRE_TRY(finish_vector_switch());
  QUIRE_TRY(find_leftovers());
  if (now.generation->image().imported()) {
    QUIRE_TRY(convert_import(*folder_, *options_, *state_, lock_));
  }
  QUIRE_TRY(remove_leftovers_exclusively());
  if (now.uuid.is_nil()) {
    QUIRE_TRY_ASSIGN(now.uuid, new_uuid(*folder_->files));
  }
  QUIRE_TRY(find_journals());
  const bool can_go_on =
      now.last_header && !now.last_scan.sealed && now.last_scan.end_lsn == now.view.lsn;
  QUIRE_TRY(can_go_on ? resume_journal() : take_over_journals());
  count_journal_bytes();
  return {};
}

/// Ends a replacement of the vectors that was cut short when it was decided.
Status Writer::finish_vector_switch() {
  std::string& waiting = state_->now().waiting_index;
  if (waiting.empty()) {
    return {};
  }
  QUIRE_TRY_ASSIGN(std::optional<SwapLock> exclusive,
                   lock_.lock_swap(*folder_->files, kSwitchPatience));
  if (!exclusive) {
    return fail(ErrorCode::unavailable,
                "write to store " + folder_->path + ": a reader is opening it; try again");
  }
  QUIRE_TRY(place_waiting_index(*folder_->files, folder_->path, waiting));
  waiting.clear();
  return exclusive->release();
}

/// No reader may be just opening an obsolete journal, as swap_pair() has it for the pair. If one
/// is, the next checkpoint removes them.
Status Writer::remove_leftovers_exclusively() {
  if (state_->now().leftovers.empty()) {
    return {};
  }
  QUIRE_TRY_ASSIGN(std::optional<SwapLock> exclusive,
                   lock_.lock_swap(*folder_->files, kSwapPatience));
  if (!exclusive) {
    return {};
  }
  QUIRE_TRY(remove_leftovers());
  return exclusive->release();
}

Status Writer::remove_leftovers() {
  std::vector<std::string>& leftovers = state_->now().leftovers;
  if (!leftovers.empty()) {
    // The renames that made them obsolete may be a killed writer's, and not on the disk yet.
    QUIRE_TRY(folder_->files->sync_folder(folder_->path));
  }
  return remove_files(*folder_->files, folder_->path, leftovers);
}

/// What earlier writers left behind: files half written, copies of originals, obsolete journals.
Status Writer::find_leftovers() {
  QUIRE_TRY_ASSIGN(const std::vector<std::string> names, folder_->files->list(folder_->path));
  std::vector<std::string>& leftovers = state_->now().leftovers;
  std::erase_if(leftovers,
                [&](const std::string& name) { return !std::ranges::binary_search(names, name); });
  for (const std::string& name : names) {
    if (is_leftover(name) && std::ranges::find(leftovers, name) == leftovers.end()) {
      leftovers.push_back(name);
    }
  }
  return {};
}

Status Writer::find_journals() {
  QUIRE_TRY_ASSIGN(std::vector<std::string> names, folder_->files->list(folder_->path));
  std::erase_if(names, [](const std::string& name) { return journal::generation_of(name) == 0; });
  finished_journals_ = std::move(names);
  finished_bytes_ = state_->now().journal_bytes;
  return {};
}

/// Begins a journal that takes over the small ones at the end, so that sessions of a few commits
/// don't leave a file each. As in a log-structured merge tree of few levels, the new one takes an
/// old one if that is not kRatio times as large as what it takes already: each commit is copied a
/// bounded number of times for each level. What a checkpoint would drop anyway is never copied.
Status Writer::take_over_journals() {
  constexpr std::size_t kMostOld = 2;
  constexpr std::uint64_t kRatio = 32;
  constexpr std::uint64_t kSmall = std::uint64_t{64} << 10;
  const std::span<const ReplayedJournal> old(state_->now().replayed);
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
  QUIRE_TRY(sync_sealed_journal());
  return create_journal();
}

/// The new journal is whole on the disk before it gets its name; from then on the old ones count
/// for nothing (recovery.cpp). No reader may be just opening them; if one is, they stay for now.
Status Writer::take_over(std::span<const ReplayedJournal> old) {
  base::FileSystem& files = *folder_->files;
  QUIRE_TRY_ASSIGN(journal::Header header, next_header());
  for (const ReplayedJournal& journal : old) {
    header.file_format = std::max(header.file_format, journal.header.file_format);
  }
  header.base_lsn = old.front().header.base_lsn;
  header.next_key = old.front().header.next_key;
  QUIRE_TRY_ASSIGN(journal::Writer merged, journal::Writer::begin(files, folder_->path, header));
  for (const ReplayedJournal& journal : old) {
    QUIRE_TRY(copy_commits(journal, merged));
  }
  QUIRE_TRY(merged.sync());
  QUIRE_TRY_ASSIGN(std::optional<SwapLock> exclusive, lock_.lock_swap(files, kSwapPatience));
  if (!exclusive || merged.lsn() != state_->now().view.lsn) {
    QUIRE_TRY(sync_sealed_journal());
    return create_journal();
  }
  QUIRE_TRY(merged.finish(files, folder_->path));
  forget_journals(old);
  begin_in(std::move(merged));
  QUIRE_TRY(remove_leftovers());
  return exclusive->release();
}

/// They are left over from now on.
void Writer::forget_journals(std::span<const ReplayedJournal> old) {
  for (const ReplayedJournal& journal : old) {
    const std::string name = journal::file_name(journal.header.generation);
    std::erase(finished_journals_, name);
    finished_bytes_ -= journal.bytes;
    state_->now().leftovers.push_back(name);
  }
}

Status Writer::copy_commits(const ReplayedJournal& from, journal::Writer& to) const {
  const std::string name = journal::file_name(from.header.generation);
  QUIRE_TRY_ASSIGN(const std::unique_ptr<base::File> file,
                   folder_->files->open(folder_->path_of(name), base::OpenMode::read));
  const auto scanned = journal::scan(
      *file, from.bytes, from.header, journal::kHeaderSize, from.header.base_lsn, name,
      [&](const journal::Frame& frame) { return to.append(frame.lsn, frame.payload); });
  return scanned ? Status{} : std::unexpected(scanned.error());
}

/// The writer of a sealed journal may have been killed before its sync: what was replayed from it
/// must be on the disk before a newer journal builds on it.
Status Writer::sync_sealed_journal() {
  const std::optional<journal::Header>& last = state_->now().last_header;
  if (!last) {
    return {};
  }
  const std::string path = folder_->path_of(journal::file_name(last->generation));
  QUIRE_TRY_ASSIGN(const std::unique_ptr<base::File> file,
                   folder_->files->open(path, base::OpenMode::read_write));
  if (Status synced = file->sync(); !synced) {
    return poison(synced.error());
  }
  return file->close();
}

Status Writer::resume_journal() {
  Recovered& now = state_->now();
  auto resumed =
      journal::Writer::resume(*folder_->files, folder_->path, *now.last_header, now.last_scan);
  if (!resumed) {
    return poison(resumed.error());
  }
  journal_.emplace(std::move(*resumed));
  std::erase(finished_journals_, journal::file_name(now.last_header->generation));
  finished_bytes_ -= now.last_scan.end_offset;
  now.last_scan.tail_bytes = 0;
  return {};
}

Status Writer::create_journal() {
  QUIRE_TRY_ASSIGN(const journal::Header header, next_header());
  QUIRE_TRY_ASSIGN(journal::Writer created,
                   journal::Writer::create(*folder_->files, folder_->path, header));
  begin_in(std::move(created));
  return {};
}

Result<journal::Header> Writer::next_header() {
  QUIRE_TRY_ASSIGN(const std::string salt, folder_->files->entropy(sizeof(std::uint64_t)));
  Recovered& now = state_->now();
  journal::Header header;
  header.file_format = std::max(least_format_, now.generation->file_format());
  header.format = now.generation->format();
  header.uuid = now.uuid;
  // A failed attempt may have left its file: the next one takes a name of its own.
  header.generation = ++now.highest_generation;
  std::ranges::copy(salt, reinterpret_cast<char*>(&header.salt));
  header.base_lsn = now.view.lsn;
  header.next_key = now.view.next_key;
  return header;
}

void Writer::begin_in(journal::Writer journal) {
  state_->now().last_header = journal.header();
  state_->now().last_scan = {};
  journal_.emplace(std::move(journal));
}

}  // namespace quire::store
