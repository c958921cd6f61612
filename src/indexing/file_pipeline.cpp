#include "indexing/file_pipeline.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include "base/checksum.hpp"
#include "base/try.hpp"
#include "indexing/file_rows.hpp"
#include "source/text.hpp"
#include "source/walk.hpp"

namespace quire::indexing {
namespace {

constexpr std::size_t kFilesInFlight = 32;
constexpr std::size_t kMostWorkers = 16;
constexpr std::size_t kFilesWorthAThread = 8;
constexpr std::size_t kHeadBytes = 8192;
constexpr std::chrono::milliseconds kAskingInterval(20);
constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
/// The clock of files may be coarser than ours and run behind it: FAT counts in steps of two
/// seconds.
constexpr std::chrono::seconds kClockStep{2};

/// False if a file that changes from now on may keep the time that it has.
bool is_old(const source::SourceFile& file) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::nanoseconds(file.mtime_ns) < now - kClockStep;
}

/// `old`: is_old() when the content had not been read yet.
source::KnownFile known_as(const source::SourceFile& file, std::string_view content, bool old) {
  return {.size = file.size,
          .mtime_ns = old ? file.mtime_ns : source::KnownFile::kTooYoung,
          .inode = file.inode,
          .content_hash = base::checksum(content),
          .chunker_version = kCutVersion,
          .path = file.path,
          .binary = source::looks_binary(content.substr(0, kHeadBytes))};
}

bool same_content(const source::KnownFile& a, const source::KnownFile& b) {
  return a.content_hash == b.content_hash && a.chunker_version == b.chunker_version &&
         a.path == b.path;
}

}  // namespace

Result<ExaminedFile> examine(const Candidate& candidate,
                             const std::filesystem::path& root,
                             const Embedder& embedder,
                             bool rebuild,
                             const std::function<bool()>& should_stop) {
  using Outcome = ExaminedFile::Outcome;
  ExaminedFile out;
  const source::SourceFile& file = candidate.file;
  const bool old = is_old(file);
  const Result<std::string> content = source::read_source(root, file.path);
  if (!content) {
    out.outcome = source::stat_file(root, file.path) ? Outcome::unreadable : Outcome::gone;
    out.problem = content.error().message;
    return out;
  }
  out.now = known_as(file, *content, old);
  if (!rebuild && candidate.known && same_content(out.now, *candidate.known)) {
    return out;
  }
  out.outcome = out.now.binary ? Outcome::binary : Outcome::text;
  if (out.outcome == Outcome::text) {
    const std::int64_t seconds = file.mtime_ns / kNanosecondsPerSecond;
    QUIRE_TRY_ASSIGN(FileRows made, rows_of(file.path, *content, seconds, embedder, should_stop));
    out.outcome = made.stopped ? Outcome::stopped : Outcome::text;
    out.rows = std::move(made.rows);
    out.too_costly = made.too_costly;
  }
  return out;
}

FilePipeline::FilePipeline(const std::vector<Candidate>& candidates,
                           const std::filesystem::path& root,
                           const Embedder& embedder,
                           bool rebuild,
                           const std::function<bool()>& should_stop)
    : candidates_(candidates),
      root_(root),
      embedder_(embedder),
      rebuild_(rebuild),
      should_stop_(should_stop),
      slots_(kFilesInFlight) {
  const std::size_t processors = std::max(std::thread::hardware_concurrency(), 1U);
  const std::size_t worth = candidates.size() / kFilesWorthAThread;
  for (std::size_t n = std::min({processors, worth, kMostWorkers}); n > 0; --n) {
    workers_.emplace_back([this] { work(); });
  }
}

FilePipeline::~FilePipeline() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    stopped_ = true;
  }
  room_.notify_all();
  for (std::thread& worker : workers_) {
    worker.join();
  }
}

Result<ExaminedFile> FilePipeline::next() {
  if (workers_.empty()) {
    return examined(taken_++, should_stop_);
  }
  std::unique_lock lock(mutex_);
  Slot& slot = slots_[taken_ % slots_.size()];
  while (!ready_.wait_for(lock, kAskingInterval, [&] { return slot.ready; })) {
    ask(lock);
  }
  Result<ExaminedFile> out = std::move(slot.result);
  slot.ready = false;
  ++taken_;
  lock.unlock();
  room_.notify_one();
  return out;
}

/// Whoever answers is not kept waiting for, and may take its time.
void FilePipeline::ask(std::unique_lock<std::mutex>& lock) {
  lock.unlock();
  stopped_ = stopped_ || (should_stop_ && should_stop_());
  lock.lock();
}

void FilePipeline::work() {
  const std::function<bool()> is_stopped = [this] { return stopped_.load(); };
  std::unique_lock lock(mutex_);
  while (true) {
    room_.wait(lock, [&] {
      return stopping_ || started_ == candidates_.size() || started_ < taken_ + slots_.size();
    });
    if (stopping_ || started_ == candidates_.size()) {
      return;
    }
    const std::size_t index = started_++;
    lock.unlock();
    Result<ExaminedFile> result = examined(index, is_stopped);
    lock.lock();
    slots_[index % slots_.size()] = {true, std::move(result)};
    ready_.notify_one();
  }
}

Result<ExaminedFile> FilePipeline::examined(std::size_t index,
                                            const std::function<bool()>& should_stop) const {
  return examine(candidates_[index], root_, embedder_, rebuild_, should_stop);
}

}  // namespace quire::indexing
