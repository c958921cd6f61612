#include "run.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <thread>

#include "measurement.hpp"

namespace quire::bench {

const char* const kUsage =
    "usage: quire-bench PHASE DATASET_DIR DB_DIR [key=value ...]\n"
    "  build   scalar=bf16|f32|i8  metric=cosine|inner_product|squared_l2\n"
    "          connectivity=16  expansion_add=128  batch=10000\n"
    "  search  seconds=6 (a setting's most)  warm=yes|no\n"
    "          yes: all blocks were verified and all queries asked once before\n"
    "  update  updates=100  durability=each_commit|group|bulk\n"
    "  open\n"
    "  qps     expansion=64  seconds=3\n"
    "  churn   updates=10000  pause_ms=0  expansions=16,64  seed=1  fresh=DB_DIR-fresh\n"
    "          no filter: searches before, updates (each on the disk), searches at once after, and "
    "in\n"
    "          a fresh build of the rows that are left; recall is against an exact scan of them\n"
    "  mixed   seconds=10 (twice)  rate=50 (commits a second)  readers=2  expansion=64\n"
    "          durability=each_commit|group  seed=1\n"
    "          no filter: readers alone, then beside one writer that replaces files\n"
    "  memory  updates=100\n"
    "          what the store keeps in memory (the process less what it had before opening): "
    "opened,\n"
    "          after 1,000 queries, after updates, at most during a checkpoint of them, after it\n"
    "cpu_: CPU time of all threads; in churn's searches and in cpu_thread_, of the one that "
    "asks.\n";

Arguments::Arguments(int count, char** values) {
  for (int i = 0; i < count; ++i) {
    const std::string text = values[i];
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) {
      give_up("not key=value: " + text + "\n" + kUsage);
    }
    values_[text.substr(0, equals)] = text.substr(equals + 1);
  }
}

std::string Arguments::take(const std::string& name, const std::string& otherwise) {
  const auto found = values_.find(name);
  if (found == values_.end()) {
    return otherwise;
  }
  std::string value = found->second;
  values_.erase(found);
  return value;
}

void Arguments::expect_none_left() const {
  if (!values_.empty()) {
    give_up("unknown option " + values_.begin()->first + "\n" + kUsage);
  }
}

double rounded(double value) {
  return std::round(value * 1e4) / 1e4;
}

void print(const Record& record) {
  std::printf("%s\n", record.dump().c_str());
  std::fflush(stdout);
}

Record record_of(const Run& run, const VectorStore& store) {
  return {{"engine", "quire-" + std::string(to_string(store.info().format.scalar))},
          {"phase", run.phase}};
}

VectorStore open_store(const std::filesystem::path& folder, const StoreOptions& options) {
  return expect(VectorStore::open(folder, options), "open " + folder.string());
}

VectorStore open_built_store(const Run& run, const StoreOptions& options) {
  VectorStore store = open_store(run.folder, options);
  if (store.chunk_count() == 0) {
    give_up(run.folder.string() + " holds no store; run the build phase first");
  }
  return store;
}

void remove_store(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name == "index.usearch" || name == "metadata.json" || name == "LOCK" || name == "cache" ||
        name.starts_with("journal-")) {
      std::filesystem::remove_all(entry.path());
    }
  }
}

void insert_all(VectorStore& store, std::vector<ChunkRow> rows, std::size_t batch) {
  for (std::size_t from = 0; from < rows.size(); from += batch) {
    const auto first = rows.begin() + static_cast<std::ptrdiff_t>(from);
    const auto last =
        rows.begin() + static_cast<std::ptrdiff_t>(std::min(from + batch, rows.size()));
    expect(store.insert({std::make_move_iterator(first), std::make_move_iterator(last)}), "insert");
  }
}

std::vector<Neighbor> found_by(const VectorStore& store,
                               const Dataset& dataset,
                               std::size_t query,
                               const Filter& filter,
                               const SearchOptions& options) {
  return expect(store.search(dataset.query(query), kWanted, filter, options), "search");
}

Answered answer_for(double seconds,
                    const VectorStore& store,
                    const Dataset& dataset,
                    const SearchOptions& options,
                    std::size_t threads) {
  std::vector<std::vector<double>> took(threads);
  std::vector<std::thread> running;
  running.reserve(threads);
  const double start = wall_seconds();
  for (std::size_t i = 0; i < threads; ++i) {
    running.emplace_back([&, i] {
      double now = wall_seconds();
      for (std::size_t query = i * 37; now - start < seconds; ++query) {
        found_by(store, dataset, query % dataset.queries(), {}, options);
        const double asked = std::exchange(now, wall_seconds());
        took[i].push_back(now - asked);
      }
    });
  }
  for (std::thread& thread : running) {
    thread.join();
  }
  const double passed = wall_seconds() - start;
  std::vector<double> all;
  for (const std::vector<double>& of_thread : took) {
    all.insert(all.end(), of_thread.begin(), of_thread.end());
  }
  return {static_cast<double>(all.size()) / passed, percentile(all, 0.5) * 1e6,
          percentile(all, 0.99) * 1e6};
}

std::vector<std::string> paths_of(const VectorStore& store) {
  std::vector<std::string> paths;
  for (const FileSummary& file : expect(store.list_files(), "list files")) {
    paths.push_back(file.file_path);
  }
  return paths;
}

}  // namespace quire::bench
