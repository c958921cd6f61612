#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <thread>

#include "base/mutex.hpp"

namespace quire::embedding {

/// When the next request may go to a server, for all threads that ask it.
class Pacer {
 public:
  using Clock = std::chrono::steady_clock;

  /// 0: as many as there are.
  explicit Pacer(std::uint32_t requests_per_minute)
      : interval_(requests_per_minute == 0
                      ? Clock::duration::zero()
                      : Clock::duration(std::chrono::minutes(1)) / requests_per_minute) {}

  /// Waits for this thread's turn.
  void wait() {
    Clock::time_point turn = take_turn();
    while (Clock::now() < turn) {
      std::this_thread::sleep_until(turn);
      turn = std::max(turn, postponed());
    }
  }

  /// From now on nobody asks for at least `pause`.
  void postpone(Clock::duration pause) {
    const base::MutexLock lock(mutex_);
    earliest_ = std::max(earliest_, Clock::now() + pause);
  }

 private:
  Clock::time_point take_turn() {
    const base::MutexLock lock(mutex_);
    const Clock::time_point turn = std::max({next_, earliest_, Clock::now()});
    next_ = turn + interval_;
    return turn;
  }

  Clock::time_point postponed() {
    const base::MutexLock lock(mutex_);
    return earliest_;
  }

  Clock::duration interval_;
  base::Mutex mutex_;
  Clock::time_point next_ QUIRE_GUARDED_BY(mutex_);      ///< By the rate.
  Clock::time_point earliest_ QUIRE_GUARDED_BY(mutex_);  ///< By a pause.
};

}  // namespace quire::embedding
