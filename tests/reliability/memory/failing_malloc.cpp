#include "reliability/memory/failing_malloc.hpp"

#include <atomic>
#include <cerrno>
#include <cstddef>

// glibc's own names of the functions that are replaced below.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* block);
}

namespace quire::reliability {
namespace {

constexpr std::uint64_t kNever = UINT64_MAX;

std::atomic<std::uint64_t> calls_left = kNever;
std::atomic<bool> fails_for_good = false;
std::atomic<std::uint64_t> refused = 0;
std::atomic<std::int64_t> in_use = 0;

bool is_refused() {
  std::uint64_t left = calls_left.load();
  while (left != kNever) {
    const std::uint64_t next = left > 0 ? left - 1 : fails_for_good ? 0 : kNever;
    if (calls_left.compare_exchange_weak(left, next)) {
      refused += left == 0 ? 1 : 0;
      return left == 0;
    }
  }
  return false;
}

template <class Allocate>
void* allocate(const Allocate& really) {
  void* const block = is_refused() ? nullptr : really();
  if (block == nullptr) {
    errno = ENOMEM;
  } else {
    ++in_use;
  }
  return block;
}

}  // namespace

FailingMalloc::FailingMalloc(std::uint64_t number, Mode mode) : number_(number) {
  fails_for_good = mode == Mode::for_good;
  calls_left = number;
}

FailingMalloc::~FailingMalloc() {
  calls_left = kNever;
}

std::uint64_t FailingMalloc::calls() const {
  return number_ - calls_left;
}

std::uint64_t refused_allocations() {
  return refused;
}

std::int64_t blocks_in_use() {
  return in_use;
}

}  // namespace quire::reliability

using quire::reliability::allocate;

extern "C" {

void* malloc(std::size_t size) {
  return allocate([=] { return __libc_malloc(size); });
}

void* calloc(std::size_t count, std::size_t size) {
  return allocate([=] { return __libc_calloc(count, size); });
}

void* realloc(void* old, std::size_t size) {
  if (old == nullptr) {
    return malloc(size);
  }
  if (quire::reliability::is_refused()) {
    errno = ENOMEM;
    return nullptr;
  }
  return __libc_realloc(old, size);
}

void* memalign(std::size_t alignment, std::size_t size) {
  return allocate([=] { return __libc_memalign(alignment, size); });
}

void* aligned_alloc(std::size_t alignment, std::size_t size) {
  return memalign(alignment, size);
}

int posix_memalign(void** out, std::size_t alignment, std::size_t size) {
  void* const block = memalign(alignment, size);
  if (block != nullptr) {
    *out = block;
  }
  return block == nullptr ? ENOMEM : 0;
}

void free(void* block) {
  if (block != nullptr) {
    --quire::reliability::in_use;
  }
  __libc_free(block);
}
}
