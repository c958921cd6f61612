#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/mutex.hpp"
#include "mcp/line_splitter.hpp"

/// The one door to standard input and output: lines in, lines out.
namespace quire::mcp {

/// Where lines go. Threads: any.
class LineOutput {
 public:
  /// Takes standard output for itself: whatever else writes there from now on goes to standard
  /// error, so that nothing can get between the lines.
  static LineOutput take_stdout();

  /// Writes `line`, which has no line feed in it, and a line feed; nothing once ended().
  void write(std::string_view line);

  /// The reader went away.
  bool ended();

 private:
  explicit LineOutput(int descriptor) : descriptor_(descriptor) {}

  base::Mutex mutex_;
  int descriptor_ QUIRE_GUARDED_BY(mutex_);
  bool ended_ QUIRE_GUARDED_BY(mutex_) = false;
};

/// Lines of standard input. For one thread.
class LineInput {
 public:
  enum class Event : std::uint8_t {
    line,      ///< line() is one.
    too_long,  ///< One that is longer than kLongestLine went by.
    quiet,     ///< Nothing came for as long as was waited.
    ended,     ///< No more will come: the end, SIGTERM, SIGINT, or the parent process is gone.
  };

  static constexpr std::size_t kLongestLine = std::size_t{4} << 20;

  /// Catches SIGTERM and SIGINT from now on. To be made before any thread is: they inherit that the
  /// signals are for this one.
  LineInput();

  Event next(std::chrono::milliseconds patience);

  /// Valid until the next call.
  std::string_view line() const { return line_; }

 private:
  /// False at the end.
  bool read_more();

  const int parent_;
  LineSplitter splitter_{kLongestLine};
  bool ended_ = false;
  std::string line_;
};

}  // namespace quire::mcp
