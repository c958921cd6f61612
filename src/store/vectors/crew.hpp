#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace quire::vectors {

/// Threads that share loops: the caller's and `threads` - 1 more, or as many as the system gives
/// and at most 63, which wait between loops and end with the crew.
class Crew {
 public:
  explicit Crew(std::size_t threads);
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  /// Calls work(i) once for each i below `count`, in no order, and returns when all have returned.
  /// What a call throws (bad_alloc) is thrown again here, after all others ended.
  void for_each(std::size_t count, const std::function<void(std::size_t)>& work);

 private:
  void serve();
  void take_part();

  std::mutex mutex_;
  std::condition_variable begun_;
  std::condition_variable done_;
  std::uint64_t loop_ = 0;  ///< Counts loops; guarded by mutex_, as the next two.
  std::size_t busy_ = 0;    ///< Helpers that are still in this loop.
  bool ended_ = false;
  std::exception_ptr thrown_;

  const std::function<void(std::size_t)>* work_ = nullptr;
  std::size_t count_ = 0;
  std::atomic<std::size_t> next_ = 0;
  std::vector<std::thread> helpers_;
};

/// Calls work(i) for each i below `count`; a thread takes `size` of them at a time.
template <class Work>
void for_each_portion(Crew& crew, std::size_t count, std::size_t size, Work&& work) {
  crew.for_each((count + size - 1) / size, [&](std::size_t portion) {
    const std::size_t end = std::min(count, (portion + 1) * size);
    for (std::size_t i = portion * size; i < end; ++i) {
      work(i);
    }
  });
}

}  // namespace quire::vectors
