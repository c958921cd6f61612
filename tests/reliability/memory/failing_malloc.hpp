#pragma once

#include <cstdint>

/// malloc and all that stands on it (new, libraries in C), made to fail. Linked into a test of its
/// own: it replaces the allocator of the whole program.
namespace quire::reliability {

/// Calls refused while this lives, in all threads: the `number`-th from here on, or that and every
/// later one.
class FailingMalloc {
 public:
  enum class Mode : std::uint8_t { once, for_good };

  static constexpr std::uint64_t kCountOnly = UINT64_MAX - 1;

  FailingMalloc(std::uint64_t number, Mode mode);
  ~FailingMalloc();
  FailingMalloc(const FailingMalloc&) = delete;
  FailingMalloc& operator=(const FailingMalloc&) = delete;

  /// Calls so far, until the first that is refused.
  std::uint64_t calls() const;

 private:
  std::uint64_t number_;
};

/// How often any FailingMalloc refused a call.
std::uint64_t refused_allocations();

/// Blocks of memory that are in use.
std::int64_t blocks_in_use();

}  // namespace quire::reliability
