#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <quire/indexer.hpp>
#include <quire/result.hpp>

#include "base/mutex.hpp"
#include "mcp/follower.hpp"
#include "mcp/tree.hpp"

namespace quire::mcp {

/// How far the index is with the tree.
struct KeepingState {
  enum class Phase : std::uint8_t {
    ready,     ///< Nothing is being done.
    sweeping,  ///< The tree is looked through for what changed.
    indexing,  ///< What changed is read.
    waiting,   ///< Another process is changing the index.
    failed,    ///< The last run ended in an error.
  };

  Phase phase = Phase::ready;
  IndexProgress progress;  ///< Of the run under way.
  std::string message;     ///< Of `waiting` and `failed`; else "".
  /// When the last whole run of this process began that questions find all of, Unix seconds; or 0.
  std::int64_t swept_at = 0;
  std::chrono::steady_clock::time_point seen{};  ///< The same.
};

std::string_view to_string(KeepingState::Phase phase);

/// A wish to have the index brought up to date, and told how it went.
struct KeepingOrder {
  std::vector<std::string> paths;  ///< As IndexOptions::paths.
  /// Called from the keeper's thread; may be null.
  std::function<void(const IndexProgress&)> progress;
  std::shared_ptr<std::atomic<bool>> cancelled;
};

/// Brings the index up to date with the tree, in a thread of its own; what it commits is followed
/// as another process's would be.
class Keeper {
 public:
  using Clock = std::chrono::steady_clock;

  /// `tree` and `follower` must outlive it.
  Keeper(const Tree& tree, Follower& follower);
  /// Stops what is being done between two files; what is complete stays.
  ~Keeper();
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  /// Has the tree swept, unless that was done just now. Waits for the end of that at most until
  /// `deadline`, and not at all if the last time it took longer than until then.
  void sweep(Clock::time_point deadline);

  /// Carries `order` out, and waits for its end: what was done, of which a part if it was
  /// cancelled. Errors: `locked`, index_tree()'s.
  Result<IndexReport> carry_out(const KeepingOrder& order);

  KeepingState state();

  /// True while something is being done, or to be done.
  bool is_busy();

 private:
  struct Job {
    KeepingOrder order;
    bool in_background = false;  ///< Nobody waits for it for long: another writer isn't waited for.
    std::optional<Result<IndexReport>> outcome;
  };

  void run();
  Result<IndexReport> update(const Job& job);
  void show(const KeepingOrder& order, const IndexProgress& progress);
  void begin(const std::shared_ptr<Job>& job) QUIRE_REQUIRES(mutex_);
  /// `found`: questions find all that it committed.
  void finish(Job& job, Result<IndexReport> outcome, bool found) QUIRE_REQUIRES(mutex_);
  /// Notes what it took to look through the tree, the first time since begin_looking().
  void begin_looking();
  void note_looked();

  const Tree& tree_;
  Follower& follower_;
  std::atomic<bool> ending_{false};
  base::Mutex mutex_;
  base::Condition changed_;
  std::deque<std::shared_ptr<Job>> jobs_ QUIRE_GUARDED_BY(mutex_);
  std::shared_ptr<Job> current_ QUIRE_GUARDED_BY(mutex_);
  KeepingState state_ QUIRE_GUARDED_BY(mutex_);
  std::shared_ptr<Job> sweep_ QUIRE_GUARDED_BY(mutex_);  ///< The last one that was wanted.
  /// To look through the tree, the last time; not to read what had changed.
  Clock::duration took_ QUIRE_GUARDED_BY(mutex_){};
  Clock::duration work_ QUIRE_GUARDED_BY(mutex_){};     ///< The processor's part of it.
  Clock::time_point swept_ QUIRE_GUARDED_BY(mutex_){};  ///< When.
  Clock::time_point began_{};  ///< This and the next ones are the keeper's thread's alone.
  Clock::time_point nudged_{};
  std::int64_t began_at_ = 0;  ///< Unix seconds.
  Clock::duration began_cpu_{};
  Clock::duration looked_{};  ///< Likewise; zero: not yet through.
  Clock::duration looked_cpu_{};
  std::thread thread_;  ///< The last member: it uses the others.
};

}  // namespace quire::mcp
