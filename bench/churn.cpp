#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <quire/vector_store.hpp>

#include "file_updates.hpp"
#include "measurement.hpp"
#include "phases.hpp"

namespace quire::bench {
namespace {

constexpr double kLongCommitSeconds = 0.05;

/// Of every query, the keys that were found, nearest first.
using Answers = std::vector<std::vector<ChunkKey>>;

std::vector<ChunkKey> keys_of(const std::vector<Neighbor>& found) {
  std::vector<ChunkKey> keys;
  keys.reserve(found.size());
  for (const Neighbor& neighbor : found) {
    keys.push_back(neighbor.key);
  }
  return keys;
}

/// What all queries took at one expansion, and what they found.
struct Searched {
  std::uint32_t expansion = 0;
  std::string path;
  std::vector<Cost> costs;
  Answers answers;
  double recall = 0;

  double p50_us() const { return percentile(column(costs, &Cost::wall_s), 0.5) * 1e6; }
  double p99_us() const { return percentile(column(costs, &Cost::wall_s), 0.99) * 1e6; }
  double cpu_p50_us() const { return percentile(column(costs, &Cost::thread_cpu_s), 0.5) * 1e6; }
  double cpu_p99_us() const { return percentile(column(costs, &Cost::thread_cpu_s), 0.99) * 1e6; }
};

Searched search_all(const VectorStore& store,
                    const Dataset& dataset,
                    const SearchOptions& options) {
  Searched out;
  out.expansion = options.expansion;
  out.path = to_string(expect(store.explain({}, options), "explain").path);
  for (std::size_t query = 0; query < dataset.queries(); ++query) {
    std::vector<Neighbor> found;
    out.costs.push_back(cost_of([&] { found = found_by(store, dataset, query, {}, options); }));
    out.answers.push_back(keys_of(found));
  }
  return out;
}

double recall_of(const Answers& answers, const Answers& truth) {
  std::size_t wanted = 0;
  std::size_t hits = 0;
  for (std::size_t query = 0; query < truth.size(); ++query) {
    wanted += truth[query].size();
    for (const ChunkKey key : truth[query]) {
      hits +=
          static_cast<std::size_t>(std::count(answers[query].begin(), answers[query].end(), key));
    }
  }
  return wanted == 0 ? 1 : static_cast<double>(hits) / static_cast<double>(wanted);
}

/// Searches at once, expansion after expansion; only then asks what the right answers were.
std::vector<Searched> search_at_all(const VectorStore& store,
                                    const Dataset& dataset,
                                    const std::vector<std::uint32_t>& expansions) {
  std::vector<Searched> all;
  all.reserve(expansions.size());
  for (const std::uint32_t expansion : expansions) {
    all.push_back(search_all(store, dataset, {.expansion = expansion}));
  }
  const Answers truth = search_all(store, dataset, {.exact = true}).answers;
  for (Searched& one : all) {
    one.recall = recall_of(one.answers, truth);
  }
  return all;
}

/// As a program finds it that has been searching for a while.
std::vector<Searched> search_at_all_warm(const VectorStore& store,
                                         const Dataset& dataset,
                                         const std::vector<std::uint32_t>& expansions) {
  search_all(store, dataset, {.expansion = expansions.back()});
  return search_at_all(store, dataset, expansions);
}

void print_searched(const Run& run,
                    const VectorStore& store,
                    const std::string& state,
                    const std::vector<Searched>& all) {
  for (const Searched& one : all) {
    Record record = record_of(run, store);
    record["state"] = state;
    record["rows"] = store.chunk_count();
    record["journal_rows"] = store.info().journal_rows;
    record["expansion"] = one.expansion;
    record["setting"] = one.path + " ef=" + std::to_string(one.expansion);
    record["recall"] = rounded(one.recall);
    record["p50_us"] = rounded(one.p50_us());
    record["p99_us"] = rounded(one.p99_us());
    record["cpu_p50_us"] = rounded(one.cpu_p50_us());
    record["cpu_p99_us"] = rounded(one.cpu_p99_us());
    record["q_used"] = one.costs.size();
    print(record);
  }
}

/// What a row of updates took.
struct Churned {
  std::vector<Cost> commits;
  std::uint64_t merges = 0;
  double wall_s = 0;
  double cpu_s = 0;  ///< Of all threads, but for making the updates up.
};

Churned replace_files(VectorStore& store,
                      FileUpdates& updates,
                      std::size_t count,
                      std::chrono::duration<double, std::milli> pause) {
  Churned out;
  double making_up_s = 0;
  std::uint64_t checkpoint = store.info().checkpoint_lsn;
  const Cost all = cost_of([&] {
    for (std::size_t i = 0; i < count; ++i) {
      FileUpdate file;
      making_up_s += cost_of([&] { file = updates.next(); }).thread_cpu_s;
      out.commits.push_back(cost_of([&] {
        expect(store.replace_file(file.path, std::move(file.rows)), "replace " + file.path);
      }));
      const std::uint64_t reached = store.info().checkpoint_lsn;
      out.merges += static_cast<std::uint64_t>(reached != checkpoint);
      checkpoint = reached;
      if (pause.count() > 0) {
        std::this_thread::sleep_for(pause);
      }
    }
  });
  out.wall_s = all.wall_s;
  out.cpu_s = all.process_cpu_s - making_up_s;
  return out;
}

void print_churned(const Run& run, const VectorStore& store, const Churned& churned) {
  const std::vector<double> wall = column(churned.commits, &Cost::wall_s);
  const std::vector<double> cpu = column(churned.commits, &Cost::thread_cpu_s);
  const auto count = static_cast<double>(churned.commits.size());
  const auto long_ones = std::count_if(wall.begin(), wall.end(),
                                       [](double seconds) { return seconds > kLongCommitSeconds; });
  Record record = record_of(run, store);
  record["state"] = "updates";
  record["n"] = churned.commits.size();
  record["p50_ms"] = rounded(percentile(wall, 0.5) * 1e3);
  record["p99_ms"] = rounded(percentile(wall, 0.99) * 1e3);
  record["max_ms"] = rounded(percentile(wall, 1.0) * 1e3);
  record["share_above_50_ms"] = rounded(static_cast<double>(long_ones) / count);
  record["cpu_thread_p50_ms"] = rounded(percentile(cpu, 0.5) * 1e3);
  record["cpu_thread_p99_ms"] = rounded(percentile(cpu, 0.99) * 1e3);
  record["cpu_thread_max_ms"] = rounded(percentile(cpu, 1.0) * 1e3);
  record["cpu_total_ms_per_update"] = rounded(churned.cpu_s * 1e3 / count);
  record["total_s"] = rounded(churned.wall_s);
  record["merges"] = churned.merges;
  record["fsync"] = true;
  print(record);
}

std::vector<ChunkRow> live_rows(const VectorStore& store) {
  std::vector<ChunkRow> rows;
  for (StoredChunk& chunk : expect(store.query({}), "query")) {
    rows.push_back({std::move(chunk.meta), expect(store.vector(chunk.key), "read a vector")});
  }
  return rows;
}

/// Bulk-builds the rows of `store` in `folder`, and closes it.
void rebuild(const VectorStore& store, const std::filesystem::path& folder) {
  StoreOptions options;
  options.metric = store.info().format.metric;
  options.scalar = store.info().format.scalar;
  options.durability = Durability::bulk;
  options.automatic_checkpoint = false;
  remove_store(folder);
  VectorStore fresh = open_store(folder, options);
  insert_all(fresh, live_rows(store), 10'000);
  expect(fresh.checkpoint(), "checkpoint");
  expect(fresh.close(), "close");
}

/// The CPU time of a query in `store` for each second in `other`, measured in turn, so that a
/// neighbour on the machine slows both: the median of some rounds.
double ratio_in_turn(const VectorStore& store,
                     const VectorStore& other,
                     const Dataset& dataset,
                     std::uint32_t expansion) {
  constexpr int kRounds = 7;
  std::vector<double> ratios;
  for (int i = 0; i < kRounds; ++i) {
    const double here_us = search_all(store, dataset, {.expansion = expansion}).cpu_p50_us();
    ratios.push_back(here_us / search_all(other, dataset, {.expansion = expansion}).cpu_p50_us());
  }
  return percentile(ratios, 0.5);
}

void print_compared(const Run& run,
                    const VectorStore& store,
                    const VectorStore& fresh,
                    const std::vector<Searched>& after,
                    const std::vector<Searched>& rebuilt) {
  for (std::size_t i = 0; i < after.size(); ++i) {
    Record record = record_of(run, store);
    record["state"] = "after / rebuilt";
    record["expansion"] = after[i].expansion;
    record["p50_ratio"] = rounded(after[i].p50_us() / rebuilt[i].p50_us());
    record["cpu_p50_ratio"] = rounded(after[i].cpu_p50_us() / rebuilt[i].cpu_p50_us());
    record["cpu_p50_ratio_in_turn"] =
        rounded(ratio_in_turn(store, fresh, run.dataset, after[i].expansion));
    record["recall_difference"] = rounded(after[i].recall - rebuilt[i].recall);
    print(record);
  }
}

/// Sets `after` beside a fresh build of the same rows in `folder`.
void compare_with_rebuilt(const Run& run,
                          const VectorStore& store,
                          const std::filesystem::path& folder,
                          const std::vector<std::uint32_t>& expansions,
                          const std::vector<Searched>& after) {
  rebuild(store, folder);
  {
    const VectorStore fresh = open_store(folder, {.read_only = true});
    const auto rebuilt = search_at_all_warm(fresh, run.dataset, expansions);
    print_searched(run, fresh, "rebuilt", rebuilt);
    print_compared(run, store, fresh, after, rebuilt);
  }
  remove_store(folder);
  std::error_code not_empty;
  std::filesystem::remove(folder, not_empty);
}

std::vector<std::uint32_t> numbers_of(const std::string& text) {
  std::vector<std::uint32_t> numbers;
  std::istringstream words(text);
  for (std::string word; std::getline(words, word, ',');) {
    numbers.push_back(static_cast<std::uint32_t>(std::strtoul(word.c_str(), nullptr, 10)));
  }
  if (numbers.empty() || std::count(numbers.begin(), numbers.end(), 0U) != 0) {
    give_up(text + ": expected numbers above zero with commas between them");
  }
  return numbers;
}

std::chrono::duration<double, std::milli> milliseconds_of(const std::string& text) {
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  if (end == text.c_str() || *end != '\0' || number < 0) {
    give_up(text + ": expected milliseconds");
  }
  return std::chrono::duration<double, std::milli>(number);
}

}  // namespace

void churn(Run& run) {
  const auto count = run.arguments.take_number<std::size_t>("updates", 10'000);
  const auto pause = milliseconds_of(run.arguments.take("pause_ms", "0"));
  const auto expansions = numbers_of(run.arguments.take("expansions", "16,64"));
  const std::filesystem::path fresh = run.arguments.take("fresh", run.folder.string() + "-fresh");
  const auto seed = run.arguments.take_number<std::uint64_t>("seed", 1);
  run.arguments.expect_none_left();

  VectorStore store = open_built_store(run);
  FileUpdates updates(run.dataset.read_rows(), paths_of(store), seed);
  print_searched(run, store, "before", search_at_all_warm(store, run.dataset, expansions));
  const Churned churned = replace_files(store, updates, count, pause);
  const std::vector<Searched> after = search_at_all(store, run.dataset, expansions);
  print_churned(run, store, churned);
  print_searched(run, store, "after", after);
  compare_with_rebuilt(run, store, fresh, expansions, after);
  expect(store.close(), "close");
}

}  // namespace quire::bench
