#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <thread>

#include "base/mutex.hpp"

namespace quire::mcp {

/// A thread that does one task after the other, in their order.
class Lane {
 public:
  Lane() : thread_([this] { run(); }) {}
  /// Waits for the task that is being done; those behind it are dropped.
  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  void add(std::function<void()> task);
  bool is_idle();
  void wait_until_idle(std::chrono::steady_clock::time_point deadline);

 private:
  void run();

  base::Mutex mutex_;
  base::Condition changed_;
  std::deque<std::function<void()>> tasks_ QUIRE_GUARDED_BY(mutex_);
  bool working_ QUIRE_GUARDED_BY(mutex_) = false;
  bool ending_ QUIRE_GUARDED_BY(mutex_) = false;
  std::thread thread_;  ///< The last member: it uses the others.
};

}  // namespace quire::mcp
