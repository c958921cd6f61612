#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <malloc.h>

#include <quire/vector_store.hpp>

#include "phases.hpp"

namespace quire::bench {
namespace {

constexpr std::size_t kQueries = 1000;

/// What this process has in memory.
struct Resident {
  std::int64_t heap_bytes = 0;       ///< Of what malloc gave out; anonymous memory holds it.
  std::int64_t anonymous_bytes = 0;  ///< Also what was freed, and malloc keeps for later.
  std::int64_t file_bytes = 0;       ///< Of mapped files; may be taken back at any time.
};

Resident resident_now() {
  Resident out;
  const struct mallinfo2 heap = mallinfo2();
  out.heap_bytes = static_cast<std::int64_t>(heap.uordblks + heap.hblkhd);
  std::ifstream status("/proc/self/status");
  std::string name;
  while (status >> name) {
    if (name == "RssAnon:" || name == "RssFile:") {
      std::int64_t kibibytes = 0;
      status >> kibibytes;
      (name == "RssAnon:" ? out.anonymous_bytes : out.file_bytes) = kibibytes * 1024;
    }
  }
  return out;
}

/// The most that was resident while `action` ran, looked at every millisecond.
template <class Action>
Resident peak_during(Action&& action) {
  Resident peak = resident_now();
  std::atomic<bool> over = false;
  std::thread watcher([&] {
    while (!over) {
      const Resident now = resident_now();
      peak.heap_bytes = std::max(peak.heap_bytes, now.heap_bytes);
      peak.anonymous_bytes = std::max(peak.anonymous_bytes, now.anonymous_bytes);
      peak.file_bytes = std::max(peak.file_bytes, now.file_bytes);
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  action();
  over = true;
  watcher.join();
  return peak;
}

/// `before`: what this process had in memory before it opened the store.
void print_resident(const Run& run,
                    const VectorStore& store,
                    const std::string& state,
                    const Resident& before,
                    const Resident& now) {
  Record record = record_of(run, store);
  record["state"] = state;
  record["rows"] = store.chunk_count();
  record["journal_rows"] = store.info().journal_rows;
  const auto add = [&](const std::string& name, std::int64_t bytes) {
    record[name + "_bytes"] = bytes;
    record[name + "_bytes_per_row"] =
        rounded(static_cast<double>(bytes) / static_cast<double>(store.chunk_count()));
  };
  add("heap", now.heap_bytes - before.heap_bytes);
  add("rss_anon", now.anonymous_bytes - before.anonymous_bytes);
  add("rss_file", now.file_bytes - before.file_bytes);
  print(record);
}

}  // namespace

void memory(Run& run) {
  const auto most = run.arguments.take_number<std::size_t>("updates", 100);
  run.arguments.expect_none_left();
  std::vector<FileUpdate> files = run.dataset.read_updates();
  files.resize(std::min(most, files.size()));
  malloc_trim(0);

  const Resident before = resident_now();
  VectorStore store = open_store(run.folder, {.automatic_checkpoint = false});
  print_resident(run, store, "opened", before, resident_now());
  for (std::size_t i = 0; i < kQueries; ++i) {
    found_by(store, run.dataset, i % run.dataset.queries(), {}, {});
  }
  print_resident(run, store, "queried", before, resident_now());
  for (const FileUpdate& file : files) {  // Copied, so that what `before` counts stays.
    expect(store.replace_file(file.path, file.rows), "replace " + file.path);
  }
  print_resident(run, store, "updated", before, resident_now());
  const Resident peak = peak_during([&] { expect(store.checkpoint(), "checkpoint"); });
  print_resident(run, store, "checkpoint, peak", before, peak);
  print_resident(run, store, "checkpointed", before, resident_now());
  expect(store.close(), "close");
}

}  // namespace quire::bench
