#pragma once

#include <cstdint>
#include <functional>

namespace quire::chunking {

/// What a long piece of work asks whether to go on.
class StopCheck {
 public:
  StopCheck() = default;  ///< Never stops.
  /// `should_stop` may be empty, and must outlive this.
  explicit StopCheck(const std::function<bool()>& should_stop)
      : should_stop_(should_stop ? &should_stop : nullptr) {}

  /// Asks; once true, it stays so.
  bool now() {
    stopped_ = stopped_ || (should_stop_ != nullptr && (*should_stop_)());
    return stopped_;
  }

  /// For loops of short turns: asks in every kTurns-th one.
  bool soon() { return ++turns_ % kTurns == 0 ? now() : stopped_; }

 private:
  static constexpr std::uint32_t kTurns = 256;

  const std::function<bool()>* should_stop_ = nullptr;
  std::uint32_t turns_ = 0;
  bool stopped_ = false;
};

}  // namespace quire::chunking
