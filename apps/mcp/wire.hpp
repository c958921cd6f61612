#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>

#include "base/mutex.hpp"
#include "mcp/line_splitter.hpp"

/// The one door to standard input and output: lines in, lines out.
namespace quire::mcp {

/// Where lines go, in the order in which they come. They are written by a thread of its own: a
/// client that does not read holds up nobody else. Threads: any.
class LineOutput {
 public:
  /// Takes standard output for itself: whatever else writes there from now on goes to standard
  /// error, so that nothing can get between the lines.
  static LineOutput take_stdout();

  /// Waits for what is being written; what is behind it is dropped.
  ~LineOutput();
  LineOutput(const LineOutput&) = delete;
  LineOutput& operator=(const LineOutput&) = delete;

  /// Has `line`, which has no line feed in it, and a line feed written; nothing once ended(). Never
  /// waits: who writes many lines looks for room before.
  void write(std::string_view line);

  /// False while a mebibyte or more waits to be written.
  bool has_room();

  /// Returns when there is room, or at the end.
  void wait_for_room();

  /// Returns when all is written, at the end, or at `deadline`.
  void flush(std::chrono::steady_clock::time_point deadline);

  /// The reader went away.
  bool ended();

 private:
  explicit LineOutput(int descriptor) : descriptor_(descriptor), thread_([this] { run(); }) {}

  void run();
  bool is_full() const QUIRE_REQUIRES(mutex_);
  /// False if the reader went away.
  bool write_whole(std::string_view text) const;

  const int descriptor_;
  base::Mutex mutex_;
  base::Condition changed_;
  std::string waiting_ QUIRE_GUARDED_BY(mutex_);
  std::size_t being_written_ QUIRE_GUARDED_BY(mutex_) = 0;  ///< Bytes.
  bool ended_ QUIRE_GUARDED_BY(mutex_) = false;
  bool ending_ QUIRE_GUARDED_BY(mutex_) = false;
  std::thread thread_;  ///< The last member: it uses the others.
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

  /// next() that takes nothing in: `quiet`, or `ended`. The end of the input is seen here too,
  /// however much stands before it; not that of a plain file.
  Event pause(std::chrono::milliseconds patience);

  /// Valid until the next call.
  std::string_view line() const { return line_; }

 private:
  /// False at the end.
  bool read_more();
  /// True if a signal came, or the parent process is gone.
  bool is_stopped() const;

  const int parent_;
  LineSplitter splitter_{kLongestLine};
  bool ended_ = false;
  std::string line_;
};

}  // namespace quire::mcp
