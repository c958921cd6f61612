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
constexpr milliseconds kParentInterval{500};

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

/// True if there is something to read, or the end.
bool wait_for_input(milliseconds patience) {
  struct pollfd input{STDIN_FILENO, POLLIN, 0};
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

void LineOutput::write(std::string_view line) {
  std::string text(line);
  text += '\n';
  const base::MutexLock lock(mutex_);
  for (std::string_view rest = text; !rest.empty() && !ended_;) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      ended_ = true;
    }
  }
}

bool LineOutput::ended() {
  const base::MutexLock lock(mutex_);
  return ended_;
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
    if (ended_ || stopped != 0 || getppid() != parent_) {
      return Event::ended;
    }
    if (left <= milliseconds::zero()) {
      return Event::quiet;
    }
    ended_ = wait_for_input(std::min(left, kParentInterval)) && !read_more();
  }
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
