// quire-bench PHASE DATASET_DIR DB_DIR [key=value ...]: one phase of the benchmark of embedded
// vector stores; one JSON object a measurement on stdout. docs/benchmarks.md says how it is run.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <quire/vector_store.hpp>

#include "dataset.hpp"
#include "measurement.hpp"
#include "phases.hpp"
#include "run.hpp"

namespace quire::bench {
namespace {

constexpr double kWantedRecall = 0.995;
constexpr std::uint32_t kExpansions[] = {16,  24,  32,  48,  64,  96,  128,
                                         192, 256, 384, 512, 768, 1024};

void build(Run& run) {
  StoreOptions options;
  options.scalar = run.arguments.take_one_of<Scalar>(
      "scalar", {{"bf16", Scalar::bf16}, {"f32", Scalar::f32}, {"i8", Scalar::i8}});
  options.metric =
      run.arguments.take_one_of<Metric>("metric", {{"cosine", Metric::cosine},
                                                   {"inner_product", Metric::inner_product},
                                                   {"squared_l2", Metric::squared_l2}});
  options.connectivity = run.arguments.take_number("connectivity", options.connectivity);
  options.expansion_add = run.arguments.take_number("expansion_add", options.expansion_add);
  const auto batch = run.arguments.take_number<std::size_t>("batch", 10'000);
  run.arguments.expect_none_left();
  options.durability = Durability::bulk;
  options.automatic_checkpoint = false;

  std::vector<ChunkRow> rows = run.dataset.read_rows();
  const std::size_t row_count = rows.size();
  remove_store(run.folder);
  VectorStore store = open_store(run.folder, options);
  const Cost inserting = cost_of([&] { insert_all(store, std::move(rows), batch); });
  const Cost indexing = cost_of([&] { expect(store.checkpoint(), "checkpoint"); });

  const auto count = static_cast<double>(row_count);
  const double total = inserting.wall_s + indexing.wall_s;
  const double cpu = inserting.process_cpu_s + indexing.process_cpu_s;
  Record record = record_of(run, store);
  record["n"] = row_count;
  record["threads"] = 1;
  record["insert_s"] = rounded(inserting.wall_s);
  record["index_s"] = rounded(indexing.wall_s);
  record["total_s"] = rounded(total);
  record["rows_per_s"] = std::round(count / total);
  record["insert_cpu_s"] = rounded(cpu);
  record["rows_per_cpu_s"] = std::round(count / cpu);
  record["setting"] = "M=" + std::to_string(options.connectivity) +
                      " efc=" + std::to_string(options.expansion_add) + " " +
                      std::string(to_string(*options.metric)) + " " +
                      std::string(to_string(*options.scalar)) + ", batches of " +
                      std::to_string(batch) + ", one checkpoint";
  print(record);
  expect(store.close(), "close");
}

double recall_of(const FilteredQueries& filtered,
                 std::size_t query,
                 const std::vector<Neighbor>& found) {
  int expected = 0;
  int hits = 0;
  for (std::size_t i = 0; i < kWanted; ++i) {
    const std::int32_t id = filtered.nearest[query * kWanted + i];
    if (id < 0) {
      break;
    }
    ++expected;
    for (const Neighbor& neighbor : found) {
      hits += static_cast<int>(neighbor.key.value == static_cast<std::uint64_t>(id));
    }
  }
  return expected == 0 ? 1.0 : static_cast<double>(hits) / expected;
}

/// Runs the queries of one filter at one setting; its recall.
double search_at(const Run& run,
                 const VectorStore& store,
                 const FilteredQueries& filtered,
                 const SearchOptions& options,
                 const std::string& setting,
                 double most_seconds) {
  constexpr std::size_t kWarmUp = 20;
  constexpr std::size_t kFewest = 30;
  const std::size_t queries = run.dataset.queries();
  for (std::size_t i = 0; i < kWarmUp && i < queries; ++i) {
    found_by(store, run.dataset, queries - 1 - i, filtered.filter, options);
  }
  std::vector<Cost> costs;
  double recall = 0;
  const double start = wall_seconds();
  for (std::size_t i = 0; i < queries; ++i) {
    std::vector<Neighbor> found;
    costs.push_back(
        cost_of([&] { found = found_by(store, run.dataset, i, filtered.filter, options); }));
    recall += recall_of(filtered, i, found);
    if (wall_seconds() - start > most_seconds && costs.size() >= kFewest) {
      break;
    }
  }
  recall /= static_cast<double>(costs.size());
  Record record = record_of(run, store);
  record["filter"] = filtered.name;
  record["matches"] = filtered.matches;
  record["setting"] = setting;
  record["recall"] = rounded(recall);
  record["p50_us"] = rounded(percentile(column(costs, &Cost::wall_s), 0.5) * 1e6);
  record["p99_us"] = rounded(percentile(column(costs, &Cost::wall_s), 0.99) * 1e6);
  record["cpu_p50_us"] = rounded(percentile(column(costs, &Cost::process_cpu_s), 0.5) * 1e6);
  record["cpu_p99_us"] = rounded(percentile(column(costs, &Cost::process_cpu_s), 0.99) * 1e6);
  record["q_used"] = costs.size();
  print(record);
  return recall;
}

/// Sweeps upward until the recall is reached; exact if no expansion reaches it, or if the store
/// scans anyway.
void search_under(const Run& run,
                  const VectorStore& store,
                  const FilteredQueries& filtered,
                  double most_seconds) {
  for (const std::uint32_t expansion : kExpansions) {
    const SearchOptions options{.expansion = expansion};
    const SearchPlan plan = expect(store.explain(filtered.filter, options), "explain");
    if (plan.path == SearchPlan::Path::exact_scan || plan.path == SearchPlan::Path::nothing) {
      search_at(run, store, filtered, options, "exact-subset scan, planned", most_seconds);
      return;
    }
    const std::string setting =
        std::string(to_string(plan.path)) + " ef=" + std::to_string(expansion);
    if (search_at(run, store, filtered, options, setting, most_seconds) >= kWantedRecall) {
      return;
    }
  }
  search_at(run, store, filtered, {.exact = true}, "exact scan, asked for", most_seconds);
}

void search(Run& run) {
  const auto most_seconds = run.arguments.take_number("seconds", 6.0);
  const bool warm = run.arguments.take_one_of<bool>("warm", {{"yes", true}, {"no", false}});
  run.arguments.expect_none_left();
  const VectorStore store = open_built_store(run, {.read_only = true});
  if (warm) {
    expect(store.verify(), "verify");
    for (std::size_t i = 0; i < run.dataset.queries(); ++i) {
      found_by(store, run.dataset, i, {}, {});
    }
  }
  for (const FilteredQueries& filtered : run.dataset.filters()) {
    search_under(run, store, filtered, most_seconds);
  }
}

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) {
    sum += value;
  }
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

/// What the updates of one run took.
struct UpdateCosts {
  std::vector<Cost> updates;
  std::vector<Cost> bare;  ///< Appending and syncing the same bytes; not of updates that merged.
  std::uint64_t merges = 0;
  double process_cpu_s = 0;  ///< Of the whole run but for the bare appends.
};

/// Replaces one file after the other, each followed by what the disk alone takes for its bytes.
UpdateCosts replace_files(VectorStore& store, std::vector<FileUpdate> files, BareLog& bare) {
  UpdateCosts costs;
  StoreInfo before = store.info();
  const double start = process_cpu_seconds();
  for (FileUpdate& file : files) {
    costs.updates.push_back(cost_of([&] {
      expect(store.replace_file(file.path, std::move(file.rows)), "replace " + file.path);
    }));
    const StoreInfo after = store.info();
    if (after.checkpoint_lsn == before.checkpoint_lsn) {
      const std::uint64_t bytes = after.journal_bytes - before.journal_bytes;
      costs.bare.push_back(cost_of([&] { bare.append_and_sync(bytes); }));
    } else {
      ++costs.merges;
    }
    before = after;
  }
  costs.process_cpu_s = process_cpu_seconds() - start;
  for (const Cost& cost : costs.bare) {
    costs.process_cpu_s -= cost.process_cpu_s;
  }
  return costs;
}

void update(Run& run) {
  const auto most = run.arguments.take_number<std::size_t>("updates", 100);
  const auto durability =
      run.arguments.take_one_of<Durability>("durability", {{"each_commit", Durability::each_commit},
                                                           {"group", Durability::group},
                                                           {"bulk", Durability::bulk}});
  run.arguments.expect_none_left();

  std::vector<FileUpdate> files = run.dataset.read_updates();
  files.resize(std::min(most, files.size()));
  VectorStore store = open_built_store(run, {.durability = durability});
  BareLog bare(run.folder / "bare-append.tmp");
  const UpdateCosts costs = replace_files(store, std::move(files), bare);

  const bool synced = durability == Durability::each_commit;
  const std::vector<double> wall = column(costs.updates, &Cost::wall_s);
  const std::vector<double> cpu = column(costs.updates, &Cost::process_cpu_s);
  const std::vector<double> thread_cpu = column(costs.updates, &Cost::thread_cpu_s);
  const double bare_p50_s = percentile(column(costs.bare, &Cost::wall_s), 0.5);
  const auto count = static_cast<double>(costs.updates.size());
  Record record = record_of(run, store);
  record["variant"] =
      std::string("replace_file, ") + (synced ? "each commit synced" : "not synced");
  record["n"] = costs.updates.size();
  record["p50_ms"] = rounded(percentile(wall, 0.5) * 1e3);
  record["p99_ms"] = rounded(percentile(wall, 0.99) * 1e3);
  record["max_ms"] = rounded(percentile(wall, 1.0) * 1e3);
  record["mean_ms"] = rounded(mean_of(wall) * 1e3);
  record["cpu_p50_ms"] = rounded(percentile(cpu, 0.5) * 1e3);
  record["cpu_thread_p50_ms"] = rounded(percentile(thread_cpu, 0.5) * 1e3);
  record["cpu_total_ms_per_update"] = rounded(costs.process_cpu_s * 1e3 / count);
  record["bare_sync_p50_ms"] = rounded(bare_p50_s * 1e3);
  record["sync_ratio"] = rounded(percentile(wall, 0.5) / bare_p50_s);
  record["merges"] = costs.merges;
  record["fsync"] = synced;
  record["note"] = "metadata and content included";
  print(record);
  expect(store.close(), "close");
}

void open(Run& run) {
  run.arguments.expect_none_left();
  const double start = wall_seconds();
  const VectorStore store = open_store(run.folder, {.read_only = true});
  const double opened = wall_seconds();
  const auto found = found_by(store, run.dataset, 0, {}, {});
  const double answered = wall_seconds();
  Record record = record_of(run, store);
  record["open_ms"] = rounded((opened - start) * 1e3);
  record["first_query_ms"] = rounded((answered - opened) * 1e3);
  record["hits"] = found.size();
  print(record);
}

void qps(Run& run) {
  const SearchOptions options{.expansion =
                                  run.arguments.take_number<std::uint32_t>("expansion", 64)};
  const auto seconds = run.arguments.take_number("seconds", 3.0);
  run.arguments.expect_none_left();
  const VectorStore store = open_built_store(run, {.read_only = true});
  for (const std::size_t threads : {1U, 2U}) {
    const Answered answered = answer_for(seconds, store, run.dataset, options, threads);
    Record record = record_of(run, store);
    record["setting"] = "ef=" + std::to_string(options.expansion);
    record["threads"] = threads;
    record["qps"] = std::round(answered.per_second);
    print(record);
  }
}

int run_phase(int count, char** values) {
  const std::map<std::string, void (*)(Run&)> phases = {
      {"build", build}, {"search", search}, {"update", update}, {"open", open},
      {"qps", qps},     {"churn", churn},   {"mixed", mixed},   {"memory", memory}};
  const auto phase = count < 4 ? phases.end() : phases.find(values[1]);
  if (phase == phases.end()) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  // NOLINTNEXTLINE(misc-const-correctness): a phase takes its arguments out of it.
  Run run{phase->first, Dataset(values[2]), values[3], Arguments(count - 4, values + 4)};
  phase->second(run);
  return 0;
}

}  // namespace
}  // namespace quire::bench

int main(int count, char** values) {
  return quire::bench::run_phase(count, values);
}
