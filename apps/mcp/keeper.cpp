#include "mcp/keeper.hpp"

#include <algorithm>
#include <ctime>
#include <utility>

#include <quire/corpus.hpp>

#include "base/free_memory.hpp"
#include "base/out_of_memory.hpp"
#include "base/try.hpp"
#include "project/model.hpp"
#include "project/place.hpp"

namespace quire::mcp {
namespace {

using project::Model;
using project::Place;

/// While the tree is read, what was committed is shown to questions so often; at first more often.
constexpr std::chrono::milliseconds kNudgeInterval{100};
constexpr int kNudgesPerRun = 8;
/// A tree is swept for a question if the last sweep ended so long ago, and ten times as long as it
/// kept the processor: no more than a tenth of one goes into it. How long it took is no measure: on
/// a busy machine the tree would be looked at the less, the more other work there is.
constexpr std::chrono::seconds kSweepInterval{1};
constexpr int kRestPerWork = 10;
/// What a run committed is opened by the follower in milliseconds; without that it was not seen.
constexpr std::chrono::seconds kFollowPatience{10};
/// Sweeps that find nothing are written down once in this time.
constexpr std::chrono::seconds kRecordInterval{60};

/// An index that was imported is not a picture of the tree: to sweep the tree would empty it.
Status check_made_from_tree(const VectorStore& store) {
  if (knows_files(store) || store.chunk_count() == 0) {
    return {};
  }
  return fail(ErrorCode::unavailable,
              "the index was imported, not made from this tree; it is answered from as it is");
}

/// What this thread has had of the processor.
std::chrono::nanoseconds thread_cpu() {
  struct timespec spent{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return std::chrono::seconds(spent.tv_sec) + std::chrono::nanoseconds(spent.tv_nsec);
}

bool is_cancelled(const KeepingOrder& order) {
  return order.cancelled != nullptr && *order.cancelled;
}

bool changed_anything(const IndexReport& report) {
  return report.chunks_inserted + report.chunks_removed > 0;
}

}  // namespace

std::string_view to_string(KeepingState::Phase phase) {
  switch (phase) {
    case KeepingState::Phase::ready:
      return "ready";
    case KeepingState::Phase::sweeping:
      return "sweeping";
    case KeepingState::Phase::indexing:
      return "indexing";
    case KeepingState::Phase::waiting:
      return "waiting";
    case KeepingState::Phase::failed:
      return "failed";
  }
  return "unknown";
}

Keeper::Keeper(const Tree& tree, Follower& follower)
    : tree_(tree), follower_(follower), thread_([this] { run(); }) {}

Keeper::~Keeper() {
  ending_ = true;
  {
    const base::MutexLock lock(mutex_);
    changed_.notify_all();
  }
  thread_.join();
}

void Keeper::sweep(Clock::time_point deadline) {
  const base::MutexLock lock(mutex_);
  const bool under_way = sweep_ != nullptr && !sweep_->outcome;
  const auto since = Clock::now() - swept_;
  const bool due =
      sweep_ == nullptr || since >= std::max<Clock::duration>(kSweepInterval, work_ * kRestPerWork);
  if (!under_way && !due) {
    return;
  }
  if (!under_way) {
    sweep_ = std::make_shared<Job>();
    sweep_->in_background = true;
    jobs_.push_back(sweep_);
    changed_.notify_all();
  }
  const std::shared_ptr<Job> mine = sweep_;
  const auto longest = current_ == mine ? std::max(took_, since) : took_;
  const bool worth_waiting = longest <= deadline - Clock::now();
  while (worth_waiting && !mine->outcome && !ending_ && changed_.wait_until(mutex_, deadline)) {
  }
}

Result<IndexReport> Keeper::carry_out(const KeepingOrder& order) {
  const auto job = std::make_shared<Job>();
  job->order = order;
  const base::MutexLock lock(mutex_);
  jobs_.push_back(job);
  changed_.notify_all();
  while (!job->outcome && !ending_) {
    changed_.wait(mutex_);
  }
  return job->outcome ? *std::move(job->outcome)
                      : fail(ErrorCode::unavailable, "the server is ending");
}

KeepingState Keeper::state() {
  const base::MutexLock lock(mutex_);
  return state_;
}

bool Keeper::is_busy() {
  const base::MutexLock lock(mutex_);
  return current_ != nullptr || !jobs_.empty();
}

void Keeper::run() {
  for (;;) {
    std::shared_ptr<Job> job;
    {
      const base::MutexLock lock(mutex_);
      while (jobs_.empty() && !ending_) {
        changed_.wait(mutex_);
      }
      if (ending_) {
        return;
      }
      job = jobs_.front();
      jobs_.pop_front();
      begin(job);
    }
    begin_looking();
    Result<IndexReport> outcome = base::or_out_of_memory([&] { return update(*job); });
    note_looked();
    const bool found = follower_.follow(Clock::now() + kFollowPatience);
    const bool took_much = outcome && changed_anything(*outcome);
    {
      const base::MutexLock lock(mutex_);
      finish(*job, std::move(outcome), found);
      changed_.notify_all();
    }
    if (took_much) {
      base::give_back_free_memory();
    }
  }
}

void Keeper::begin(const std::shared_ptr<Job>& job) {
  current_ = job;
  state_.phase = KeepingState::Phase::sweeping;
  state_.progress = {};
  state_.message.clear();
  swept_ = Clock::now();
}

void Keeper::begin_looking() {
  began_at_ = std::time(nullptr);
  began_ = nudged_ = Clock::now();
  began_cpu_ = thread_cpu();
  looked_ = looked_cpu_ = Clock::duration::zero();
}

void Keeper::note_looked() {
  if (looked_ == Clock::duration::zero()) {
    looked_ = Clock::now() - began_;
    looked_cpu_ = thread_cpu() - began_cpu_;
  }
}

void Keeper::finish(Job& job, Result<IndexReport> outcome, bool found) {
  const bool whole = found && outcome && !outcome->interrupted && job.order.paths.empty();
  state_.progress = {};
  state_.phase = outcome                                     ? KeepingState::Phase::ready
                 : outcome.error().code == ErrorCode::locked ? KeepingState::Phase::waiting
                                                             : KeepingState::Phase::failed;
  state_.message = outcome ? "" : outcome.error().message;
  state_.swept_at = whole ? began_at_ : state_.swept_at;
  state_.seen = whole ? began_ : state_.seen;
  took_ = outcome ? looked_ : took_;
  work_ = outcome ? looked_cpu_ : work_;
  swept_ = Clock::now();
  job.outcome = std::move(outcome);
  current_ = nullptr;
}

Result<IndexReport> Keeper::update(const Job& job) {
  if (is_cancelled(job.order)) {
    return fail(ErrorCode::unavailable, "cancelled before it began");
  }
  QUIRE_TRY_ASSIGN(const Place place, tree_.place());
  const bool building = tree_.may_build(place);
  StoreOptions options = project::options_for_indexing(place);
  if (job.in_background) {
    options.lock_timeout = std::chrono::milliseconds::zero();
  }
  if (building) {
    QUIRE_TRY(project::prepare_folder(place, tree_.said));
  }
  QUIRE_TRY_ASSIGN(VectorStore store, building ? VectorStore::open(place.db, options)
                                               : project::open_index(place, options));
  QUIRE_TRY(check_made_from_tree(store));
  QUIRE_TRY(project::check_tree_is_named(place, store));
  QUIRE_TRY_ASSIGN(const Model model, project::model_to_index(tree_.model, &store));
  IndexOptions indexing;
  indexing.root = project::root_of(place, store);
  indexing.model = model.name;
  indexing.paths = job.order.paths;
  indexing.sweep_interval = kRecordInterval;
  indexing.progress = [&](const IndexProgress& progress) { show(job.order, progress); };
  indexing.should_stop = [&] { return ending_ || is_cancelled(job.order); };
  Corpus corpus(std::move(store), place.db);
  QUIRE_TRY_ASSIGN(IndexReport report, index_tree(corpus.store(), *model.embedder, indexing));
  if (changed_anything(report) && !report.interrupted) {
    QUIRE_TRY(corpus.save_words());
  }
  QUIRE_TRY(corpus.close());
  return report;
}

void Keeper::show(const KeepingOrder& order, const IndexProgress& progress) {
  const Clock::time_point now = Clock::now();
  if (now - nudged_ >= std::min<Clock::duration>(kNudgeInterval, (now - began_) / kNudgesPerRun)) {
    nudged_ = now;
    follower_.nudge();
  }
  if (progress.files_total > 0) {
    note_looked();
  }
  {
    const base::MutexLock lock(mutex_);
    state_.progress = progress;
    state_.phase =
        progress.files_total == 0 ? KeepingState::Phase::sweeping : KeepingState::Phase::indexing;
  }
  if (order.progress) {
    order.progress(progress);
  }
}

}  // namespace quire::mcp
