#pragma once

#include <chrono>
#include <cstdint>
#include <utility>

#include <quire/vector_search.hpp>

namespace quire::store {

/// What one search does. Counts are kept always, being free; the clock is read only for whoever
/// asked.
class SearchRecorder {
 public:
  enum class Clock : std::uint8_t { off, on };

  explicit SearchRecorder(Clock clock) : timed_(clock == Clock::on), last_(now()) {}

  SearchProfile profile;

  /// The time since the last lap, or the beginning; zero without a clock.
  SearchProfile::Microseconds lap() {
    const Time before = std::exchange(last_, now());
    return last_ - before;
  }

 private:
  using Time = std::chrono::steady_clock::time_point;

  Time now() const { return timed_ ? std::chrono::steady_clock::now() : Time(); }

  bool timed_;
  Time last_;
};

}  // namespace quire::store
