#include <algorithm>
#include <map>
#include <utility>

#include "base/out_of_memory.hpp"
#include "base/try.hpp"
#include "base/unwinding.hpp"
#include "base/utf8.hpp"
#include "store/cache_folder.hpp"
#include "store/leftovers.hpp"
#include "store/merge.hpp"
#include "store/next_vectors.hpp"
#include "store/store.hpp"
#include "store/vectors/distance.hpp"
#include "store/waiting_index.hpp"

// How all vectors are replaced: make_vectors() fills next/ beside commits of anybody, without a
// lock; finish_replacement() makes the last ones as the writer, under the write mutex, and switches
// to a checkpoint that has them.

namespace quire {
namespace {

/// Live keys whose vectors are not made yet.
std::vector<ChunkKey> missing_keys(const StoreSnapshot& snapshot, const store::NextVectors& next) {
  std::vector<ChunkKey> keys = snapshot.keys();
  std::erase_if(keys, [&](ChunkKey key) { return next.has(key.value); });
  return keys;
}

Status make_batch(const VectorReplacement& wanted,
                  const StoreSnapshot& snapshot,
                  std::span<const ChunkKey> keys,
                  store::NextVectors& next) {
  QUIRE_TRY_ASSIGN(const std::vector<StoredChunk> chunks, snapshot.get(keys));
  std::vector<float> numbers(keys.size() * wanted.dimensions);
  QUIRE_TRY(wanted.make(chunks, numbers));
  std::string stored;
  std::vector<std::uint64_t> values;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto vector = std::span(numbers).subspan(i * wanted.dimensions, wanted.dimensions);
    if (const Status fits = vectors::encode_vector(next.format(), vector, stored); !fits) {
      return std::unexpected(
          fits.error().while_doing("the vector of chunk " + std::to_string(keys[i].value)));
    }
    values.push_back(keys[i].value);
  }
  return next.append(values, stored);
}

}  // namespace

Result<ReplacementReport> VectorStore::Impl::replace_vectors(const VectorReplacement& wanted) {
  QUIRE_TRY(check_replacement(wanted));
  ReplacementReport report;
  QUIRE_TRY_ASSIGN(const std::optional<store::NextHeader> header, begin_replacement(wanted));
  if (!header) {
    report.finished = true;
    report.lsn = info().lsn;
    return report;
  }
  QUIRE_TRY_ASSIGN(store::NextVectors next, store::NextVectors::open(*files_, folder_, *header));
  report.kept = next.size();
  for (bool made = true; made;) {
    QUIRE_TRY_ASSIGN(const auto view, newest_view());
    const std::uint64_t before = report.made;
    QUIRE_TRY_ASSIGN(const bool stopped, make_vectors(wanted, *view, wanted.batch, next, report));
    if (stopped) {
      return report;
    }
    made = report.made != before;
  }
  if (!wanted.should_stop || !wanted.should_stop()) {
    QUIRE_TRY(finish_replacement(wanted, next, report));
  }
  return report;
}

Status VectorStore::Impl::check_replacement(const VectorReplacement& wanted) const {
  const std::string action = "replace the vectors of " + folder_ + ": ";
  if (wanted.dimensions == 0 || wanted.dimensions > kMaxDimensions) {
    return fail(ErrorCode::invalid_argument, action + std::to_string(wanted.dimensions) +
                                                 " dimensions; 1 to " +
                                                 std::to_string(kMaxDimensions));
  }
  if (wanted.maker.size() > store::kMaxMakerBytes || base::invalid_utf8_offset(wanted.maker)) {
    return fail(ErrorCode::invalid_argument, action + "the maker's name is over " +
                                                 std::to_string(store::kMaxMakerBytes) +
                                                 " bytes, or no valid UTF-8");
  }
  if (wanted.make == nullptr || wanted.batch == 0) {
    return fail(ErrorCode::invalid_argument, action + "nothing makes them");
  }
  return check_dimensions(wanted.dimensions);
}

/// What next/ is to say. Nothing: the store never had a vector, and only its attributes change.
Result<std::optional<store::NextHeader>> VectorStore::Impl::begin_replacement(
    const VectorReplacement& wanted) {
  WriteBatch attributes;
  {
    const base::MutexLock lock(write_mutex_);
    QUIRE_TRY(check_writable());
    if (!lock_) {
      QUIRE_TRY(follow());
    }
    if (state_.generation->format().dimensions != 0) {
      if (state_.uuid.is_nil()) {  // An imported pair, whose conversion gives it one.
        QUIRE_TRY(hold_lock());
        QUIRE_TRY(open_journal());
      }
      VectorFormat format = state_.generation->format();
      format.dimensions = wanted.dimensions;
      return store::NextHeader{format, state_.uuid, wanted.maker};
    }
  }
  for (const auto& [name, value] : wanted.attributes) {
    value ? attributes.set_attribute(name, *value) : attributes.erase_attribute(name);
  }
  QUIRE_TRY(apply(attributes));
  return std::nullopt;
}

/// What others committed is to get vectors too.
Result<std::shared_ptr<const store::View>> VectorStore::Impl::newest_view() {
  const base::MutexLock lock(write_mutex_);
  if (!lock_) {
    QUIRE_TRY(follow());
  }
  return view();
}

/// Makes those that are missing, unless they are at most `leave`. True: told to stop.
Result<bool> VectorStore::Impl::make_vectors(const VectorReplacement& wanted,
                                             const store::View& view,
                                             std::size_t leave,
                                             store::NextVectors& next,
                                             ReplacementReport& report) {
  const StoreSnapshot snapshot(std::make_shared<const store::View>(view));
  const std::vector<ChunkKey> missing = missing_keys(snapshot, next);
  if (missing.size() <= leave) {
    return false;
  }
  const std::uint64_t total = snapshot.chunk_count();
  for (std::size_t at = 0; at < missing.size(); at += wanted.batch) {
    if (wanted.should_stop && wanted.should_stop()) {
      return true;
    }
    const auto batch = std::span(missing).subspan(at, std::min(wanted.batch, missing.size() - at));
    QUIRE_TRY(make_batch(wanted, snapshot, batch, next));
    report.made += batch.size();
    if (wanted.progress) {
      wanted.progress(total - (missing.size() - at - batch.size()), total);
    }
  }
  return false;
}

Status VectorStore::Impl::finish_replacement(const VectorReplacement& wanted,
                                             store::NextVectors& next,
                                             ReplacementReport& report) {
  const base::MutexLock lock(write_mutex_);
  wait_for_merge();
  QUIRE_TRY(hold_lock());
  const base::AssignOnUnwind poison(failure_, std::optional(base::out_of_memory()));
  if (!journal_) {
    QUIRE_TRY(open_journal());
  }
  VectorReplacement last = wanted;
  last.progress = nullptr;
  last.should_stop = nullptr;
  const store::View now{state_.generation, state_.view};
  QUIRE_TRY_ASSIGN(const bool stopped, make_vectors(last, now, 0, next, report));
  static_cast<void>(stopped);  // Nothing asks it to.
  QUIRE_TRY(next.finish());
  QUIRE_TRY(switch_vectors(wanted, next));
  report.finished = true;
  report.lsn = state_.view.lsn;
  return {};
}

/// As checkpoint() does it, but for how the pair takes its place.
Status VectorStore::Impl::switch_vectors(const VectorReplacement& wanted,
                                         const store::NextVectors& next) {
  QUIRE_TRY(rotate_journal());
  store::Snapshot snapshot{state_.generation, state_.view, state_.uuid,
                           attributes_with(wanted.attributes), &next};
  snapshot.at.lsn += 1;
  QUIRE_TRY_ASSIGN(const std::shared_ptr<store::CheckpointImage> image, write_pair(snapshot));
  note_cache(snapshot.at.lsn, store::write_cache(*files_, folder_, *image));
  QUIRE_TRY_ASSIGN(const std::optional<store::SwapLock> alone,
                   lock_->lock_swap(*files_, kSwitchPatience));
  if (!alone) {
    return fail(ErrorCode::unavailable,
                "replace the vectors of " + folder_ + ": a reader is opening it; try again");
  }
  QUIRE_TRY_ASSIGN(const std::string waiting, store::let_index_wait(*files_, folder_));
  if (Status switched = store::switch_pair(*files_, folder_, waiting); !switched) {
    return poisoned(switched.error());
  }
  return install_replaced(image);
}

std::vector<std::pair<std::string, std::string>> VectorStore::Impl::attributes_with(
    const std::vector<WriteBatch::AttributeChange>& changes) const {
  const auto old = state_.generation->attributes("");
  std::map<std::string, std::string> now(old.begin(), old.end());
  for (const WriteBatch::AttributeChange& change : changes) {
    if (change.value) {
      now[change.name] = *change.value;
    } else {
      now.erase(change.name);
    }
  }
  return {now.begin(), now.end()};
}

/// Goes on from the new pair, in a journal that begins behind it. What can't be removed of the old
/// one is left to a later checkpoint: the store is what was asked for.
Status VectorStore::Impl::install_replaced(const std::shared_ptr<store::CheckpointImage>& image) {
  const store::Recovered before = state_;
  state_.generation = std::make_shared<store::Generation>(image);
  state_.view = {image->metadata_lsn(), 0, before.view.live_rows, before.view.next_key, 0};
  state_.checkpoint_lsn = image->metadata_lsn();
  state_.journal_bytes = 0;
  finished_journals_.push_back(journal::file_name(journal_->header().generation));
  finished_journal_bytes_ = 0;
  if (Status created = create_journal(); !created) {
    state_ = before;
    return poisoned(created.error());
  }
  publish();
  bool removed = store::remove_files(*files_, folder_, finished_journals_).has_value();
  removed = removed && store::remove_other_caches(*files_, folder_, state_.checkpoint_lsn);
  removed = removed && remove_leftovers();
  removed = removed && store::remove_next_vectors(*files_, folder_);
  static_cast<void>(removed);
  return {};
}

Result<std::optional<PendingReplacement>> VectorStore::Impl::pending_replacement() const {
  QUIRE_TRY_ASSIGN(const auto content, store::find_next_vectors(*files_, folder_));
  if (!content || base::to_string(content->header.uuid) != info().uuid) {
    return std::nullopt;
  }
  return PendingReplacement{content->header.maker, content->header.format.dimensions,
                            content->vectors.size()};
}

Status VectorStore::Impl::drop_replacement() {
  const base::MutexLock lock(write_mutex_);
  QUIRE_TRY(check_writable());
  QUIRE_TRY_ASSIGN(const auto content, store::find_next_vectors(*files_, folder_));
  if (!content) {
    return {};
  }
  // Nobody may be at it.
  QUIRE_TRY_ASSIGN(const store::NextVectors alone,
                   store::NextVectors::open(*files_, folder_, content->header));
  return store::remove_next_vectors(*files_, folder_);
}

}  // namespace quire
