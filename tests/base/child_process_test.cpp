#include "base/child_process.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "support/expect.hpp"

namespace quire::base {
namespace {

using End = ChildReport::End;
using std::chrono::milliseconds;
using support::expect;

/// `script` run by the shell, with 1 MiB of its standard output kept.
ChildCommand shell(std::string script, std::string_view input = {}) {
  return {.arguments = {"sh", "-c", std::move(script)},
          .environment = {"PATH=/usr/bin:/bin"},
          .inputs = {{0, input}},
          .outputs = {{1, std::size_t{1} << 20}},
          .time_limit = std::chrono::seconds(20)};
}

std::ptrdiff_t open_descriptors() {
  const std::filesystem::directory_iterator first("/proc/self/fd");
  return std::distance(begin(first), end(first));
}

/// Those that this process got from its own parent without a mark to close them, and 0 to 2.
std::ptrdiff_t inherited_descriptors() {
  std::ptrdiff_t count = 0;
  for (int number = 0; number < 1024; ++number) {
    const int flags = fcntl(number, F_GETFD);
    count += number <= 2 || (flags >= 0 && (flags & FD_CLOEXEC) == 0) ? 1 : 0;
  }
  return count;
}

bool has_children() {
  return waitpid(-1, nullptr, WNOHANG) != -1;
}

/// Whatever a test does, it leaves neither a child nor a descriptor behind.
class ChildProcess : public testing::Test {
 protected:
  void TearDown() override {
    EXPECT_EQ(open_descriptors(), descriptors_);
    EXPECT_FALSE(has_children());
  }

 private:
  std::ptrdiff_t descriptors_ = open_descriptors();
};

TEST_F(ChildProcess, ReadsItsInputAndSaysItsCode) {
  const ChildReport report = expect(run_child(shell("tr a-z A-Z; exit 3", "hello")));
  EXPECT_EQ(report.end, End::exited);
  EXPECT_EQ(report.code, 3);
  EXPECT_EQ(report.outputs.at(0), "HELLO");
}

TEST_F(ChildProcess, PassesMoreThanPipesHoldInBothDirections) {
  const std::string input(900'000, 'x');
  EXPECT_EQ(expect(run_child(shell("cat", input))).outputs.at(0), input);
}

TEST_F(ChildProcess, HasFurtherPipesByNumber) {
  ChildCommand command = shell("cat /dev/fd/3 /dev/fd/4; echo five >/dev/fd/5", "");
  command.inputs = {{4, "four"}, {3, "three"}};
  command.outputs.push_back({5, 100});
  const ChildReport report = expect(run_child(command));
  EXPECT_EQ(report.outputs.at(0), "threefour");
  EXPECT_EQ(report.outputs.at(1), "five\n");
}

TEST_F(ChildProcess, SurvivesAChildThatReadsNothing) {
  const std::string input(900'000, 'x');
  struct sigaction before{};
  struct sigaction after{};
  sigaction(SIGPIPE, nullptr, &before);
  EXPECT_EQ(expect(run_child(shell("exec 0<&-; sleep 0.1; echo done", input))).outputs.at(0),
            "done\n");
  sigaction(SIGPIPE, nullptr, &after);
  EXPECT_EQ(before.sa_handler, SIG_DFL);
  EXPECT_EQ(after.sa_handler, SIG_DFL);
  sigset_t pending;
  sigpending(&pending);
  EXPECT_EQ(sigismember(&pending, SIGPIPE), 0);
}

TEST_F(ChildProcess, IsKilledAtItsTimeLimit) {
  ChildCommand command = shell("sleep 60");
  command.time_limit = milliseconds(200);
  const auto started = std::chrono::steady_clock::now();
  EXPECT_EQ(expect(run_child(command)).end, End::timed_out);
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(10));
}

TEST_F(ChildProcess, IsKilledAtItsTimeLimitWithItsOutputClosed) {
  ChildCommand command = shell("exec 1>&-; exec sleep 60");
  command.time_limit = milliseconds(200);
  EXPECT_EQ(expect(run_child(command)).end, End::timed_out);
}

TEST_F(ChildProcess, IsKilledWhenItWritesTooMuch) {
  const ChildReport report = expect(run_child(shell("exec yes")));
  EXPECT_EQ(report.end, End::flooded);
  EXPECT_LE(report.outputs.at(0).size(), std::size_t{1} << 20);
}

TEST_F(ChildProcess, EndedBySomebodyElseSaysTheSignal) {
  const ChildReport report = expect(run_child(shell("kill -TERM $$")));
  EXPECT_EQ(report.end, End::signalled);
  EXPECT_EQ(report.code, SIGTERM);
}

TEST_F(ChildProcess, SeesNothingOfOurEnvironmentAndDescriptors) {
  ASSERT_EQ(setenv("QUIRE_SECRET", "secret", 1), 0);
  EXPECT_EQ(expect(run_child(shell("echo \"[$QUIRE_SECRET]\""))).outputs.at(0), "[]\n");
  // The listing's own descriptor is one more.
  const std::string listed = expect(run_child(shell("exec ls /proc/self/fd"))).outputs.at(0);
  EXPECT_EQ(std::ranges::count(listed, '\n'), inherited_descriptors() + 1);
}

TEST_F(ChildProcess, HasDefaultSignalsWhateverWeIgnore) {
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  const ChildReport report = expect(run_child(shell("kill -PIPE $$; echo ignored")));
  std::signal(SIGPIPE, before);
  EXPECT_EQ(report.end, End::signalled);
  EXPECT_EQ(report.code, SIGPIPE);
}

TEST_F(ChildProcess, OfNoSuchProgramIsAnError) {
  ChildCommand command = shell("");
  command.arguments = {"quire-no-such-program"};
  const Result<ChildReport> report = run_child(command);
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code, ErrorCode::not_found);
  EXPECT_NE(report.error().message.find("quire-no-such-program"), std::string::npos);
}

TEST_F(ChildProcess, RunsBesideOthersInManyThreads) {
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&right, i] {
      for (int n = 0; n < 10; ++n) {
        const std::string text = std::to_string(i * 100 + n);
        right += expect(run_child(shell("cat", text))).outputs.at(0) == text ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(right, 80);
}

}  // namespace
}  // namespace quire::base
