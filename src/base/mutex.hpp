#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

// Clang's thread-safety analysis (https://clang.llvm.org/docs/ThreadSafetyAnalysis.html); nothing
// to other compilers.
#if defined(__clang__)
#define QUIRE_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define QUIRE_THREAD_ANNOTATION(x)
#endif

#define QUIRE_GUARDED_BY(mutex) QUIRE_THREAD_ANNOTATION(guarded_by(mutex))
#define QUIRE_REQUIRES(mutex) QUIRE_THREAD_ANNOTATION(requires_capability(mutex))

namespace quire::base {

/// std::mutex, known to clang's analysis.
class QUIRE_THREAD_ANNOTATION(capability("mutex")) Mutex {
 public:
  void lock() QUIRE_THREAD_ANNOTATION(acquire_capability()) { mutex_.lock(); }
  void unlock() QUIRE_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

/// Holds a Mutex for its own lifetime.
class QUIRE_THREAD_ANNOTATION(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) QUIRE_THREAD_ANNOTATION(acquire_capability(mutex))
      : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexLock() QUIRE_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

/// Lets a thread wait for what another one changes under a Mutex.
class Condition {
 public:
  /// Releases `mutex` while it waits. May return without a reason: look again.
  void wait(Mutex& mutex) QUIRE_REQUIRES(mutex) { condition_.wait(mutex); }
  /// As wait(); false once `deadline` has passed.
  bool wait_until(Mutex& mutex, std::chrono::steady_clock::time_point deadline)
      QUIRE_REQUIRES(mutex) {
    return condition_.wait_until(mutex, deadline) == std::cv_status::no_timeout;
  }
  void notify_all() { condition_.notify_all(); }

 private:
  std::condition_variable_any condition_;
};

}  // namespace quire::base
