#include "base/child_process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <poll.h>
#include <spawn.h>

#include "base/program_path.hpp"
#include "base/try.hpp"

namespace quire::base {
namespace {

using Clock = std::chrono::steady_clock;
using End = ChildReport::End;

constexpr std::size_t kReadBytes = std::size_t{64} << 10;
constexpr std::chrono::milliseconds kExitPoll{1};
/// Our ends of pipes lie above all descriptors that a child is given, so that giving it one never
/// closes another.
constexpr int kLowestDescriptor = 64;

std::unexpected<Error> system_error(const std::string& action, int error) {
  return fail(ErrorCode::unavailable, action + ": " + std::generic_category().message(error));
}

/// An open descriptor, closed at the end.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  bool is_open() const { return number_ >= 0; }
  int number() const { return number_; }
  void close() {
    if (is_open()) {
      ::close(std::exchange(number_, -1));
    }
  }

 private:
  int number_ = -1;
};

struct Pipe {
  Descriptor read;
  Descriptor write;
};

Result<Descriptor> moved_up(Descriptor low) {
  Descriptor high(fcntl(low.number(), F_DUPFD_CLOEXEC, kLowestDescriptor));
  if (!high.is_open()) {
    return system_error("open a pipe", errno);
  }
  return high;
}

Result<Pipe> open_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    return system_error("open a pipe", errno);
  }
  Descriptor read(ends[0]);
  Descriptor write(ends[1]);
  Pipe pipe;
  QUIRE_TRY_ASSIGN(pipe.read, moved_up(std::move(read)));
  QUIRE_TRY_ASSIGN(pipe.write, moved_up(std::move(write)));
  return pipe;
}

void make_nonblocking(const Descriptor& end) {
  fcntl(end.number(), F_SETFL, fcntl(end.number(), F_GETFL) | O_NONBLOCK);
}

/// Keeps SIGPIPE from this thread while it writes to a child that may be gone.
class WithoutSigpipe {
 public:
  WithoutSigpipe() {
    sigemptyset(&sigpipe_);
    sigaddset(&sigpipe_, SIGPIPE);
    pending_before_ = is_pending();
    pthread_sigmask(SIG_BLOCK, &sigpipe_, &mask_before_);
  }
  ~WithoutSigpipe() {
    if (!pending_before_ && is_pending()) {
      int number = 0;
      sigwait(&sigpipe_, &number);
    }
    pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
  }
  WithoutSigpipe(const WithoutSigpipe&) = delete;
  WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;

 private:
  static bool is_pending() {
    sigset_t pending;
    return sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
  }

  sigset_t sigpipe_{};
  sigset_t mask_before_{};
  bool pending_before_ = false;
};

/// posix_spawn's two parameter blocks. A call that finds no memory is remembered, for all of them.
class SpawnPlan {
 public:
  SpawnPlan() {
    note(posix_spawn_file_actions_init(&actions_));
    note(posix_spawnattr_init(&attributes_));
    sigset_t none;
    sigset_t defaults;
    sigemptyset(&none);
    sigfillset(&defaults);
    note(posix_spawnattr_setsigmask(&attributes_, &none));
    note(posix_spawnattr_setsigdefault(&attributes_, &defaults));
    note(posix_spawnattr_setpgroup(&attributes_, 0));
    note(posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP));
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  void give(const Descriptor& end, int as) {
    note(posix_spawn_file_actions_adddup2(&actions_, end.number(), as));
  }
  void give_nothing(int as) {
    note(posix_spawn_file_actions_addopen(&actions_, as, "/dev/null", O_RDWR, 0));
  }

  /// The error number, or 0 with the child's process id in `child`.
  int spawn(const std::string& program, const ChildCommand& command, pid_t& child) {
    if (error_ != 0) {
      return error_;
    }
    const std::vector<std::string> safe = safe_environment(command.environment);
    const std::vector<char*> arguments = pointers(command.arguments);
    const std::vector<char*> environment = pointers(safe);
    return posix_spawn(&child, program.c_str(), &actions_, &attributes_, arguments.data(),
                       environment.data());
  }

 private:
  /// posix_spawn changes none of them, although its declaration could.
  static std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> out;
    out.reserve(texts.size() + 1);
    for (const std::string& text : texts) {
      out.push_back(const_cast<char*>(text.c_str()));
    }
    out.push_back(nullptr);
    return out;
  }

  void note(int error) { error_ = error_ == 0 ? error : error_; }

  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
  int error_ = 0;
};

/// A child and our ends of its pipes. Its end waits for the child's, which it brings about.
class Child {
 public:
  explicit Child(const ChildCommand& command)
      : command_(command), until_(Clock::now() + command.time_limit) {
    report_.outputs.resize(command.outputs.size());
  }
  ~Child() { kill(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  Status start() {
    QUIRE_TRY_ASSIGN(const std::string program, find_program(command_.arguments.front()));
    SpawnPlan plan;
    std::vector<Descriptor> childs_ends;
    QUIRE_TRY(connect(plan, childs_ends));
    const int error = plan.spawn(program, command_, pid_);
    if (error == 0) {
      return {};
    }
    pid_ = 0;
    const std::string action = "start " + command_.arguments.front();
    if (error == ENOENT) {
      return fail(ErrorCode::not_found, action + ": there is no such program");
    }
    return system_error(action, error);
  }

  ChildReport run() {
    const WithoutSigpipe without_sigpipe;
    while (reads_something() && report_.end == End::exited) {
      transfer();
    }
    inputs_.clear();
    await_exit();
    return std::move(report_);
  }

 private:
  struct Feed {
    Descriptor pipe;
    std::string_view rest;
  };

  Status connect(SpawnPlan& plan, std::vector<Descriptor>& childs_ends) {
    for (int standard = 0; standard <= 2; ++standard) {
      plan.give_nothing(standard);
    }
    for (const ChildInput& input : command_.inputs) {
      QUIRE_TRY_ASSIGN(Pipe pipe, open_pipe());
      make_nonblocking(pipe.write);
      plan.give(pipe.read, input.descriptor);
      inputs_.push_back({std::move(pipe.write), input.bytes});
      childs_ends.push_back(std::move(pipe.read));
    }
    for (const ChildOutput& output : command_.outputs) {
      QUIRE_TRY_ASSIGN(Pipe pipe, open_pipe());
      make_nonblocking(pipe.read);
      plan.give(pipe.write, output.descriptor);
      outputs_.push_back(std::move(pipe.read));
      childs_ends.push_back(std::move(pipe.write));
    }
    return {};
  }

  bool reads_something() const { return std::ranges::any_of(outputs_, &Descriptor::is_open); }

  /// Waits until a pipe is ready or the time is up, and moves what can be moved.
  void transfer() {
    std::vector<pollfd> polled;
    polled.reserve(inputs_.size() + outputs_.size());
    for (const Feed& input : inputs_) {
      polled.push_back({input.pipe.number(), POLLOUT, 0});
    }
    for (const Descriptor& output : outputs_) {
      polled.push_back({output.number(), POLLIN, 0});
    }
    poll(polled.data(), polled.size(), milliseconds_left());
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      if (polled[i].revents != 0) {
        feed(inputs_[i]);
      }
    }
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
      if (polled[inputs_.size() + i].revents != 0) {
        drain(i);
      }
    }
    note_time();
  }

  int milliseconds_left() const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until_ - Clock::now());
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
  }

  void note_time() {
    if (Clock::now() >= until_ && report_.end == End::exited) {
      report_.end = End::timed_out;
    }
  }

  /// What a child doesn't read is its own affair: it says by its exit code how that went.
  static void feed(Feed& input) {
    const ssize_t written = write(input.pipe.number(), input.rest.data(), input.rest.size());
    if (written >= 0) {
      input.rest.remove_prefix(static_cast<std::size_t>(written));
    }
    const bool broken = written < 0 && errno != EAGAIN && errno != EINTR;
    if (broken || input.rest.empty()) {
      input.pipe.close();
    }
  }

  void drain(std::size_t i) {
    std::array<char, kReadBytes> buffer{};
    const ssize_t got = read(outputs_[i].number(), buffer.data(), buffer.size());
    if (got > 0) {
      keep(i, {buffer.data(), static_cast<std::size_t>(got)});
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
      outputs_[i].close();
    }
  }

  void keep(std::size_t i, std::string_view bytes) {
    std::string& kept = report_.outputs[i];
    if (bytes.size() > command_.outputs[i].limit - kept.size()) {
      report_.end = End::flooded;
      return;
    }
    kept += bytes;
  }

  void await_exit() {
    while (report_.end == End::exited) {
      if (collect(WNOHANG)) {
        return;
      }
      std::this_thread::sleep_for(kExitPoll);
      note_time();
    }
    kill();
  }

  void kill() {
    if (pid_ > 0) {
      ::kill(-pid_, SIGKILL);  // Its group: what it started goes too.
      collect(0);
    }
  }

  /// Takes the child's exit status; false if it still runs. Where this process has its children's
  /// statuses thrown away (SIGCHLD is ignored), it counts as ended by an unknown signal.
  bool collect(int options) {
    int status = SIGKILL;
    pid_t ended = 0;
    do {
      ended = waitpid(pid_, &status, options);
    } while (ended < 0 && errno == EINTR);
    if (ended == 0) {
      return false;
    }
    pid_ = 0;
    if (report_.end == End::exited) {
      report_.end = WIFEXITED(status) ? End::exited : End::signalled;
      report_.code = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
    }
    return true;
  }

  const ChildCommand& command_;
  Clock::time_point until_;
  pid_t pid_ = 0;
  std::vector<Feed> inputs_;
  std::vector<Descriptor> outputs_;
  ChildReport report_;
};

}  // namespace

Result<ChildReport> run_child(const ChildCommand& command) {
  Child child(command);
  QUIRE_TRY(child.start());
  return child.run();
}

}  // namespace quire::base
