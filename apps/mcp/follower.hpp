#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <thread>

#include <quire/corpus.hpp>
#include <quire/result.hpp>

#include "base/mutex.hpp"
#include "mcp/tree.hpp"
#include "project/model.hpp"

namespace quire::mcp {

/// An index that is open, for questions. Its const members may run at the same time as follow().
struct OpenIndex {
  Corpus corpus;
  project::AskingModel model;
  std::filesystem::path root;
  std::filesystem::path db;
  std::uint64_t checkpoint_lsn = 0;  ///< When it was opened.
  /// last_sweep() of the store at a commit that questions are answered from, or an earlier one.
  std::atomic<std::int64_t> swept_at{0};
};

/// Keeps the index open, and follows what any process commits to it, in a thread of its own: no
/// question waits for words to be taken in, or for a new checkpoint to be opened.
class Follower {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Follower(const Tree& tree);
  ~Follower();
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  /// Follows all commits that are there when it is called. Returns when that is done, or at
  /// `deadline`: false.
  bool follow(Clock::time_point deadline);

  /// Opens what is there when it is called, unless an index is open. Returns when one is open, when
  /// it is known that there is none that could be, or at `deadline`.
  void open_by(Clock::time_point deadline);

  /// Begins to, and returns at once.
  void nudge();

  /// What was opened last; null: there was no index, or none is open yet. Errors: why there is none
  /// that could be asked.
  Result<std::shared_ptr<const OpenIndex>> index();

  /// Closes what is open once nobody asks it any more; the next follow() or open_by() opens it
  /// again.
  void rest();

 private:
  void run();
  void follow_once();
  Result<std::shared_ptr<OpenIndex>> open() const;
  /// False: something else than its journal changed, it is to be opened anew.
  static bool go_on(OpenIndex& index);
  /// Shows questions the newest commit that was read.
  static Status take_view(OpenIndex& index);

  const Tree& tree_;
  base::Mutex mutex_;
  base::Condition changed_;
  std::uint64_t asked_ QUIRE_GUARDED_BY(mutex_) = 0;
  std::uint64_t followed_ QUIRE_GUARDED_BY(mutex_) = 0;
  bool ending_ QUIRE_GUARDED_BY(mutex_) = false;
  std::shared_ptr<OpenIndex> index_ QUIRE_GUARDED_BY(mutex_);
  std::optional<Error> problem_ QUIRE_GUARDED_BY(mutex_);
  std::thread thread_;  ///< The last member: it uses the others.
};

}  // namespace quire::mcp
