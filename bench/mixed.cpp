#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <quire/vector_store.hpp>

#include "file_updates.hpp"
#include "measurement.hpp"
#include "phases.hpp"

namespace quire::bench {
namespace {

/// Replaces files at a steady rate until told to stop: one that comes late is followed at once by
/// the next, until none is late any more.
std::vector<Cost> replace_files_until(const std::atomic<bool>& stopped,
                                      VectorStore& store,
                                      FileUpdates& updates,
                                      double rate) {
  std::vector<Cost> commits;
  const double start = wall_seconds();
  while (!stopped) {
    FileUpdate file = updates.next();
    const double due = start + static_cast<double>(commits.size()) / rate;
    std::this_thread::sleep_for(std::chrono::duration<double>(due - wall_seconds()));
    commits.push_back(cost_of([&] {
      expect(store.replace_file(file.path, std::move(file.rows)), "replace " + file.path);
    }));
  }
  return commits;
}

}  // namespace

void mixed(Run& run) {
  const auto seconds = run.arguments.take_number("seconds", 10.0);
  const auto rate = run.arguments.take_number("rate", 50.0);
  const auto readers = run.arguments.take_number<std::size_t>("readers", 2);
  const SearchOptions options{.expansion =
                                  run.arguments.take_number<std::uint32_t>("expansion", 64)};
  const auto durability = run.arguments.take_one_of<Durability>(
      "durability", {{"each_commit", Durability::each_commit}, {"group", Durability::group}});
  const auto seed = run.arguments.take_number<std::uint64_t>("seed", 1);
  run.arguments.expect_none_left();

  VectorStore store = open_built_store(run, {.durability = durability});
  FileUpdates updates(run.dataset.read_rows(), paths_of(store), seed);
  answer_for(std::min(1.0, seconds), store, run.dataset, options, readers);
  const Answered alone = answer_for(seconds, store, run.dataset, options, readers);
  std::atomic<bool> stopped = false;
  std::vector<Cost> commits;
  std::thread writer([&] { commits = replace_files_until(stopped, store, updates, rate); });
  const Answered beside = answer_for(seconds, store, run.dataset, options, readers);
  stopped = true;
  writer.join();

  const std::vector<double> wall = column(commits, &Cost::wall_s);
  const bool synced = durability == Durability::each_commit;
  Record record = record_of(run, store);
  record["setting"] = "ef=" + std::to_string(options.expansion);
  record["readers"] = readers;
  record["rate"] = rate;
  record["qps_alone"] = std::round(alone.per_second);
  record["qps_beside_writer"] = std::round(beside.per_second);
  record["qps_ratio"] = rounded(beside.per_second / alone.per_second);
  record["query_p50_us_alone"] = rounded(alone.p50_us);
  record["query_p50_us_beside_writer"] = rounded(beside.p50_us);
  record["query_p99_us_alone"] = rounded(alone.p99_us);
  record["query_p99_us_beside_writer"] = rounded(beside.p99_us);
  record["commits"] = commits.size();
  record["commits_per_s"] = rounded(static_cast<double>(commits.size()) / seconds);
  record["p50_ms"] = rounded(percentile(wall, 0.5) * 1e3);
  record["p99_ms"] = rounded(percentile(wall, 0.99) * 1e3);
  record["max_ms"] = rounded(percentile(wall, 1.0) * 1e3);
  record["fsync"] = synced;
  print(record);
  expect(store.close(), "close");
}

}  // namespace quire::bench
