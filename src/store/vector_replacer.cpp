#include "store/vector_replacer.hpp"

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
#include "store/vectors/distance.hpp"
#include "store/waiting_index.hpp"

// make_vectors() fills next/ beside commits of anybody, without a lock; finish() makes the last
// ones as the writer, under the mutex, and switches to a checkpoint that has them.

namespace quire::store {
namespace {

/// Live keys whose vectors are not made yet.
std::vector<ChunkKey> missing_keys(const StoreSnapshot& snapshot, const NextVectors& next) {
  std::vector<ChunkKey> keys = snapshot.keys();
  std::erase_if(keys, [&](ChunkKey key) { return next.has(key.value); });
  return keys;
}

Status make_batch(const VectorReplacement& wanted,
                  const StoreSnapshot& snapshot,
                  std::span<const ChunkKey> keys,
                  NextVectors& next) {
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

/// `old` and `changes`, by name.
std::vector<std::pair<std::string, std::string>> changed(
    const std::vector<std::pair<std::string, std::string>>& old,
    const std::vector<WriteBatch::AttributeChange>& changes) {
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

}  // namespace

Result<ReplacementReport> VectorReplacer::replace(const VectorReplacement& wanted) {
  QUIRE_TRY(check(wanted));
  ReplacementReport report;
  QUIRE_TRY_ASSIGN(const std::optional<NextHeader> header, begin(wanted));
  if (!header) {
    report.finished = true;
    report.lsn = session_.published.info().lsn;
    return report;
  }
  const StoreFolder& folder = session_.folder;
  QUIRE_TRY_ASSIGN(NextVectors next, NextVectors::open(*folder.files, folder.path, *header));
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
    QUIRE_TRY(finish(wanted, next, report));
  }
  return report;
}

Status VectorReplacer::check(const VectorReplacement& wanted) const {
  const std::string action = "replace the vectors of " + session_.folder.path + ": ";
  if (wanted.dimensions == 0 || wanted.dimensions > kMaxDimensions) {
    return fail(ErrorCode::invalid_argument, action + std::to_string(wanted.dimensions) +
                                                 " dimensions; 1 to " +
                                                 std::to_string(kMaxDimensions));
  }
  if (wanted.maker.size() > kMaxMakerBytes || base::invalid_utf8_offset(wanted.maker)) {
    return fail(ErrorCode::invalid_argument, action + "the maker's name is over " +
                                                 std::to_string(kMaxMakerBytes) +
                                                 " bytes, or no valid UTF-8");
  }
  if (wanted.make == nullptr || wanted.batch == 0) {
    return fail(ErrorCode::invalid_argument, action + "nothing makes them");
  }
  const base::MutexLock lock(session_.mutex);
  return session_.state.check_dimensions(wanted.dimensions);
}

/// What next/ is to say. Nothing: the store never had a vector, and only its attributes change.
Result<std::optional<NextHeader>> VectorReplacer::begin(const VectorReplacement& wanted) {
  const base::MutexLock lock(session_.mutex);
  QUIRE_TRY(session_.check_writable());
  QUIRE_TRY(session_.follow());
  const Recovered& now = session_.state.now();
  if (now.generation->format().dimensions != 0) {
    if (now.uuid.is_nil()) {  // An imported pair: its conversion gives it one.
      QUIRE_TRY(session_.become_writer());
      QUIRE_TRY(session_.writer->begin());
    }
    VectorFormat format = now.generation->format();
    format.dimensions = wanted.dimensions;
    return NextHeader{format, now.uuid, wanted.maker};
  }
  WriteBatch attributes;
  for (const auto& [name, value] : wanted.attributes) {
    value ? attributes.set_attribute(name, *value) : attributes.erase_attribute(name);
  }
  QUIRE_TRY(session_.apply(attributes));
  return std::nullopt;
}

/// What others committed is to get vectors too.
Result<std::shared_ptr<const View>> VectorReplacer::newest_view() {
  const base::MutexLock lock(session_.mutex);
  QUIRE_TRY(session_.check_writable());
  QUIRE_TRY(session_.follow());
  return std::make_shared<const View>(
      View{session_.state.now().generation, session_.state.now().view});
}

/// Makes those that are missing, unless they are at most `leave`. True: told to stop.
Result<bool> VectorReplacer::make_vectors(const VectorReplacement& wanted,
                                          const View& view,
                                          std::size_t leave,
                                          NextVectors& next,
                                          ReplacementReport& report) {
  const StoreSnapshot snapshot(std::make_shared<const View>(view));
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

Status VectorReplacer::finish(const VectorReplacement& wanted,
                              NextVectors& next,
                              ReplacementReport& report) {
  const base::MutexLock lock(session_.mutex);
  session_.wait_for_merge();
  QUIRE_TRY(session_.become_writer());
  const base::AssignOnUnwind poisoned(session_.writer->failure(),
                                      std::optional(base::out_of_memory()));
  QUIRE_TRY(session_.writer->begin());
  VectorReplacement last = wanted;
  last.progress = nullptr;
  last.should_stop = nullptr;
  const View now{session_.state.now().generation, session_.state.now().view};
  QUIRE_TRY_ASSIGN(const bool stopped, make_vectors(last, now, 0, next, report));
  static_cast<void>(stopped);  // Nothing asks it to.
  QUIRE_TRY(next.finish());
  QUIRE_TRY(switch_to(wanted, next));
  report.finished = true;
  report.lsn = session_.state.now().view.lsn;
  return {};
}

/// As a checkpoint is made, but for how the pair takes its place.
Status VectorReplacer::switch_to(const VectorReplacement& wanted, const NextVectors& next) {
  base::FileSystem& files = *session_.folder.files;
  const std::string& path = session_.folder.path;
  Writer& writer = *session_.writer;
  QUIRE_TRY(writer.rotate());
  writer.give_up();  // Nothing is committed while the mutex is held.
  Snapshot snapshot = snapshot_of(session_.state.now());
  snapshot.attributes = changed(snapshot.attributes, wanted.attributes);
  snapshot.next = &next;
  snapshot.at.lsn += 1;
  const std::atomic<bool> never = false;
  QUIRE_TRY_ASSIGN(const std::shared_ptr<CheckpointImage> image,
                   write_pair(session_.folder, snapshot, session_.options, never));
  session_.state.note_cache(snapshot.at.lsn, write_cache(files, path, *image));
  QUIRE_TRY_ASSIGN(const std::optional<SwapLock> exclusive,
                   writer.lock().lock_swap(files, kSwitchPatience));
  if (!exclusive) {
    return fail(ErrorCode::unavailable,
                "replace the vectors of " + path + ": a reader is opening it; try again");
  }
  QUIRE_TRY_ASSIGN(const std::string waiting, let_index_wait(files, path));
  if (Status switched = switch_pair(files, path, waiting); !switched) {
    return writer.poison(switched.error());
  }
  return writer.restart(std::make_shared<Generation>(image));
}

Result<std::optional<PendingReplacement>> VectorReplacer::pending() const {
  QUIRE_TRY_ASSIGN(const auto content,
                   find_next_vectors(*session_.folder.files, session_.folder.path));
  if (!content || base::to_string(content->header.uuid) != session_.published.info().uuid) {
    return std::nullopt;
  }
  return PendingReplacement{content->header.maker, content->header.format.dimensions,
                            content->vectors.size()};
}

Status VectorReplacer::drop() {
  const base::MutexLock lock(session_.mutex);
  QUIRE_TRY(session_.check_writable());
  base::FileSystem& files = *session_.folder.files;
  QUIRE_TRY_ASSIGN(const auto content, find_next_vectors(files, session_.folder.path));
  if (!content) {
    return {};
  }
  // Nobody may be at it.
  QUIRE_TRY_ASSIGN(const NextVectors alone,
                   NextVectors::open(files, session_.folder.path, content->header));
  return remove_next_vectors(files, session_.folder.path);
}

}  // namespace quire::store
