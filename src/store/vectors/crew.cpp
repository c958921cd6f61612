#include "store/vectors/crew.hpp"

#include <algorithm>
#include <exception>

namespace quire::vectors {

Crew::Crew(std::size_t threads) {
  constexpr std::size_t kMost = 64;
  helpers_.reserve(std::min(threads, kMost));
  try {
    while (helpers_.size() + 1 < std::min(threads, kMost)) {
      helpers_.emplace_back([this] { serve(); });
    }
  } catch (const std::exception&) {  // No more threads or memory to be had: fewer do it all.
    return;
  }
}

Crew::~Crew() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  begun_.notify_all();
  for (std::thread& helper : helpers_) {
    helper.join();
  }
}

void Crew::for_each(std::size_t count, const std::function<void(std::size_t)>& work) {
  {
    const std::lock_guard lock(mutex_);
    work_ = &work;
    count_ = count;
    next_.store(0, std::memory_order_relaxed);
    thrown_ = nullptr;
    busy_ = helpers_.size();
    ++loop_;
  }
  begun_.notify_all();
  take_part();
  std::unique_lock lock(mutex_);
  done_.wait(lock, [this] { return busy_ == 0; });
  if (thrown_) {
    std::rethrow_exception(thrown_);
  }
}

void Crew::serve() {
  std::unique_lock lock(mutex_);
  for (std::uint64_t seen = 0;;) {
    begun_.wait(lock, [&] { return ended_ || loop_ != seen; });
    if (ended_) {
      return;
    }
    seen = loop_;
    lock.unlock();
    take_part();
    lock.lock();
    if (--busy_ == 0) {
      done_.notify_one();
    }
  }
}

void Crew::take_part() {
  try {
    for (std::size_t i = next_++; i < count_; i = next_++) {
      (*work_)(i);
    }
  } catch (...) {
    next_.store(count_, std::memory_order_relaxed);
    const std::lock_guard lock(mutex_);
    thrown_ = std::current_exception();
  }
}

}  // namespace quire::vectors
