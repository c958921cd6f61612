#include "mcp/wire.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include <signal.h>
#include <unistd.h>

#include <poll.h>

namespace quire::mcp {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

/// How often it is looked whether the parent is still there.
constexpr milliseconds kParentInterval{200};
/// Some answers: a client that reads at all is never without one.
constexpr std::size_t kRoom = std::size_t{1} << 20;

volatile std::sig_atomic_t stopped = 0;

extern "C" void note_stop(int) {
  stopped = 1;
}

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

/// The signals come while wait_for_input() waits, and at no other time: none gets lost between
/// looking and waiting.
void catch_stop_signals() {
  struct sigaction action{};
  action.sa_handler = note_stop;
  sigemptyset(&action.sa_mask);
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

/// True if a signal waits to be caught: ppoll() lets none through while there is always something
/// to read.
bool has_pending_stop() {
  sigset_t pending;
  sigemptyset(&pending);
  sigpending(&pending);
  return sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1;
}

/// True if there is one of `events` of standard input, or its end.
bool wait_for_input(short events, milliseconds patience) {
  struct pollfd input{STDIN_FILENO, events, 0};
  const auto count = patience.count();
  const struct timespec limit{count / 1000, (count % 1000) * 1'000'000};
  sigset_t mask;
  pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  sigdelset(&mask, SIGTERM);
  sigdelset(&mask, SIGINT);
  return ppoll(&input, 1, &limit, &mask) > 0;
}

}  // namespace

LineOutput LineOutput::take_stdout() {
  const int own = dup(STDOUT_FILENO);
  dup2(STDERR_FILENO, STDOUT_FILENO);
  return LineOutput(own);
}

LineOutput::~LineOutput() {
  {
    const base::MutexLock lock(mutex_);
    ending_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

void LineOutput::write(std::string_view line) {
  const base::MutexLock lock(mutex_);
  if (!ended_) {
    waiting_ += line;
    waiting_ += '\n';
    changed_.notify_all();
  }
}

bool LineOutput::is_full() const {
  return waiting_.size() + being_written_ >= kRoom;
}

bool LineOutput::has_room() {
  const base::MutexLock lock(mutex_);
  return !is_full();
}

void LineOutput::wait_for_room() {
  const base::MutexLock lock(mutex_);
  while (is_full() && !ended_) {
    changed_.wait(mutex_);
  }
}

void LineOutput::flush(Clock::time_point deadline) {
  const base::MutexLock lock(mutex_);
  while (waiting_.size() + being_written_ > 0 && !ended_ && changed_.wait_until(mutex_, deadline)) {
  }
}

bool LineOutput::ended() {
  const base::MutexLock lock(mutex_);
  return ended_;
}

void LineOutput::run() {
  for (;;) {
    std::string text;
    {
      const base::MutexLock lock(mutex_);
      while (waiting_.empty() && !ending_) {
        changed_.wait(mutex_);
      }
      if (ending_) {
        return;
      }
      text.swap(waiting_);
      being_written_ = text.size();
    }
    const bool written = write_whole(text);
    const base::MutexLock lock(mutex_);
    being_written_ = 0;
    ended_ = !written;
    changed_.notify_all();
    if (ended_) {
      return;
    }
  }
}

bool LineOutput::write_whole(std::string_view text) const {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor_, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

LineInput::LineInput() : parent_(getppid()) {
  catch_stop_signals();
}

LineInput::Event LineInput::next(milliseconds patience) {
  const auto deadline = Clock::now() + patience;
  for (;;) {
    switch (splitter_.next(line_)) {
      case LineSplitter::Found::line:
        return Event::line;
      case LineSplitter::Found::too_long:
        return Event::too_long;
      case LineSplitter::Found::nothing:
        break;
    }
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - Clock::now());
    if (ended_ || is_stopped()) {
      return Event::ended;
    }
    if (left <= milliseconds::zero()) {
      return Event::quiet;
    }
    ended_ = wait_for_input(POLLIN, std::min(left, kParentInterval)) && !read_more();
  }
}

LineInput::Event LineInput::pause(milliseconds patience) {
  const bool hung_up = wait_for_input(POLLRDHUP, patience);
  return hung_up || is_stopped() ? Event::ended : Event::quiet;
}

bool LineInput::is_stopped() const {
  return stopped != 0 || has_pending_stop() || getppid() != parent_;
}

bool LineInput::read_more() {
  std::array<char, 65536> bytes{};
  const ssize_t count = read(STDIN_FILENO, bytes.data(), bytes.size());
  if (count > 0) {
    splitter_.add(std::string_view(bytes.data(), static_cast<std::size_t>(count)));
  }
  return count > 0 || (count < 0 && (errno == EINTR || errno == EAGAIN));
}

}  // namespace quire::mcp
