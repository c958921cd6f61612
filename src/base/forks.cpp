#include "base/forks.hpp"

#include <atomic>

#include <pthread.h>

namespace quire::base {
namespace {

std::atomic<unsigned> forks = 0;

void count_fork() {
  forks.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

unsigned forks_so_far() {
  // Where it fails there is no memory, and a fork would not be noticed.
  static const int registered = ::pthread_atfork(nullptr, nullptr, count_fork);
  static_cast<void>(registered);
  return forks.load(std::memory_order_relaxed);
}

}  // namespace quire::base
