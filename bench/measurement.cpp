#include "measurement.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include <time.h>

#include "dataset.hpp"

namespace quire::bench {
namespace {

double seconds_of(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

}  // namespace

double wall_seconds() {
  return seconds_of(CLOCK_MONOTONIC);
}

double process_cpu_seconds() {
  return seconds_of(CLOCK_PROCESS_CPUTIME_ID);
}

double thread_cpu_seconds() {
  return seconds_of(CLOCK_THREAD_CPUTIME_ID);
}

double percentile(std::vector<double> values, double share) {
  if (values.empty()) {
    return 0;
  }
  std::sort(values.begin(), values.end());
  const auto at = static_cast<std::size_t>(share * static_cast<double>(values.size()));
  return values[std::min(at, values.size() - 1)];
}

std::vector<double> column(const std::vector<Cost>& costs, double Cost::* member) {
  std::vector<double> out;
  out.reserve(costs.size());
  for (const Cost& cost : costs) {
    out.push_back(cost.*member);
  }
  return out;
}

BareLog::BareLog(std::filesystem::path path) : path_(std::move(path)) {
  file_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
  if (file_ < 0) {
    give_up("cannot create " + path_.string());
  }
}

BareLog::~BareLog() {
  ::close(file_);
  ::unlink(path_.c_str());
}

void BareLog::append_and_sync(std::uint64_t bytes) {
  content_.resize(std::max<std::size_t>(content_.size(), bytes), 'x');
  if (::write(file_, content_.data(), bytes) != static_cast<ssize_t>(bytes) ||
      ::fdatasync(file_) != 0) {
    give_up("cannot write to " + path_.string());
  }
}

}  // namespace quire::bench
