#include "mcp/lane.hpp"

#include <utility>

namespace quire::mcp {

Lane::~Lane() {
  {
    const base::MutexLock lock(mutex_);
    ending_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

void Lane::add(std::function<void()> task) {
  const base::MutexLock lock(mutex_);
  tasks_.push_back(std::move(task));
  changed_.notify_all();
}

bool Lane::is_idle() {
  const base::MutexLock lock(mutex_);
  return tasks_.empty() && !working_;
}

void Lane::wait_until_idle(std::chrono::steady_clock::time_point deadline) {
  const base::MutexLock lock(mutex_);
  while ((!tasks_.empty() || working_) && changed_.wait_until(mutex_, deadline)) {
  }
}

void Lane::run() {
  for (;;) {
    std::function<void()> task;
    {
      const base::MutexLock lock(mutex_);
      working_ = false;
      changed_.notify_all();
      while (tasks_.empty() && !ending_) {
        changed_.wait(mutex_);
      }
      if (ending_) {
        return;
      }
      task = std::move(tasks_.front());
      tasks_.pop_front();
      working_ = true;
    }
    task();
  }
}

}  // namespace quire::mcp
