#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace quire::bench {

/// Clocks, in seconds.
double wall_seconds();
double process_cpu_seconds();  ///< Of all threads.
double thread_cpu_seconds();   ///< Of the calling thread.

/// What one action took.
struct Cost {
  double wall_s = 0;
  double process_cpu_s = 0;
  double thread_cpu_s = 0;
};

template <class Action>
Cost cost_of(Action&& action) {
  const Cost before{wall_seconds(), process_cpu_seconds(), thread_cpu_seconds()};
  action();
  return {wall_seconds() - before.wall_s, process_cpu_seconds() - before.process_cpu_s,
          thread_cpu_seconds() - before.thread_cpu_s};
}

/// The value below which `share` of `values` lie; 0 for none.
double percentile(std::vector<double> values, double share);

/// One member of every cost.
std::vector<double> column(const std::vector<Cost>& costs, double Cost::* member);

/// A file that is only appended to and synced: what the disk alone takes.
class BareLog {
 public:
  explicit BareLog(std::filesystem::path path);
  ~BareLog();  ///< Deletes the file.
  BareLog(const BareLog&) = delete;
  BareLog& operator=(const BareLog&) = delete;

  /// Appends `bytes` bytes and waits for them to be on the disk.
  void append_and_sync(std::uint64_t bytes);

 private:
  std::filesystem::path path_;
  int file_ = -1;
  std::string content_;
};

}  // namespace quire::bench
